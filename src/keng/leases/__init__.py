"""What only one process at a time does, on whichever machine it runs."""

LONGEST_LEASE_SECONDS = 60
"""An end further ahead was written before the database's clock was set back: it counts as over."""
