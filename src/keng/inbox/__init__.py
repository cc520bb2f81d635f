"""What an officer works from: the list, the search, the page of one tip and of an incident."""
