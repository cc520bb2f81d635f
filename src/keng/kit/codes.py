"""Codes that only their holder keeps: 16 characters of Crockford's base32, derived from a token.

What is stored is a keyed hash of the code; each area has labels of its own for code and hash.
"""

import hashlib
import secrets

from keng.kit.secrets import derive_key

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


class MalformedCode(ValueError):
    """The code has too many or too few letters and digits; `length` says how many it has."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


def new_token() -> str:
    """A random token (128 bits) from which one code is derived; only its holder has it."""
    return secrets.token_urlsafe(16)


def derived_code(label: str, token: str) -> str:
    """The code of a token: the same label and token always give the same code, and only here."""
    digest = hashlib.blake2b(token.encode(), key=derive_key(label), digest_size=10).digest()
    number = int.from_bytes(digest)
    return "".join(CODE_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def grouped_code(code: str) -> str:
    """In groups of four, as it is printed."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def cleaned_code(typed: str, length: int = CODE_LENGTH) -> str:
    """What somebody typed, as a code: case, hyphens, spaces do not matter; O is 0, I and L are 1.

    Raises MalformedCode.
    """
    code = "".join(c for c in typed.upper() if c.isalnum()).translate(_LOOKS_LIKE)
    if len(code) != length or any(c not in CODE_ALPHABET for c in code):
        raise MalformedCode(len(code))
    return code
