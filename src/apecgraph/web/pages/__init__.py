"""The pages for people: a module for each kind, with the template of the same name."""
