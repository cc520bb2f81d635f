"""Calling officers away from the desk: a few words that name a unit and a number, never a tip."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, models

from keng.accounts.models import Officer
from keng.channels.email import is_mailbox
from keng.delivery.actions import calling_off
from keng.delivery.models import ChannelAccount, Delivery, Dispatch, DispatchText, PagerWay
from keng.kit import times
from keng.vault import seal
from keng.vault.hybrid import SealedKind

# A call that comes late calls to something else.
CALL_EXPIRES_AFTER = datetime.timedelta(minutes=30)
CALL_LANGUAGES = ("vi", "en")
_RANG_NOWHERE = (Delivery.State.CANCELLED, Delivery.State.GONE, Delivery.State.REJECTED)

_Moments = dict[uuid.UUID, datetime.datetime]
"""By officer."""


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
    earliest: Mapping[uuid.UUID, datetime.datetime] | None = None,
) -> OfficerCall:
    """Queue one urgent message to every pager of these officers, in the caller's transaction.

    Whoever stands in `earliest` is called then, all others at once. `room` is the emergency room's
    address (an operator's setting), which has words of its own. The caller puts it on record.
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
            not_before=(earliest or {}).get(way.officer_id),
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


def last_called(source_kind: str, source_refs: Iterable[uuid.UUID]) -> _Moments:
    """When each officer was called last about one of these, where a pager could ring by it."""
    calls = _calls_about(source_kind, source_refs).exclude(state__in=_RANG_NOWHERE)
    by_way = dict(
        calls.filter(not_before__lte=times.now(), recipient_kind=Delivery.RecipientKind.PAGER)
        .order_by()
        .values_list("recipient_ref")
        .annotate(models.Max("not_before"))
    )
    found: _Moments = {}
    for way, officer in PagerWay.objects.filter(pk__in=by_way).values_list("pk", "officer"):
        found[officer] = max(by_way[way], found.get(officer, by_way[way]))
    return found


def next_call(source_kind: str, source_ref: uuid.UUID) -> datetime.datetime | None:
    """When the first call about it leaves that still waits for its time; None where none does."""
    waiting = _calls_about(source_kind, [source_ref]).filter(
        state=Delivery.State.QUEUED, not_before__gt=times.now()
    )
    found: datetime.datetime | None = waiting.aggregate(first=models.Min("not_before"))["first"]
    return found


def cancel_calls(source_kind: str, source_ref: uuid.UUID) -> int:
    """Take back the calls that have not left yet; how many."""
    return calling_off.call_off_deliveries(_calls_about(source_kind, [source_ref]))


def kinds_with_account(unit_id: uuid.UUID) -> set[str]:
    """The kinds of pagers that an account carries; without one a pager that is on is not called."""
    return set(_account_by_kind(unit_id))


def _calls_about(source_kind: str, source_refs: Iterable[uuid.UUID]) -> "models.QuerySet[Delivery]":
    return Delivery.objects.filter(
        dispatch__kind=Dispatch.Kind.PAGE,
        dispatch__source_kind=source_kind,
        dispatch__source_ref__in=source_refs,
    )


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
    *,
    not_before: datetime.datetime | None = None,
) -> Delivery:
    leaves_at = not_before or times.now()
    return Delivery(
        dispatch=dispatch,
        account=account,
        channel=account.channel,
        recipient_kind=kind,
        recipient_ref=recipient,
        text=text,
        address_sealed=address,
        priority=0,
        is_urgent=True,
        not_before=leaves_at,
        expires_at=leaves_at + CALL_EXPIRES_AFTER,
    )
