"""Limits that a process sets on itself before it reads untrusted input."""
