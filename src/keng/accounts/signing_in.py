"""Signing in with two factors. Whoever guesses waits (`guessing`); no account is ever locked."""

import datetime

from django.db.models import F

from keng.accounts import guessing, notices, passkey_answers, second_factor
from keng.accounts.guessing import TryOrigin
from keng.accounts.models import Notice, Officer, OfficerPasskey
from keng.accounts.passkey_answers import PasskeyAnswer, PasskeyCopied, PasskeyRefused
from keng.accounts.passkey_challenges import ChallengePurpose, ChallengeUse
from keng.accounts.password_checks import SignInBusy, is_password_right
from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times

# Codes asked of somebody who is signed in: so many wrong ones, then a pause.
PRESENCE_FAILURES = 5
PRESENCE_PAUSE = datetime.timedelta(minutes=15)
# The chain of what belongs to no unit: auditors of a province read it.
NO_UNIT_CHAIN = "accounts"


class NotSignedIn(Exception):
    """Something was not right. It does not say what, so that nobody learns which names exist."""


class WithoutPost(NotSignedIn):
    """Both factors were right, and the officer has no post today: nothing would open."""


def check_officer_password(username: str, password: str, *, origin: TryOrigin) -> Officer:
    """The officer whose name and password these are.

    Raises NotSignedIn; TooManyTries and SignInBusy before anything was read.
    """
    this_try = guessing.password_guesses.begin_try(f"officer {username.strip()}", origin)
    officer = _active_officer(username)
    try:
        is_right = is_password_right(
            password,
            officer.password if officer else None,
            keep=lambda made: _keep_password(officer, made),
        )
    except SignInBusy:
        this_try.count_as_right()
        raise
    if officer is not None and is_right:
        this_try.count_as_right()
        return officer
    _record_wrong_password(officer, slowed=this_try.is_last)
    raise NotSignedIn


def check_officer_code(officer: Officer, code: str, *, origin: TryOrigin) -> Officer:
    """The officer, once the six digits are right too: this completes it.

    Raises NotSignedIn, WithoutPost, TooManyTries.
    """
    this_try = guessing.code_guesses.begin_try(f"officer {officer.username}", origin)
    found = _complete_sign_in_with(officer, code, is_last_try=this_try.is_last)
    if found is None:
        raise NotSignedIn
    this_try.count_as_right()
    if not found.current_posts:
        raise WithoutPost
    return found


def check_officer_passkey(answer: str, use: ChallengeUse) -> Officer:
    """The officer whose passkey answered: two factors at once, so this completes signing in.

    No count of wrong tries stands before it: a signature is not guessed, and so nobody can make an
    office wait by guessing from its address. Raises NotSignedIn, WithoutPost.
    """
    try:
        checked = passkey_answers.check_answer(OfficerPasskey, answer, use)
    except PasskeyRefused as error:
        raise NotSignedIn from error
    found = _complete_sign_in_with_passkey(checked)
    if found is None:
        raise NotSignedIn
    if not found.current_posts:
        raise WithoutPost
    return found


def presence_use(officer: Officer, browser: str) -> ChallengeUse:
    """For what the challenge is made with which the officer shows that they are there."""
    return ChallengeUse(ChallengePurpose.PRESENCE, browser, str(officer.pk))


def confirm_presence_with_passkey(officer: Officer, answer: str, use: ChallengeUse) -> bool:
    """Whether a passkey of the signed-in officer answered this moment: as good as a code.

    Like a code it is used up by this, whatever becomes of what it is for.
    """
    try:
        checked = passkey_answers.check_answer(OfficerPasskey, answer, use)
    except PasskeyRefused:
        _record_presence_failed(officer)
        return False
    return _take_presence(officer, checked)


@work()
def confirm_presence(officer: Officer, code: str) -> bool:
    """Whether the signed-in officer can show a code of this moment, as publishing asks for.

    Wrong codes have a count of their own: what others try at the sign-in with this name keeps
    nobody from approving or recalling, and whoever sits at a forgotten browser guesses five times.

    Done before the act that it is for and not within it: what is counted here stays counted where
    that act is refused.
    """
    locked = _locked_officer(officer)
    if locked is None:
        return False
    is_paused = _is_ahead(locked.presence_locked_until)
    if not is_paused and second_factor.check_totp_code(locked, code):
        if locked.failed_presence:
            locked.failed_presence = 0
            locked.save(update_fields=["failed_presence"])
        return True
    if not is_paused:
        locked.failed_presence += 1
        if locked.failed_presence >= PRESENCE_FAILURES:
            locked.failed_presence = 0
            locked.presence_locked_until = times.now() + PRESENCE_PAUSE
            is_paused = True
        locked.save(update_fields=["failed_presence", "presence_locked_until"])
        record(
            "officer.presence_failed",
            by=locked,
            on=locked,
            chain=chain_of_officer(locked),
            detail={"slowed": is_paused},
        )
    return False


def presence_pause(officer: Officer) -> datetime.timedelta | None:
    """How long no code at all is taken from the officer, after too many wrong ones."""
    until = Officer.objects.values_list("presence_locked_until", flat=True).get(pk=officer.pk)
    return until - times.now() if until and _is_ahead(until) else None


def take_passkey_answer(officer: Officer, answer: PasskeyAnswer) -> bool:
    """Use the answer up, inside the caller's work. A copied passkey is stopped, and that is told.

    False is an answer: a passkey that was stopped stays stopped.
    """
    try:
        passkey_answers.take_answer(answer)
    except PasskeyCopied:
        passkey_answers.stop_passkey(answer.passkey)
        notices.tell_of_passkey(officer, Notice.Act.COPIED)
        return False
    except PasskeyRefused:
        return False
    return True


@work()
def record_sign_out(officer: Officer) -> None:
    """Put the end of the session on record."""
    record("officer.signed_out", by=officer, on=officer, chain=chain_of_officer(officer))


def chain_of_officer(officer: Officer) -> str:
    """The audit chain of the officer's first unit; where no post is held today, of the last one.

    So that auditors who knew the officer read who tries to get in with an account that is over.
    """
    if officer.home_unit_id:
        return unit_chain(officer.home_unit_id)
    begun = officer.posts.filter(valid_from__lte=times.local_date(times.now()))
    last = begun.order_by(F("valid_to").desc(nulls_first=True), "-id").first()
    return unit_chain(last.unit_id) if last else NO_UNIT_CHAIN


@work()
def _complete_sign_in_with_passkey(answer: PasskeyAnswer) -> Officer | None:
    """None is an answer, as for a code: a passkey that was stopped stays stopped."""
    locked = lock(Officer.objects.filter(is_active=True)).filter(pk=answer.passkey.holder_id)
    officer = locked.first()
    if officer is None:
        return None
    if take_passkey_answer(officer, answer):
        _complete_sign_in(officer)
        return officer
    record(
        "officer.signin_failed",
        by=None,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"factor": "passkey", "slowed": False},
    )
    return None


@work()
def _take_presence(officer: Officer, answer: PasskeyAnswer) -> bool:
    locked = _locked_officer(officer)
    if locked is not None and take_passkey_answer(locked, answer):
        return True
    _record_presence_failed(officer)
    return False


@work()
def _record_presence_failed(officer: Officer) -> None:
    record(
        "officer.presence_failed",
        by=officer,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"slowed": False},
    )


@work()
def _complete_sign_in_with(officer: Officer, code: str, *, is_last_try: bool) -> Officer | None:
    """The officer, if these are their six digits; none is an answer, since it stays on record."""
    locked = _locked_officer(officer)
    if locked is None:
        return None
    if second_factor.check_totp_code(locked, code):
        _complete_sign_in(locked)
        return locked
    _record_wrong_code(locked, slowed=is_last_try)
    return None


def _complete_sign_in(officer: Officer) -> None:
    if not officer.current_posts:
        record("officer.refused_without_post", by=None, on=officer, chain=chain_of_officer(officer))
        return
    officer.last_login = times.now()
    officer.save(update_fields=["last_login"])
    record("officer.signed_in", by=officer, on=officer, chain=chain_of_officer(officer))


def _active_officer(username: str) -> Officer | None:
    name = username.strip().lower()
    return Officer.objects.filter(is_active=True, username=name).first()


def _locked_officer(officer: Officer) -> Officer | None:
    return lock(Officer.objects.filter(is_active=True)).filter(pk=officer.pk).first()


@work()
def _keep_password(officer: Officer | None, made: str) -> None:
    """The same password in a new form, unless another was chosen meanwhile."""
    if officer is not None:
        unchanged = Officer.objects.filter(pk=officer.pk, password=officer.password)
        if unchanged.update(password=made):
            officer.password = made


def _is_ahead(until: datetime.datetime | None) -> bool:
    return until is not None and until > times.now()


@work()
def _record_wrong_password(officer: Officer | None, *, slowed: bool) -> None:
    """On record for a name that nobody has as well: it costs the same time, and an auditor sees
    that somebody guesses. Not the name: a password is typed into the wrong field at times.
    """
    record(
        "officer.signin_failed",
        by=None,
        on=officer,
        chain=chain_of_officer(officer) if officer else NO_UNIT_CHAIN,
        detail={"factor": "password", "slowed": slowed},
    )


def _record_wrong_code(officer: Officer, *, slowed: bool) -> None:
    record(
        "officer.signin_failed",
        by=None,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"factor": "code", "slowed": slowed},
    )
