"""Work on content, in a process of its own with limits."""
