"""Pages and documents about data of others, made from the answers to queries."""
