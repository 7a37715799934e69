"""Work on content in a separate, limited process."""
