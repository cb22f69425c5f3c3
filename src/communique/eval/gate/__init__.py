"""Whether a change of a system may pass: demands on scores, a stored baseline, a verdict."""
