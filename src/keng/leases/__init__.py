"""What only one process at a time does, on whichever machine it runs."""
