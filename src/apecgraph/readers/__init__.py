"""What pages and documents show, read from a release."""
