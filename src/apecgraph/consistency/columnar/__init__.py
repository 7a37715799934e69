"""The edit rules as operations on columns, for tables that are too large for memory."""
