"""Answers that cite: where each row of an answer comes from."""
