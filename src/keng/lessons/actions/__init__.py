"""What changes in this area."""
