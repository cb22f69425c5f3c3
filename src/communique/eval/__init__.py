"""How good a system is: predictions, alignment, measures, scores."""
