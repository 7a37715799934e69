"""Finding things by name, code or IRI."""
