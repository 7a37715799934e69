"""Releases on disk: files, history, differences."""
