"""RDF: terms, graphs, syntaxes and labels."""
