"""For how long closed tips are kept, what is held back, and destroying what is due."""
