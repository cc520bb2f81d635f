"""Officers' pages of warnings: write, approve, take back, and see what is out."""
