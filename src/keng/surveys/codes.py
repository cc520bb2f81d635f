"""Addresses of surveys and codes of slips: base32 without vowels, so that no word comes out."""

import secrets

from keng.kit.secrets import keyed_hash

ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
SURVEY_LENGTH, SLIP_LENGTH = 6, 10
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code(length: int) -> str:
    """A code by chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def clean_code(typed: str, length: int) -> str:
    """What somebody typed, as a code; case, hyphens, spaces do not matter. "" when it is none."""
    code = "".join(c for c in typed.upper()[:80] if c.isalnum()).translate(_LOOKS_LIKE)
    return code if len(code) == length and all(c in ALPHABET for c in code) else ""


def grouped_code(code: str) -> str:
    """As it is printed: in two halves."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def slip_hash(survey: str, code: str) -> bytes:
    """How a slip is found; the code itself is stored nowhere."""
    return keyed_hash("survey slip", survey, code)
