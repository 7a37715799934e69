"""Building a release from content."""
