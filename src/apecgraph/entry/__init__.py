"""Entering sources, figures, statements and decisions from a few arguments."""
