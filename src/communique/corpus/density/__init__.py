"""How dense the annotation is, beside what real news has."""
