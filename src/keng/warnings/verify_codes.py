"""Verify codes: six characters under a warning, by which anybody finds it on our own page."""

from django.db import IntegrityError

from keng.acts.work import savepoint
from keng.kit.codes import random_code
from keng.warnings.models import VerifyCode, Version

VERIFY_LENGTH = 6


def give_code(version: Version) -> VerifyCode:
    """A code of its own for this version, for ever."""
    while True:
        try:
            with savepoint():
                return VerifyCode.objects.create(code=random_code(VERIFY_LENGTH), version=version)
        except IntegrityError:
            # Of seven hundred million a second draw settles it, unless the version has one.
            if VerifyCode.objects.filter(version=version).exists():
                raise
