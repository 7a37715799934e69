"""The typed JSON API, and the OpenAPI description of all paths."""
