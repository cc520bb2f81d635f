"""Bytes of strangers on disk: taken in, sealed, cleaned, redacted, fetched. Knows no tip."""
