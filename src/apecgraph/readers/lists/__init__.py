"""Lists of all things of one kind, with facets to choose from them."""
