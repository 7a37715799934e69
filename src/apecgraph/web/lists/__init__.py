"""Pages that list things: the kinds, the things of one kind, the sources, the hits of a search."""
