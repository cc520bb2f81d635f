"""Signing in with two factors, and the lock after too many failures."""

import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from keng.accounts import second_factor
from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.kit import times

FAILURES = 5
LOCKED_FOR = datetime.timedelta(minutes=15)


class NotSignedIn(Exception):
    """Something was not right. It does not say what, so that nobody learns which names exist."""


def check_name_and_password(username: str, password: str) -> Officer:
    """The officer whose name and password these are. Raises NotSignedIn."""
    with transaction.atomic():
        officer = _lock(username)
        if officer is None:
            # As slow as a real check, so that time does not tell which names exist.
            make_password(password)
            raise NotSignedIn
        # Before asking whether it is locked: a locked name takes as long.
        is_right = check_password(password, officer.password)
        if _is_open(officer) and is_right:
            return officer
        _failed(officer, "password")
    raise NotSignedIn


def check_code(officer: Officer, code: str) -> Officer:
    """The officer, once the six digits are right too: this completes it. Raises NotSignedIn."""
    with transaction.atomic():
        locked = _lock(officer.username)
        if locked is not None and _is_open(locked) and second_factor.check(locked, code):
            locked.failed_signins, locked.locked_until = 0, None
            locked.last_login = times.now()
            locked.save(update_fields=["failed_signins", "locked_until", "last_login"])
            record("officer.signed_in", by=locked, on=locked, chain=chain_of(locked))
            return locked
        if locked is not None:
            _failed(locked, "code")
    raise NotSignedIn


@transaction.atomic
def confirm_presence(officer: Officer, code: str) -> bool:
    """Whether the signed-in officer can show a code of this moment, as publishing asks for.

    Wrong codes count towards the same lock as at the sign-in.
    """
    locked = _lock(officer.username)
    if locked is not None and _is_open(locked) and second_factor.check(locked, code):
        return True
    if locked is not None:
        _failed(locked, "code")
    return False


@transaction.atomic
def sign_out(officer: Officer) -> None:
    """Put the end of the session on record."""
    record("officer.signed_out", by=officer, on=officer, chain=chain_of(officer))


def chain_of(officer: Officer) -> str:
    """The audit chain of the officer's first unit."""
    return unit_chain(officer.home_unit_id) if officer.home_unit_id else "accounts"


def _lock(username: str) -> Officer | None:
    active = Officer.objects.select_for_update().filter(is_active=True)
    return active.filter(username=username.strip().lower()).first()


def _is_open(officer: Officer) -> bool:
    return officer.locked_until is None or officer.locked_until <= times.now()


def _failed(officer: Officer, factor: str) -> None:
    """Count a failure; the fifth one locks. A locked account is not locked for longer by trying."""
    if not _is_open(officer):
        record(
            "officer.refused_while_locked",
            by=None,
            on=officer,
            chain=chain_of(officer),
            detail={"factor": factor},
        )
        return
    officer.failed_signins += 1
    if officer.failed_signins >= FAILURES:
        officer.failed_signins, officer.locked_until = 0, times.now() + LOCKED_FOR
    officer.save(update_fields=["failed_signins", "locked_until"])
    record(
        "officer.signin_failed",
        by=None,
        on=officer,
        chain=chain_of(officer),
        detail={
            "factor": factor,
            "locked": officer.locked_until is not None and officer.locked_until > times.now(),
        },
    )
