"""Tables of figures: reading the files of statisticians into sources of the content."""
