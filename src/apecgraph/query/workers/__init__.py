"""Queries in worker processes with limits."""
