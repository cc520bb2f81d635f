"""Verify codes: six characters of Crockford's base32 without vowels, so that no word comes out."""

import secrets

from django.db import IntegrityError, transaction

from keng.warnings.models import VerifyCode, Version

ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 6
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def give(version: Version) -> VerifyCode:
    """A code of its own for this version, for ever."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        try:
            with transaction.atomic():
                return VerifyCode.objects.create(code=code, version=version)
        except IntegrityError:
            # Of seven hundred million a second draw settles it, unless the version has one.
            if VerifyCode.objects.filter(version=version).exists():
                raise


def grouped(code: str) -> str:
    """As it is printed: 7QM-4KD."""
    return f"{code[:3]}-{code[3:]}"


def cleaned(typed: str) -> str:
    """What somebody typed, as a code; case, hyphens, spaces do not matter. "" when it is none."""
    code = "".join(c for c in typed.upper() if c.isalnum()).translate(_LOOKS_LIKE)
    return code if len(code) == LENGTH and all(c in ALPHABET for c in code) else ""
