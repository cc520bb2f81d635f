"""What desk and reporter say to each other, and the reporter's page of a tip."""
