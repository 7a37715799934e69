"""Data for pages and documents, read from a release."""
