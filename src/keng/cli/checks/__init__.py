"""What `keng doctor` looks at: each check by itself, within its own time, changing nothing."""
