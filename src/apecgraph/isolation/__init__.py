"""What a process gives up before it works on what others wrote."""
