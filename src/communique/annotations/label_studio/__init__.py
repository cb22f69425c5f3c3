"""Records to and from a Label Studio server."""
