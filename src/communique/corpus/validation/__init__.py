"""Whether documents, registry, splits and records are sound, and belong together."""
