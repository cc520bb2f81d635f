"""The secret in the link of whoever asked: only its hash is kept."""

import hashlib
import secrets


def new_token() -> str:
    """128 bits that nobody guesses."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> bytes:
    """What is kept of it."""
    return hashlib.sha256(token.encode()).digest()
