"""The desk: write, approve, open, type in paper, read texts, publish."""
