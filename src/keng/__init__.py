"""Kẻng: a self-hosted, two-way community safety network."""

VERSION = "0.3.0"
"""Of the code here: CHANGELOG.md begins with it, and the tag of a release is this with a v."""
