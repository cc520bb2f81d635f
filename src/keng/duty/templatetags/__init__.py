"""What templates may ask of duty."""
