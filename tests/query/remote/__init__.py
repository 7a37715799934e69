"""Queries that an engine elsewhere answers."""
