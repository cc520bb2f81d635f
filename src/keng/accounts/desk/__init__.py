"""Pages of the desk about officers: signing in, one's own settings, and looking after accounts."""
