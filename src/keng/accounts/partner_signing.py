"""How a partner's member signs in on the public site: two factors, and sessions of their own."""

import datetime
import secrets
import uuid

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from keng.accounts import second_factor
from keng.accounts.models import PartnerMember, PartnerSession
from keng.accounts.signing_in import FAILURES, LOCKED_FOR, NotSignedIn
from keng.audit.actions import record
from keng.kit import times
from keng.kit.secrets import keyed_hash

COOKIE = "keng_partner"
SIGNED_IN_FOR = datetime.timedelta(hours=8)
_HALF_FOR = datetime.timedelta(minutes=5)


class NotAgreed(NotSignedIn):
    """Both are right, and nobody of the partner has agreed to this person yet."""


class WrongPassword(ValueError):
    """The present password was not right."""


def partner_chain(partner_id: uuid.UUID) -> str:
    """The audit chain of a partner: none of a unit, so no desk reads it."""
    return f"partner:{partner_id}"


def check_name_and_password(username: str, password: str) -> str:
    """The token of a session that waits for the six digits. Raises NotSignedIn, NotAgreed."""
    with transaction.atomic():
        member = _lock(username=username.strip().lower())
        if member is None:
            # As slow as a real check, so that time does not tell which names exist.
            make_password(password)
            raise NotSignedIn
        # Before asking whether it is locked: a locked name takes as long.
        is_right = check_password(password, member.password)
        if _is_open(member) and is_right:
            if member.awaits_agreement:
                raise NotAgreed
            return _begin(member, is_half=True, lasts=_HALF_FOR)
        _failed(member, "password")
    raise NotSignedIn


def check_code(token: str, code: str) -> str:
    """The token of the whole session, once the six digits are right too. Raises NotSignedIn."""
    with transaction.atomic():
        half = member_of(token, is_half=True)
        member = _lock(pk=half.pk) if half else None
        if member is not None and _is_open(member) and second_factor.check(member, code):
            end(token)
            member.failed_signins, member.locked_until = 0, None
            member.save(update_fields=["failed_signins", "locked_until"])
            _record("partner.signed_in", member)
            return _begin(member, is_half=False, lasts=SIGNED_IN_FOR)
        if member is not None:
            _failed(member, "code")
    raise NotSignedIn


def member_of(token: str, *, is_half: bool = False) -> PartnerMember | None:
    """Who is signed in with this token, if they and their partner are still active."""
    if not token or len(token) > 100:
        return None
    session = (
        PartnerSession.objects.select_related("member__partner")
        .filter(
            token_hash=_hash(token), is_half=is_half, expires_at__gt=times.now(),
            member__is_active=True, member__awaits_agreement=False,
            member__partner__is_active=True,
        )
        .first()
    )  # fmt: skip
    return session.member if session else None


@transaction.atomic
def change_password(member: PartnerMember, *, present: str, new: str) -> str:
    """A new password; every other browser is signed out. Raises WrongPassword."""
    locked = PartnerMember.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not check_password(present, locked.password):
        raise WrongPassword
    locked.password, locked.must_choose_password = make_password(new), False
    locked.save(update_fields=["password", "must_choose_password"])
    PartnerSession.objects.filter(member=locked).delete()
    _record("partner.password_changed", locked)
    return _begin(locked, is_half=False, lasts=SIGNED_IN_FOR)


def end(token: str) -> None:
    """The way out, for this browser."""
    PartnerSession.objects.filter(token_hash=_hash(token)).delete()


def _begin(member: PartnerMember, *, is_half: bool, lasts: datetime.timedelta) -> str:
    now = times.now()
    PartnerSession.objects.filter(expires_at__lt=now).delete()
    token = secrets.token_urlsafe(32)
    PartnerSession.objects.create(
        member=member, token_hash=_hash(token), is_half=is_half, expires_at=now + lasts
    )
    return token


def _hash(token: str) -> bytes:
    return keyed_hash("partner session", token)


def _lock(**who: object) -> PartnerMember | None:
    open_ones = PartnerMember.objects.select_for_update(no_key=True).filter(is_active=True)
    return open_ones.filter(**who).first()


def _is_open(member: PartnerMember) -> bool:
    return member.locked_until is None or member.locked_until <= times.now()


def _failed(member: PartnerMember, factor: str) -> None:
    """Count a failure; the fifth one locks. A locked account is not locked for longer by trying."""
    if _is_open(member):
        member.failed_signins += 1
        if member.failed_signins >= FAILURES:
            member.failed_signins, member.locked_until = 0, times.now() + LOCKED_FOR
        member.save(update_fields=["failed_signins", "locked_until"])
    _record("partner.signin_failed", member, factor=factor)


def _record(act: str, member: PartnerMember, **detail: str) -> None:
    record(act, by=member, on=member, chain=partner_chain(member.partner_id), detail=detail)
