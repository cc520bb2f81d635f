"""The secret in the link of whoever asked: only its hash is kept, and what only it opens."""

import hashlib

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


def token_hash(token: str) -> bytes:
    """What is kept of it."""
    return hashlib.sha256(token.encode()).digest()


def box_words(words: str, token: str) -> bytes:
    """Words that nobody reads who does not hold the link."""
    return bytes(_box(token).encrypt(words.encode()))


def unbox_words(box: bytes, token: str) -> str:
    """The words again; "" where there are none."""
    try:
        return _box(token).decrypt(box).decode() if box else ""
    except CryptoError:
        return ""


def _box(token: str) -> SecretBox:
    return SecretBox(
        hashlib.blake2b(token.encode(), digest_size=32, person=b"keng-claim-words").digest()
    )
