"""Tests of thanks."""
