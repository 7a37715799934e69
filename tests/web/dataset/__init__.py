"""Tests of the pages and documents about data of others."""
