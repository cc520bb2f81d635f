"""What must not be possible, each test named after it: against the running product."""
