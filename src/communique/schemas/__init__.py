"""What can be annotated: the schema and what is generated from it."""
