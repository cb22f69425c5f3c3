"""How texts come in: pages read, normalised, zoned; restricted texts hydrated."""
