"""Tests of the shared limits."""
