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
# Where failures are counted, and until when the count has locked.
_SIGN_IN = ("failed_signins", "locked_until")
_PRESENCE = ("failed_presence", "presence_locked_until")


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
        if _is_open(officer.locked_until) and is_right:
            return officer
        _failed(officer, "password")
    raise NotSignedIn


def check_code(officer: Officer, code: str) -> Officer:
    """The officer, once the six digits are right too: this completes it. Raises NotSignedIn."""
    with transaction.atomic():
        locked = _lock(officer.username)
        if (
            locked is not None
            and _is_open(locked.locked_until)
            and second_factor.check(locked, code)
        ):
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

    Wrong codes have a count of their own: what others try at the sign-in with this name keeps
    nobody from approving or recalling, and whoever sits at a forgotten browser guesses five times.
    """
    locked = _lock(officer.username)
    if locked is None:
        return False
    if _is_open(locked.presence_locked_until) and second_factor.check(locked, code):
        if locked.failed_presence:
            locked.failed_presence = 0
            locked.save(update_fields=["failed_presence"])
        return True
    _failed(locked, "code", _PRESENCE)
    return False


@transaction.atomic
def sign_out(officer: Officer) -> None:
    """Put the end of the session on record."""
    record("officer.signed_out", by=officer, on=officer, chain=chain_of(officer))


def chain_of(officer: Officer) -> str:
    """The audit chain of the officer's first unit."""
    return unit_chain(officer.home_unit_id) if officer.home_unit_id else "accounts"


def _lock(username: str) -> Officer | None:
    active = Officer.objects.select_for_update(no_key=True).filter(is_active=True)
    return active.filter(username=username.strip().lower()).first()


def _is_open(until: datetime.datetime | None) -> bool:
    return until is None or until <= times.now()


def _failed(officer: Officer, factor: str, counted: tuple[str, str] = _SIGN_IN) -> None:
    """Count a failure; the fifth one locks. What is locked is not locked for longer by trying."""
    count, until = counted
    if not _is_open(getattr(officer, until)):
        record(
            "officer.refused_while_locked",
            by=None,
            on=officer,
            chain=chain_of(officer),
            detail={"factor": factor},
        )
        return
    failures: int = getattr(officer, count) + 1
    ends: datetime.datetime | None = None
    if failures >= FAILURES:
        failures, ends = 0, times.now() + LOCKED_FOR
    setattr(officer, count, failures)
    setattr(officer, until, ends)
    officer.save(update_fields=[count, until])
    record(
        "officer.signin_failed",
        by=None,
        on=officer,
        chain=chain_of(officer),
        detail={"factor": factor, "locked": ends is not None},
    )
