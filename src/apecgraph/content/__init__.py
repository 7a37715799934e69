"""The folder of Turtle files that editors write."""
