"""The texts and what is known about them: documents, registry, splits, dataset."""
