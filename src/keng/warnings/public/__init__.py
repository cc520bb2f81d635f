"""Residents' pages of warnings: the list, a warning, checking a code, the feed."""
