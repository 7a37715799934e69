"""The Model Context Protocol: tools by which a language model asks this publication."""
