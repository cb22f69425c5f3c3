"""What follows from an annotation and is never annotated: quote facts, claims, PLOVER records."""
