"""Kẻng: a self-hosted, two-way community safety network."""
