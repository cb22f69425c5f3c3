"""Agreement between annotators: how far two of them say the same, and where they do not."""
