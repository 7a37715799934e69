"""Tests of the repository itself: documents and layout."""
