"""By what the one simulated phone of an officer is reached. Nobody has this number."""

NUMBER = "900000113"
"""Without its leading 0."""
ZALO_USER = "1900000000000000113"
USERNAME = "bao"
"""Whose phone it is."""
