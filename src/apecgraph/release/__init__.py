"""Releases on disk: their files, their history, how they differ."""
