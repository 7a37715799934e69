"""Pages for people, one module per kind."""
