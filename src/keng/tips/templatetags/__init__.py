"""Filters for the templates of tips."""
