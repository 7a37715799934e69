"""The check of a content folder, and its report."""
