"""Merkle trees, their tiles and signed checkpoints, as RFC 6962 and C2SP have them."""
