"""Pages about single things, with a page class for each kind of thing."""
