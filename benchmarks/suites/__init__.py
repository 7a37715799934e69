"""The W3C test suites, run from a folder that the user has."""
