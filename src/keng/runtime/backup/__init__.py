"""Backups: what is in one, who can open it, how it is made, looked after and brought back."""
