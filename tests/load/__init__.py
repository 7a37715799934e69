"""Programs that load a server for minutes; `scripts/test-all` runs them."""
