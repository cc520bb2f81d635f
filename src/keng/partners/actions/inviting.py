"""Who is a partner and who signs in for one: made on the desk, which then sees nothing of it."""

import datetime
import uuid
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection

from keng.accounts import second_factor
from keng.accounts.actions import one_time_password
from keng.accounts.models import Officer, Partner, PartnerMember, SafetyPurpose
from keng.accounts.partner_signing import partner_chain
from keng.accounts.who import INVITING
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_available, lock_one
from keng.acts.work import permit_anywhere, permit_over, savepoint, work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.partners import acts
from keng.partners.errors import IntroductionForbidden, NameTaken, WordsChanged
from keng.partners.introduction import forbidden_in_introduction
from keng.partners.models import KitRequest
from keng.partners.queries import agreement_digest, member_to_agree_to, partners_of
from keng.places import serving
from keng.places.models import Place

# Django would ask for the row back, and the desk may not read it.
_INSERT_MEMBER = """
INSERT INTO accounts_partnermember
    (id, partner_id, username, name, password, totp_box, made_by_id, made_at, awaits_agreement)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""

_REQUESTS_KEPT = datetime.timedelta(days=30)
_PORTION = 500


@dataclass(frozen=True, slots=True)
class MemberCredentials:
    """What a new member signs in with. Shown once, kept nowhere."""

    member: PartnerMember
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


@act(acts.INVITE_PARTNER)
def invite_partner(
    *,
    name: str,
    kind: str,
    place: Place | None,
    about: str,
    purposes: list[str],
    member_name: str,
    username: str,
    by: Officer,
) -> MemberCredentials:
    """A partner with its first member, who signs in once another officer has agreed.

    Whoever invites sees what the first member signs in with: alone they would be a partner, add a
    second person and agree to it; and what stands about it on its public page stands there once
    that officer has read it (agree_for_partner).

    Raises NotAllowed, IntroductionForbidden, NameTaken.
    """
    permit_anywhere()
    unit = INVITING.own_units(by)[0]
    permit_over(unit.pk)
    if stops := forbidden_in_introduction(name=name, about=about, unit=unit):
        raise IntroductionForbidden(stops)
    partner = Partner(
        name=name,
        kind=kind,
        place=place,
        about=about,
        purposes=purposes,
        invited_by_unit=unit,
    )
    try:
        with savepoint():
            partner.save(force_insert=True)
    except IntegrityError as error:
        raise NameTaken from error
    made = _make_member(partner, member_name, username, by, waits=True)
    record("partner.invited", by=by, on=partner, chain=unit_chain(unit.pk), detail={"kind": kind})
    return made


@act(acts.ADD_MEMBER)
def add_member(
    partner_id: uuid.UUID, *, name: str, username: str, by: Officer
) -> MemberCredentials:
    """One more person, who signs in once one of the others agrees. Raises NotAllowed, NameTaken."""
    partner = _lock_partner(partner_id, by)
    made = _make_member(partner, name, username, by, waits=True)
    _record_in_both("partner.member_added", partner, made.member.pk, by)
    return made


@act(acts.AGREE_TO_MEMBER)
def agree_to_member(member_id: uuid.UUID, *, by: PartnerMember) -> None:
    """It is one of theirs: that person signs in from now on. Raises NotAllowed."""
    permit_over(by.partner_id)
    found = PartnerMember.objects.filter(
        pk=member_id, partner_id=by.partner_id, is_active=True, awaits_agreement=True
    )
    if not found.update(awaits_agreement=False):
        raise NotAllowed
    _record_in_both("partner.member_agreed", by.partner, member_id, by)


@act(acts.AGREE_FOR_PARTNER)
def agree_for_partner(member_id: uuid.UUID, *, seen: bytes, by: Officer) -> Partner:
    """Where nobody of the partner can sign in, as with its first person: another officer than who
    made the sign-in, to exactly what was read (queries.agreement_digest). Raises NotAllowed,
    WordsChanged.
    """
    # Two who agree to two people at once do so one after the other: the later one finds somebody.
    _lock_partner_of(member_id, by)
    found = member_to_agree_to(member_id, by)
    if found is None:
        raise NotAllowed
    if agreement_digest(found) != seen:
        raise WordsChanged
    waiting = PartnerMember.objects.filter(pk=member_id, is_active=True, awaits_agreement=True)
    if not waiting.update(awaits_agreement=False):
        raise NotAllowed
    _record_in_both("partner.member_agreed", found.partner, member_id, by, seen=seen.hex())
    return found.partner


@act(acts.CLOSE_MEMBER)
def close_member(member_id: uuid.UUID, *, by: Officer) -> Partner:
    """This person signs in no more. Raises NotAllowed."""
    partner = _lock_partner_of(member_id, by)
    PartnerMember.objects.filter(pk=member_id).update(is_active=False)
    _record_in_both("partner.member_closed", partner, member_id, by)
    return partner


@act(acts.SET_PARTNER_ACTIVE)
def set_partner_active(partner_id: uuid.UUID, *, is_active: bool, by: Officer) -> Partner:
    """Whether it publishes here at present: its pages go and come with it. Raises NotAllowed."""
    partner = _lock_partner(partner_id, by)
    if partner.is_active != is_active:
        partner.is_active = is_active
        partner.save(update_fields=["is_active"])
        action = "partner.opened" if is_active else "partner.closed"
        record(action, by=by, on=partner, chain=unit_chain(partner.invited_by_unit_id))
    return partner


@act(acts.ASK_FOR_KIT)
def ask_for_kit(*, name: str, place: Place, about: str, token: str) -> None:
    """Somebody of good standing signs up; sent twice it is kept once."""
    request = KitRequest(
        name=name,
        place=place,
        unit=serving.unit_above(serving.unit_for(place)),
        about=about,
        token_hash=keyed_hash("kit request", token),
    )
    KitRequest.objects.bulk_create([request], ignore_conflicts=True)


@act(acts.ACCEPT_KIT_REQUEST)
def accept_kit_request(request_id: uuid.UUID, *, username: str, by: Officer) -> MemberCredentials:
    """They are a partner, by name and in public.

    Raises NotAllowed, IntroductionForbidden, NameTaken.
    """
    request = _lock_request(request_id, by)
    made = invite_partner(
        name=request.name,
        kind=Partner.Kind.PERSON,
        place=request.place,
        about=request.about,
        purposes=list(SafetyPurpose.values),
        member_name=request.name,
        username=username,
        by=by,
    )
    _close_request(request, "kit.accepted", by)
    return made


@act(acts.DECLINE_KIT_REQUEST)
def decline_kit_request(request_id: uuid.UUID, *, by: Officer) -> None:
    """Not a partner; who asked is forgotten. Raises NotAllowed."""
    _close_request(_lock_request(request_id, by), "kit.declined", by)


@work()
def forget_kit_requests() -> int:
    """Empty and close what nobody decided in time. A job of the worker; it says how many."""
    waiting = KitRequest.objects.filter(decided_at=None, asked_at__lt=times.now() - _REQUESTS_KEPT)
    ids = list(lock_available(waiting).values_list("id", flat=True)[:_PORTION])
    return KitRequest.objects.filter(id__in=ids).update(name="", about="", decided_at=times.now())


def _lock_request(request_id: uuid.UUID, by: Officer) -> KitRequest:
    waiting = KitRequest.objects.visible_to(by).filter(decided_at=None)
    return lock_one(waiting.select_related("place"), request_id)


def _close_request(request: KitRequest, action: str, by: Officer) -> None:
    request.name = request.about = ""
    request.decided_at, request.decided_by = times.now(), by
    request.save(update_fields=["name", "about", "decided_at", "decided_by"])
    record(action, by=by, on=request, chain=unit_chain(request.unit_id))


def _record_in_both(
    action: str, partner: Partner, member_id: uuid.UUID, by: Officer | PartnerMember, **more: str
) -> None:
    """On the desk and with the partner: neither changes who signs in unseen by the other."""
    for chain in unit_chain(partner.invited_by_unit_id), partner_chain(partner.pk):
        record(action, by=by, on=partner, chain=chain, detail={"member": str(member_id)} | more)


def _make_member(
    partner: Partner, name: str, username: str, by: Officer, *, waits: bool = False
) -> MemberCredentials:
    password, secret = one_time_password(), second_factor.new_totp_secret()
    member = PartnerMember(partner=partner, name=name, username=username, awaits_agreement=waits)
    try:
        with savepoint(), connection.cursor() as cursor:
            cursor.execute(
                _INSERT_MEMBER,
                [
                    member.pk,
                    partner.pk,
                    username,
                    name,
                    make_password(password),
                    second_factor.boxed_secret(secret),
                    by.pk,
                    times.now(),
                    waits,
                ],
            )
    except IntegrityError as error:
        raise NameTaken from error
    return MemberCredentials(member, password, secret)


def _lock_partner(partner_id: uuid.UUID, by: Officer) -> Partner:
    return lock_one(partners_of(by), partner_id, owner="invited_by_unit_id")


def _lock_partner_of(member_id: uuid.UUID, by: Officer) -> Partner:
    found = PartnerMember.objects.only("id", "partner_id").filter(pk=member_id).first()
    if found is None:
        raise NotAllowed
    return _lock_partner(found.partner_id, by)
