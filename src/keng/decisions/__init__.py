"""Every decision on one tip: take on, sort, pass on, end, seal, suspend, put off, undo."""
