"""Residents' pages of delivery: a lead's standing page, and subscribing by e-mail."""
