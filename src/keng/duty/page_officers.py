"""Calling officers away from the desk: a few words that name a unit and a number, never a tip."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, models

from keng import channels
from keng.accounts.models import Officer
from keng.channels.email import is_mailbox
from keng.delivery.actions import calling_off
from keng.delivery.models import ChannelAccount, Delivery, Dispatch, DispatchText, PagerWay
from keng.delivery.priorities import Priority
from keng.kit import times
from keng.language.alphabet import alphabetical
from keng.vault import seal
from keng.vault.hybrid import SealedKind

# A call that comes late calls to something else.
CALL_EXPIRES_AFTER = datetime.timedelta(minutes=30)
CALL_LANGUAGES = ("vi", "en")
CHAT_CHANNELS = tuple(
    channels.codes_where(
        lambda one: one.can.can_person and one.facts.holds_chats and not one.facts.is_simulated
    )
)
"""Where an officer can be called in a chat with an account of ours."""
# The subject that a call by machine speaks, with what to press, is no letter; nor is a chat's.
_OWN_WORDS = (PagerWay.Kind.VOICE, PagerWay.Kind.CHAT)
_RANG_NOWHERE = (Delivery.State.CANCELLED, Delivery.State.GONE, Delivery.State.REJECTED)

_Moments = dict[uuid.UUID, datetime.datetime]
"""By officer."""


@dataclass(frozen=True, slots=True)
class CallWords:
    """What a call says in one language. It is shown on locked screens: no word of any tip."""

    language: str
    subject: str
    text: str
    answer: str = ""
    """What a voice and a chat add to the subject: what to press or to write. They say no more."""
    by_text: str = ""
    """What a text message says instead of `text`; `call_links.CALL_LINK` is its link."""


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
    is_quiet: bool = False,
    earliest: Mapping[uuid.UUID, datetime.datetime] | None = None,
    expires_after: datetime.timedelta = CALL_EXPIRES_AFTER,
) -> OfficerCall:
    """Queue one urgent message to every pager of these officers, in the caller's transaction.

    `is_quiet`: no telephone rings for it. Whoever stands in `earliest` is called then, all others
    at once; what has not left so long after that does not leave. `room` is the emergency room's
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
    texts = _CallTexts(dispatch, words)
    found = PagerWay.objects.working().filter(officer__in=people).select_related("account")
    if is_quiet:
        found = found.exclude(kind=PagerWay.Kind.VOICE)
    carried = [(way, _account_of(way, accounts)) for way in found.order_by("id")]
    ways = [way for way, account in carried if account is not None]
    rows = [
        _delivery(
            dispatch,
            account,
            texts.text_for(people[way.officer_id], way.kind),
            way.pk,
            Delivery.RecipientKind.PAGER,
            bytes(way.address_sealed),
            not_before=(earliest or {}).get(way.officer_id),
            expires_after=expires_after,
        )
        for way, account in carried
        if account is not None
    ]
    calls_room = bool(room_words) and is_mailbox(room) and PagerWay.Kind.EMAIL in accounts
    if calls_room and room_words is not None:
        rows.append(
            _delivery(
                dispatch,
                accounts[PagerWay.Kind.EMAIL],
                _dispatch_text(dispatch, room_words, room_words.text),
                unit_id,
                Delivery.RecipientKind.ROOM,
                seal.seal_for_sender(room, kind=SealedKind.ADDRESS),
                expires_after=expires_after,
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
    kinds = set(_account_by_kind(unit_id))
    return kinds | ({str(PagerWay.Kind.CHAT)} if chat_accounts() else set())


def chat_accounts() -> list[ChannelAccount]:
    """Our accounts that an officer can be called by in a chat."""
    found = ChannelAccount.objects.filter(channel__in=CHAT_CHANNELS, is_active=True)
    return sorted(found, key=lambda one: (alphabetical(one.name), str(one.pk)))


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


def _account_of(way: PagerWay, accounts: dict[str, ChannelAccount]) -> ChannelAccount | None:
    """A chat is with one account of ours; anything else goes by whichever carries its kind."""
    if way.kind != PagerWay.Kind.CHAT:
        return accounts.get(way.kind)
    return way.account if way.account and way.account.is_active else None


class _CallTexts:
    """The texts of one dispatch, a row for each language and form that somebody gets."""

    def __init__(self, dispatch: Dispatch, words: Sequence[CallWords]) -> None:
        self._dispatch = dispatch
        self._words = {one.language: one for one in words}
        self._made = {(one.language, ""): _dispatch_text(dispatch, one, one.text) for one in words}

    def text_for(self, officer: Officer, kind: str) -> DispatchText:
        """The whole letter, or of a voice and a chat the subject and what to answer."""
        language = officer.language
        words = self._words.get(language) or next(iter(self._words.values()))
        has_own = kind in _OWN_WORDS or (kind == PagerWay.Kind.SMS and words.by_text)
        form = kind if has_own else ""
        key = (words.language, form)
        if key not in self._made:
            text = _own_words(words, kind) if has_own else words.text
            self._made[key] = _dispatch_text(self._dispatch, words, text)
        return self._made[key]


def _own_words(words: CallWords, kind: str) -> str:
    """What a call of a kind says that does not say all."""
    if kind == PagerWay.Kind.SMS:
        return words.by_text
    said = [words.subject] if kind == PagerWay.Kind.CHAT else []
    return "\n".join(filter(None, [*said, words.answer]))


def _dispatch_text(dispatch: Dispatch, words: CallWords, text: str) -> DispatchText:
    return DispatchText.objects.create(
        dispatch=dispatch, language=words.language, subject=words.subject, text=text
    )


def _delivery(
    dispatch: Dispatch,
    account: ChannelAccount,
    text: DispatchText,
    recipient: uuid.UUID,
    kind: str,
    address: bytes,
    *,
    not_before: datetime.datetime | None = None,
    expires_after: datetime.timedelta = CALL_EXPIRES_AFTER,
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
        priority=Priority.CALL_OR_REPLY,
        is_urgent=True,
        not_before=leaves_at,
        expires_at=leaves_at + expires_after,
    )
