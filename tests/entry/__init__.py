"""Tests of apecgraph.entry."""
