"""How sure a score or a difference is: arithmetic on the per-document counts."""
