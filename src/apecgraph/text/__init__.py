"""Dates, numbers and names as people write them."""
