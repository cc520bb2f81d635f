"""How a message becomes rows: what is cut and sealed, how urgent it is, what is answered."""
