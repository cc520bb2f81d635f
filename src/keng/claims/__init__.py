"""Claim checks: a public claim, its verdict with sources, revisions. Never about who shared it."""
