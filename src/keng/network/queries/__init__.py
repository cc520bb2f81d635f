"""What is read of the network: groups, leads, establishments, teams, and what is missing."""
