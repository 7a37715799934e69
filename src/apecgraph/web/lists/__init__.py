"""Lists of things: what there is to browse, each kind, the sources, and what a search finds."""
