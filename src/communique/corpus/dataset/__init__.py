"""The packaged corpus: Arrow shards with a card, for `load_dataset`."""
