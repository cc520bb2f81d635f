"""Rules that no single area can keep alone."""
