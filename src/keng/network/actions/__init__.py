"""What changes the network; each function is one decision a person can explain."""
