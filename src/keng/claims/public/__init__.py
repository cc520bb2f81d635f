"""Residents' pages of claim checks: the list, a check, asking, what became of it, the feed."""
