"""Tests of models to copy."""
