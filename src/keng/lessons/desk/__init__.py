"""What officers do with lessons."""
