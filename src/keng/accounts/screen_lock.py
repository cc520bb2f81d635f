"""A screen that nobody sits at is locked, and opens again with a passkey, a PIN or six digits.

The desk knows of itself when somebody was last there: a person's own requests count, and a sign of
life that the page sends while somebody types or points. What a page asks for by itself does not. A
session that is locked is answered with nothing but the page that unlocks it, whatever its browser
still shows; how many critical tips ring is said there too, without a word of them.

A PIN is six digits and opens nothing else: five wrong tries end the session.
"""

import datetime
import enum
import itertools

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from keng.accounts import acts, passkey_answers
from keng.accounts.models import DeskSession, Officer, OfficerPasskey
from keng.accounts.passkey_answers import PasskeyRefused
from keng.accounts.passkey_challenges import ChallengePurpose, ChallengeUse
from keng.accounts.password_checks import SignInBusy, is_password_right
from keng.accounts.second_factor import check_totp_code
from keng.accounts.sessions import row_key
from keng.accounts.signing_in import chain_of_officer, take_passkey_answer
from keng.acts.act import act
from keng.acts.errors import Incomplete
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, work
from keng.audit.actions import record
from keng.kit import times
from keng.kit.secrets import keyed_hash

UNLOCK_TRIES = 5
PIN_LENGTH = 6
# So exactly is it known when somebody was last there.
ACTIVE_WITHIN = datetime.timedelta(minutes=1)


class EasyPin(Incomplete):
    """One of those that everybody tries first."""

    sentence = _("Choose another PIN: six equal digits or digits in a row are tried first.")


class UnlockResult(enum.Enum):
    """What became of a try to unlock."""

    OPEN = enum.auto()
    WRONG = enum.auto()
    OVER = enum.auto()
    """Too many: the session has ended, and a full sign-in follows."""


def lock_seconds() -> int:
    """After how long without anybody a screen is locked; 0: never."""
    return int(settings.SCREEN_LOCK_MINUTES) * 60


def is_locked(locked_at: datetime.datetime | None, active_at: datetime.datetime) -> bool:
    """Whether a session with these two moments is locked: by hand, or because nobody was there."""
    if locked_at is not None:
        return True
    seconds = lock_seconds()
    return bool(seconds) and times.now() - active_at >= datetime.timedelta(seconds=seconds)


def is_screen_locked(session: SessionBase) -> bool:
    """Whether the session of this request is locked."""
    # A session without a row has neither.
    active_at = getattr(session, "active_at", None) or times.now()
    return is_locked(getattr(session, "locked_at", None), active_at)


def note_activity(session: SessionBase) -> None:
    """Somebody is there: written down when that is a minute old, and not at every request."""
    active_at = getattr(session, "active_at", None)
    now = times.now()
    if active_at is not None and now - active_at >= ACTIVE_WITHIN:
        _change(_row_of(session), active_at=now)


def lock_screen(session: SessionBase) -> None:
    """Lock it now; one's own affair, so no audit entry."""
    _change(_row_of(session).filter(locked_at=None), locked_at=times.now())


@act(acts.SET_PIN)
def set_pin(pin: str, *, by: Officer) -> None:
    """Another PIN, or none if it is empty. The page has asked for a fresh second factor before.

    Raises NotAllowed, EasyPin.
    """
    permit_anywhere()
    if pin and _is_easy(pin):
        raise EasyPin
    officer = lock(Officer.objects.all()).get(pk=by.pk)
    officer.pin = make_password(_peppered(officer, pin)) if pin else ""
    officer.save(update_fields=["pin"])
    record(
        "officer.pin_set",
        by=by,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"has_pin": bool(pin)},
    )


def unlock_by_digits(session: SessionBase, officer: Officer, digits: str) -> UnlockResult:
    """Open it with the PIN; whoever has none shows the six digits of the moment.

    Each try is counted before it is looked at, so that many at once are no more than five; one that
    is not looked at counts no more. Raises SignInBusy.
    """
    if not officer.pin:
        return _unlock_by_code(session, officer, digits)
    stored, typed = officer.pin, _peppered(officer, digits)
    if not _begin_try(session):
        return _end(session, officer)
    try:
        is_right = is_password_right(typed, stored)
    except SignInBusy:
        _change(_row_of(session), unlock_tries=F("unlock_tries") - 1)
        raise
    if is_right:
        _open(session)
        return UnlockResult.OPEN
    return _judge_wrong(session, officer)


def use_for_unlock(officer: Officer) -> ChallengeUse:
    """For what the challenge is made that opens the screen."""
    return ChallengeUse(ChallengePurpose.UNLOCK, officer.browser, str(officer.pk))


def unlock_by_passkey(session: SessionBase, officer: Officer, answer: str) -> UnlockResult:
    """Open it with a passkey of the officer's; a wrong answer counts as a wrong PIN does."""
    if not _begin_try(session):
        return _end(session, officer)
    try:
        checked = passkey_answers.check_answer(OfficerPasskey, answer, use_for_unlock(officer))
    except PasskeyRefused:
        return _judge_wrong(session, officer)
    if not _take_answer(officer, checked):
        return _judge_wrong(session, officer)
    _open(session)
    return UnlockResult.OPEN


@work()
def _take_answer(officer: Officer, answer: passkey_answers.PasskeyAnswer) -> bool:
    locked = lock(Officer.objects.filter(is_active=True)).filter(pk=officer.pk).first()
    return locked is not None and take_passkey_answer(locked, answer)


def _unlock_by_code(session: SessionBase, officer: Officer, digits: str) -> UnlockResult:
    if not _begin_try(session):
        return _end(session, officer)
    if _use_up_code(officer, digits):
        _open(session)
        return UnlockResult.OPEN
    return _judge_wrong(session, officer)


@work()
def _use_up_code(officer: Officer, digits: str) -> bool:
    return check_totp_code(officer, digits)


def _begin_try(session: SessionBase) -> bool:
    """Count one more; False: there were five."""
    left = _row_of(session).filter(unlock_tries__lt=UNLOCK_TRIES)
    return bool(_change(left, unlock_tries=F("unlock_tries") + 1))


def _open(session: SessionBase) -> None:
    _change(_row_of(session), locked_at=None, unlock_tries=0, active_at=times.now())


def _judge_wrong(session: SessionBase, officer: Officer) -> UnlockResult:
    if _row_of(session).filter(unlock_tries__gte=UNLOCK_TRIES).exists():
        return _end(session, officer)
    return UnlockResult.WRONG


def _end(session: SessionBase, officer: Officer) -> UnlockResult:
    if _row_of(session).exists():
        _record_failed(officer)
    session.flush()
    return UnlockResult.OVER


@work()
def _record_failed(officer: Officer) -> None:
    record("officer.unlock_failed", by=officer, on=officer, chain=chain_of_officer(officer))


def _row_of(session: SessionBase) -> QuerySet[DeskSession]:
    return DeskSession.objects.filter(pk=row_key(session.session_key or ""))


@work()
def _change(rows: QuerySet[DeskSession], **values: object) -> int:
    """How many rows it changed."""
    return rows.update(**values)


def _peppered(officer: Officer, pin: str) -> str:
    """A million PINs are soon tried: without the site's key a copy of the rows tells none."""
    return keyed_hash("screen lock PIN", str(officer.pk), pin).hex()


def _is_easy(pin: str) -> bool:
    steps = {(int(later) - int(sooner)) % 10 for sooner, later in itertools.pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}
