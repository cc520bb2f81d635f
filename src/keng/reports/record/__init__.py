"""The record of who did what, as an auditor may read it."""
