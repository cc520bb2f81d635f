"""Calling officers away from the desk: a few words that name a unit and a number, never a tip."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from keng.accounts.models import Officer
from keng.channels.email import is_mailbox
from keng.delivery.actions import calling_off
from keng.delivery.models import ChannelAccount, Delivery, Dispatch, DispatchText, PagerWay
from keng.delivery.priorities import Priority
from keng.kit import times
from keng.vault import seal
from keng.vault.hybrid import SealedKind

# A call that comes late calls to something else.
CALL_EXPIRES_AFTER = datetime.timedelta(minutes=30)
CALL_LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class CallWords:
    """What a call says in one language. It is shown on locked screens: no word of any tip."""

    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class OfficerCall:
    """One call: its dispatch, and how many pagers of each officer it went to."""

    dispatch: Dispatch
    ways: dict[uuid.UUID, int]
    room: bool
    """Whether the emergency room was called too."""


def call_officers(
    officers: Iterable[Officer],
    words: Sequence[CallWords],
    *,
    unit_id: uuid.UUID,
    source_kind: str,
    source_ref: uuid.UUID | None,
    room: str = "",
    room_words: CallWords | None = None,
) -> OfficerCall:
    """Queue one urgent message to every pager of these officers, in the caller's transaction.

    `room` is the emergency room's address (an operator's setting), which has words of its own.
    The caller puts it on record.
    """
    people = {officer.pk: officer for officer in officers}
    dispatch = Dispatch.objects.create(
        kind=Dispatch.Kind.PAGE,
        is_urgent=True,
        unit_id=unit_id,
        source_kind=source_kind,
        source_ref=source_ref,
        materialised_at=times.now(),
    )
    accounts = _account_by_kind(unit_id)
    texts = {one.language: _dispatch_text(dispatch, one) for one in words}
    found = PagerWay.objects.working().filter(officer__in=people).order_by("id")
    ways = [way for way in found if way.kind in accounts]
    rows = [
        _delivery(
            dispatch,
            accounts[way.kind],
            texts[_language_for(people[way.officer_id], texts)],
            way.pk,
            Delivery.RecipientKind.PAGER,
            bytes(way.address_sealed),
        )
        for way in ways
    ]
    calls_room = bool(room_words) and is_mailbox(room) and PagerWay.Kind.EMAIL in accounts
    if calls_room and room_words is not None:
        rows.append(
            _delivery(
                dispatch,
                accounts[PagerWay.Kind.EMAIL],
                _dispatch_text(dispatch, room_words),
                unit_id,
                Delivery.RecipientKind.ROOM,
                seal.seal_for_sender(room, kind=SealedKind.ADDRESS),
            )
        )
    Delivery.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    counted = {pk: sum(way.officer_id == pk for way in ways) for pk in people}
    return OfficerCall(dispatch, counted, calls_room)


def cancel_calls(source_kind: str, source_ref: uuid.UUID) -> int:
    """Take back the calls that have not left yet; how many."""
    return calling_off.call_off_deliveries(
        Delivery.objects.filter(
            dispatch__kind=Dispatch.Kind.PAGE,
            dispatch__source_kind=source_kind,
            dispatch__source_ref=source_ref,
        )
    )


def kinds_with_account(unit_id: uuid.UUID) -> set[str]:
    """The kinds of pagers that an account carries; without one a pager that is on is not called."""
    return set(_account_by_kind(unit_id))


def _account_by_kind(unit_id: uuid.UUID) -> dict[str, ChannelAccount]:
    """The account that carries each kind: the unit's own, else any that works."""
    found = ChannelAccount.objects.filter(channel__in=PagerWay.Kind.values, is_active=True)
    nearest: dict[str, ChannelAccount] = {}
    for account in sorted(found, key=lambda one: (one.unit_id == unit_id, str(one.pk))):
        nearest[account.channel] = account
    return nearest


def _dispatch_text(dispatch: Dispatch, words: CallWords) -> DispatchText:
    return DispatchText.objects.create(
        dispatch=dispatch, language=words.language, subject=words.subject, text=words.text
    )


def _language_for(officer: Officer, texts: dict[str, DispatchText]) -> str:
    return officer.language if officer.language in texts else next(iter(texts))


def _delivery(
    dispatch: Dispatch,
    account: ChannelAccount,
    text: DispatchText,
    recipient: uuid.UUID,
    kind: str,
    address: bytes,
) -> Delivery:
    return Delivery(
        dispatch=dispatch,
        account=account,
        channel=account.channel,
        recipient_kind=kind,
        recipient_ref=recipient,
        text=text,
        address_sealed=address,
        priority=Priority.CALL_OR_REPLY,
        is_urgent=True,
        expires_at=times.now() + CALL_EXPIRES_AFTER,
    )
