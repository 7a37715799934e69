"""What pages and documents say about any dataset, read by bounded queries."""
