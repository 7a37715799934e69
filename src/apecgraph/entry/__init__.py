"""Entering sources, figures and statements from a few arguments."""
