"""Pages about one thing, in the form that fits its kind."""
