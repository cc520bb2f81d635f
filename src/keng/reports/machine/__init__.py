"""What the machine suggested each month, and how often officers agreed: for everybody to read."""
