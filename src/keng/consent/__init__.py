"""What people agreed to: which words in which version, when, and whether they took it back."""
