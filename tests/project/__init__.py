"""Tests of the repository: README, CONTRIBUTING, layout."""
