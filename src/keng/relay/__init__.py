"""Passing on by hand: leads' pages, the hand-out, and how far a warning came by it."""
