"""Searching the tips, for work."""
