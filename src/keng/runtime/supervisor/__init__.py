"""One process that starts all the others, keeps them alive and stops them in order."""
