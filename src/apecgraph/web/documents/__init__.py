"""Linked data documents and dumps."""
