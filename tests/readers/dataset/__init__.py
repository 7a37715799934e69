"""Tests of the readings of any dataset."""
