"""Tests that cross areas, and the small factories (make) that all tests share."""
