"""What waits for whoever is signed in, of every area, on one page and as one number in the menu."""
