"""Who said what where in a text: records, and what follows from them."""
