"""Where queries are answered: in this process (trusted) or in worker processes (public)."""
