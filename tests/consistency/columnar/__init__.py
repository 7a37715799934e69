"""The edit rules as operations on columns."""
