"""What officers see of the network and how they keep it."""
