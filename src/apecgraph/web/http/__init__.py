"""HTTP: headers, errors, caches, limits."""
