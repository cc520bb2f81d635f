"""How a partner's member signs in on the public site: two factors, and sessions of their own."""

import datetime
import secrets
import uuid
from collections.abc import Mapping

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.http import HttpRequest

from keng.accounts import acts, guessing, passkey_answers, second_factor
from keng.accounts.devices import device_of
from keng.accounts.guessing import TryOrigin
from keng.accounts.models import MemberPasskey, PartnerMember, PartnerSession
from keng.accounts.passkey_answers import PasskeyAnswer, PasskeyCopied, PasskeyRefused
from keng.accounts.passkey_challenges import ChallengePurpose, ChallengeUse
from keng.accounts.password_checks import (
    SignInBusy,
    WrongPassword,
    is_password_right,
)
from keng.accounts.signing_in import NO_UNIT_CHAIN, NotSignedIn
from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record
from keng.kit import times
from keng.kit.secrets import keyed_hash

PARTNER_COOKIE = "keng_partner"
PARTNER_SIGNED_IN_FOR = datetime.timedelta(hours=8)
_HALF_FOR = datetime.timedelta(minutes=5)


class MemberNotAgreed(NotSignedIn):
    """Both are right, and nobody of the partner has agreed to this person yet."""


def partner_chain(partner_id: uuid.UUID) -> str:
    """The audit chain of a partner: none of a unit, so no desk reads it."""
    return f"partner:{partner_id}"


def token_of_request(request: HttpRequest) -> str:
    """The token of the browser's session, whole or half; empty if it has none."""
    return request.COOKIES.get(PARTNER_COOKIE, "")


def device_of_request(request: HttpRequest) -> str:
    """What is kept of a browser, so that its owner knows it again in the list."""
    return device_of(request.headers.get("User-Agent", ""))


def check_member_password(username: str, password: str, *, origin: TryOrigin) -> str:
    """The token of a session that waits for the six digits.

    Raises NotSignedIn, MemberNotAgreed; TooManyTries and SignInBusy before anything was read.
    """
    this_try = guessing.password_guesses.begin_try(f"partner {username.strip()}", origin)
    member = PartnerMember.objects.filter(is_active=True, username=username.strip().lower()).first()
    try:
        is_right = is_password_right(
            password,
            member.password if member else None,
            keep=lambda made: _keep_password(member, made),
        )
    except SignInBusy:
        this_try.count_as_right()
        raise
    if member is not None and is_right:
        this_try.count_as_right()
        if member.awaits_agreement:
            raise MemberNotAgreed
        return _begin_member_session(member, is_half=True, lasts=_HALF_FOR)
    _record_wrong_password(member, slowed=this_try.is_last)
    raise NotSignedIn


def check_member_code(token: str, code: str, *, origin: TryOrigin, device: str = "") -> str:
    """The token of the whole session, once the six digits are right too.

    Raises NotSignedIn, TooManyTries.
    """
    half = member_of_token(token, is_half=True)
    if half is None:
        raise NotSignedIn
    this_try = guessing.code_guesses.begin_try(f"partner {half.username}", origin)
    whole = _complete_sign_in(half, token, code, is_last_try=this_try.is_last, device=device)
    if whole is None:
        raise NotSignedIn
    this_try.count_as_right()
    return whole


def check_member_passkey(
    answer: str, use: ChallengeUse, *, half: str = "", device: str = ""
) -> str:
    """The token of a whole session: a passkey is two factors at once. `half` is the token that
    waited for the six digits, which ends. Raises NotSignedIn.
    """
    try:
        checked = passkey_answers.check_answer(MemberPasskey, answer, use)
    except PasskeyRefused as error:
        raise NotSignedIn from error
    whole = _complete_sign_in_with_passkey(checked, half, device)
    if whole is None:
        raise NotSignedIn
    return whole


def check_own_code(member: PartnerMember, code: str, *, origin: TryOrigin) -> bool:
    """Whether whoever is signed in shows a code of this moment, as adding a passkey asks for.

    Raises TooManyTries.
    """
    this_try = guessing.code_guesses.begin_try(f"own partner {member.username}", origin)
    is_right = _use_up_code(member, code)
    if is_right:
        this_try.count_as_right()
    return is_right


def member_presence_use(member: PartnerMember, browser: str) -> ChallengeUse:
    """For what the challenge is made with which a member shows that they are there."""
    return ChallengeUse(ChallengePurpose.PRESENCE, browser, str(member.pk))


@work()
def confirm_member_presence(member: PartnerMember, answer: str, use: ChallengeUse) -> bool:
    """Whether a passkey of the signed-in member answered this moment. Used up by this."""
    try:
        checked = passkey_answers.check_answer(MemberPasskey, answer, use)
    except PasskeyRefused:
        return False
    return _take_answer(checked)


def member_of_token(token: str, *, is_half: bool = False) -> PartnerMember | None:
    """Who is signed in with this token, if they and their partner are still active."""
    if not token or len(token) > 100:
        return None
    session = (
        PartnerSession.objects.select_related("member__partner")
        .filter(
            token_hash=_token_hash(token),
            is_half=is_half,
            expires_at__gt=times.now(),
            member__is_active=True,
            member__awaits_agreement=False,
            member__partner__is_active=True,
        )
        .first()
    )
    return session.member if session else None


def is_browser_of_member(cookies: Mapping[str, str]) -> bool:
    """Whether a browser with these cookies is signed in, before its request is taken in."""
    return member_of_token(cookies.get(PARTNER_COOKIE, "")) is not None


@act(acts.CHANGE_MEMBER_PASSWORD)
def change_member_password(*, present: str, new: str, by: PartnerMember, device: str = "") -> str:
    """A new password; every other browser is signed out.

    Called within count_own_password. Raises WrongPassword, SignInBusy.
    """
    locked = lock(PartnerMember.objects.all()).get(pk=by.pk)
    if not is_password_right(present, locked.password):
        raise WrongPassword
    locked.password, locked.must_choose_password = make_password(new), False
    locked.save(update_fields=["password", "must_choose_password"])
    PartnerSession.objects.filter(member=locked).delete()
    _record("partner.password_changed", locked)
    return _begin_member_session(locked, is_half=False, lasts=PARTNER_SIGNED_IN_FOR, device=device)


def end_partner_session(token: str) -> None:
    """The way out, for this browser."""
    PartnerSession.objects.filter(token_hash=_token_hash(token)).delete()


def live_member_sessions(member: PartnerMember) -> QuerySet[PartnerSession]:
    """Whole sessions of the member that are good for something still, newest first."""
    rows = PartnerSession.objects.filter(member=member, is_half=False)
    return rows.filter(expires_at__gt=times.now()).order_by("-expires_at")


def session_of_token(token: str) -> uuid.UUID | None:
    """The id of the session with this token."""
    found = PartnerSession.objects.filter(token_hash=_token_hash(token))
    return found.values_list("pk", flat=True).first()


@act(acts.END_MEMBER_SESSION)
def end_member_session(session_id: uuid.UUID, *, by: PartnerMember) -> bool:
    """The member ends one of their own. False: there was none."""
    ended, _by_table = live_member_sessions(by).filter(pk=session_id).delete()
    if ended:
        _record_ended(by, ended)
    return bool(ended)


@act(acts.END_OTHER_MEMBER_SESSIONS)
def end_other_member_sessions(*, this: str, by: PartnerMember) -> int:
    """The member ends all but the one of this token; how many were good for something still."""
    others = PartnerSession.objects.filter(member=by).exclude(token_hash=_token_hash(this))
    ended = live_member_sessions(by).filter(pk__in=others.values("pk")).count()
    others.delete()
    if ended:
        _record_ended(by, ended)
    return ended


def _record_ended(member: PartnerMember, count: int) -> None:
    chain = partner_chain(member.partner_id)
    record("partner.sessions_ended", by=member, on=member, chain=chain, detail={"count": count})


def remove_ended_partner_sessions() -> int:
    """Remove sessions whose time is over; how many."""
    return PartnerSession.objects.filter(expires_at__lte=times.now()).delete()[0]


@work()
def _complete_sign_in(
    half: PartnerMember, token: str, code: str, *, is_last_try: bool, device: str
) -> str | None:
    """The token of the whole session; none is an answer, since wrong digits stay on record."""
    member = lock(PartnerMember.objects.all()).get(pk=half.pk)
    if member.is_active and second_factor.check_totp_code(member, code):
        end_partner_session(token)
        _record("partner.signed_in", member)
        return _begin_member_session(
            member, is_half=False, lasts=PARTNER_SIGNED_IN_FOR, device=device
        )
    record(
        "partner.signin_failed",
        by=None,
        on=member,
        chain=partner_chain(member.partner_id),
        detail={"factor": "code", "slowed": is_last_try},
    )
    return None


@work()
def _complete_sign_in_with_passkey(answer: PasskeyAnswer, half: str, device: str) -> str | None:
    member = lock(PartnerMember.objects.all()).get(pk=answer.passkey.holder_id)
    if _take_answer(answer) and member.is_active and not member.awaits_agreement:
        end_partner_session(half)
        _record("partner.signed_in", member)
        return _begin_member_session(
            member, is_half=False, lasts=PARTNER_SIGNED_IN_FOR, device=device
        )
    record(
        "partner.signin_failed",
        by=None,
        on=member,
        chain=partner_chain(member.partner_id),
        detail={"factor": "passkey", "slowed": False},
    )
    return None


def _take_answer(answer: PasskeyAnswer) -> bool:
    """Use the answer up, inside the caller's work; a copied passkey is stopped."""
    try:
        passkey_answers.take_answer(answer)
    except PasskeyCopied:
        passkey_answers.stop_passkey(answer.passkey)
        return False
    except PasskeyRefused:
        return False
    return True


@work()
def _use_up_code(member: PartnerMember, code: str) -> bool:
    return second_factor.check_totp_code(member, code)


@work()
def _record_wrong_password(member: PartnerMember | None, *, slowed: bool) -> None:
    """On record for a name that nobody has as well, without it: it costs the same time."""
    record(
        "partner.signin_failed",
        by=None,
        on=member,
        chain=partner_chain(member.partner_id) if member else NO_UNIT_CHAIN,
        detail={"factor": "password", "slowed": slowed},
    )


def _begin_member_session(
    member: PartnerMember, *, is_half: bool, lasts: datetime.timedelta, device: str = ""
) -> str:
    token = secrets.token_urlsafe(32)
    PartnerSession.objects.create(
        member=member,
        token_hash=_token_hash(token),
        is_half=is_half,
        expires_at=times.now() + lasts,
        device=device,
    )
    return token


def _token_hash(token: str) -> bytes:
    return keyed_hash("partner session", token)


@work()
def _keep_password(member: PartnerMember | None, made: str) -> None:
    """The same password in a new form, unless another was chosen meanwhile."""
    if member is not None:
        unchanged = PartnerMember.objects.filter(pk=member.pk, password=member.password)
        unchanged.update(password=made)


def _record(action: str, member: PartnerMember) -> None:
    record(action, by=member, on=member, chain=partner_chain(member.partner_id))
