"""Append-only hash chains of who did what, to what, and why."""
