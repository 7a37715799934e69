"""Charts: figures with their intervals, drawn as inline SVG."""
