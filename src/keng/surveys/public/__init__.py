"""Residents: find a survey, answer it one question a page, read the result."""
