"""What templates may ask of delivery."""
