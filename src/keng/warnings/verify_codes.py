"""Verify codes: six characters of Crockford's base32 without vowels, so that no word comes out."""

import secrets

from django.db import IntegrityError

from keng.acts.work import savepoint
from keng.warnings.models import VerifyCode, Version

CODE_ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def give_code(version: Version) -> VerifyCode:
    """A code of its own for this version, for ever."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        try:
            with savepoint():
                return VerifyCode.objects.create(code=code, version=version)
        except IntegrityError:
            # Of seven hundred million a second draw settles it, unless the version has one.
            if VerifyCode.objects.filter(version=version).exists():
                raise


def printed_code(code: str) -> str:
    """As it is printed: 7QM-4KD."""
    return f"{code[:3]}-{code[3:]}"


def typed_code(typed: str) -> str:
    """What somebody typed, as a code; case, hyphens, spaces do not matter. "" when it is none."""
    code = "".join(c for c in typed.upper() if c.isalnum()).translate(_LOOKS_LIKE)
    return code if len(code) == CODE_LENGTH and all(c in CODE_ALPHABET for c in code) else ""
