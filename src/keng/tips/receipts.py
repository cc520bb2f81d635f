"""Receipt codes: 16 characters of Crockford's base32, derived, and stored only as a keyed hash."""

import hashlib
import secrets
import uuid

from keng.kit.secrets import derive, keyed_hash
from keng.tips.models import Receipt

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


class MalformedCode(ValueError):
    """The code does not have 16 letters and digits; `length` says how many it has."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


def new_token() -> str:
    """A random token (128 bits) from which one code is derived; only its holder has it."""
    return secrets.token_urlsafe(16)


def code_from(token: str) -> str:
    """The code of a token: the same token always gives the same code, and only here."""
    digest = hashlib.blake2b(token.encode(), key=derive("receipt code"), digest_size=10).digest()
    number = int.from_bytes(digest)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def grouped(code: str) -> str:
    """Four groups of four, as it is printed."""
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def cleaned(typed: str) -> str:
    """What somebody typed, as a code: case, hyphens, spaces do not matter; O is 0, I and L are 1.

    Raises MalformedCode.
    """
    code = "".join(c for c in typed.upper() if c.isalnum()).translate(_LOOKS_LIKE)
    if len(code) != LENGTH or any(c not in ALPHABET for c in code):
        raise MalformedCode(len(code))
    return code


def hash_of(code: str) -> bytes:
    """The keyed hash that is stored."""
    return keyed_hash("receipt", code)


def token_hash(token: str) -> bytes:
    """The keyed hash of a one-time link's token."""
    return keyed_hash("one-time link", token)


def tip_id_of(code: str) -> uuid.UUID | None:
    """The tip a cleaned code opens, or None."""
    found = Receipt.objects.filter(hash=hash_of(code)).values_list("tip_id", flat=True)
    return found.first()
