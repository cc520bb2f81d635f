"""What residents see of lessons."""
