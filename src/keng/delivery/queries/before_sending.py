"""What sending would mean, before it is sent: what it costs, and when most people have it.

Whom it goes to is counted in `audience`; how the forecast is made is told in `forecast`.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.channels.facts import MessagePrice
from keng.channels.wire import OutgoingMessage
from keng.delivery.audience import HAS_LEAD, Audience, SameRecipients, count_digested
from keng.delivery.credentials import given_settings
from keng.delivery.forecast import (
    HORIZON,
    Forecast,
    GroupByHand,
    MachineShare,
    PastTask,
    forecast_reach,
    seconds_by_limit,
)
from keng.delivery.models import ChannelAccount, Delivery
from keng.delivery.priorities import priority_to_many
from keng.delivery.queries.chat_windows import (
    IS_CLOSED,
    WINDOWS_SQL,
    ChatWindows,
    chat_windows,
    windows_values,
)
from keng.delivery.recipients import NOT_BEFORE, RecipientQuery, first_id_since
from keng.kit import times
from keng.kit.languages import LANGUAGE_NAMES
from keng.network.models import GroupKind

# Of each group so many of its last dispatches say how its leads are, of so many groups.
_PAST_OF_A_GROUP = 20
_MOST_GROUPS = 500
_PAST = datetime.timedelta(days=365)
SAMPLE_SIZE = 5


@dataclass(frozen=True, slots=True)
class RefusedShare:
    """Those of one account and one language to whom a text is too long."""

    account: str
    language: str
    count: int

    @property
    def language_name(self) -> str:
        return LANGUAGE_NAMES.get(self.language, self.language)


@dataclass(frozen=True, slots=True)
class Cost:
    """What the providers charge for a dispatch."""

    messages: int
    parts: int
    """What they count."""
    dong: int | None
    """None where no price was entered for one of the accounts."""
    refused: tuple[RefusedShare, ...]
    """Who gets nothing, since the text is longer than their account allows."""

    @property
    def too_long(self) -> int:
        """How many of the messages are not sent for their length."""
        return sum(one.count for one in self.refused)


@dataclass(frozen=True, slots=True)
class SampleGroup:
    """One of the groups it goes to."""

    name: str
    kind_label: str
    place: str
    is_by_hand: bool


@dataclass(frozen=True, slots=True)
class BeforeSending:
    """What the sender is shown beside the counts."""

    sample: tuple[SampleGroup, ...]
    groups_by_machine: int
    groups_by_hand: int
    cost: Cost | None
    """None where nothing of it costs anything."""
    forecast: Forecast | None
    """None where too little happened before to say."""
    machines_take: datetime.timedelta | None
    """Until each account has handed 95 % of its share over, as far as limits bound that; None
    where no limit does, or some of it waits for a morning."""
    subscribers_now: int
    """Who asked for warnings and gets it by itself."""
    subscribers_in_digest: int
    """Who had as many as they want this week, and gets it in the weekly digest."""
    windows: ChatWindows
    """Whose chat is open, where the channel asks when they wrote; nothing of a few."""


@dataclass(frozen=True, slots=True)
class _AccountLoad:
    """What one account would carry of one language, from one moment on."""

    account: uuid.UUID | None
    language: str
    begins_after: float
    count: int
    people: int
    groups: int
    is_closed: bool = False
    """Whether the channel refused it: they have it once they write, which nobody foresees."""


def look_ahead(
    audience: Audience | SameRecipients,
    *,
    kind: str,
    is_urgent: bool,
    texts: Mapping[str, OutgoingMessage],
) -> BeforeSending:
    """What sending these texts to this audience would mean now.

    `texts` is what is sent by language; the first one is for everybody without one of their own.
    """
    query = audience.query()
    loads = _loads(query, is_urgent=is_urgent)
    by_hand = _groups_by_hand(query)
    reachable = [load for load in loads if load.account is not None]
    accounts = ChannelAccount.objects.in_bulk({load.account for load in reachable})
    prices = _prices(reachable, accounts, texts)
    windows = chat_windows(query)
    # Where the page does not tell how many are closed, the forecast tells it neither.
    carried = [
        load
        for load in reachable
        if not (load.is_closed and windows.closed) and not _is_refused(prices.get(load))
    ]
    priority = priority_to_many(kind, is_urgent=is_urgent)
    ahead = _waiting_ahead(list(accounts), priority)
    forecast = forecast_reach(
        times.now(),
        machines=[
            MachineShare(
                per_minute=accounts[account].rate_per_minute,
                ahead=ahead.get(account, 0),
                count=load.count,
                weight=load.people,
                begins_after=load.begins_after,
            )
            for load in carried
            if (account := load.account) is not None
        ],
        by_hand=by_hand,
        history=past_tasks(by_hand),
        unreachable=sum(load.people for load in loads if load not in carried),
    )
    return BeforeSending(
        sample=_sample(query),
        groups_by_machine=sum(load.groups for load in reachable),
        groups_by_hand=len(by_hand),
        cost=_cost(prices, accounts),
        forecast=forecast,
        # Closed chats are tried as well, and their number is told in tens alone.
        machines_take=_machines_take(
            [load for load in reachable if not _is_refused(prices.get(load))], accounts, ahead
        ),
        subscribers_now=sum(load.count - load.groups for load in loads),
        subscribers_in_digest=count_digested(audience),
        windows=windows,
    )


def _machines_take(
    loads: list[_AccountLoad],
    accounts: Mapping[uuid.UUID, ChannelAccount],
    ahead: Mapping[uuid.UUID, int],
) -> datetime.timedelta | None:
    if any(load.begins_after > 0 for load in loads):
        return None
    counts: dict[uuid.UUID, int] = defaultdict(int)
    for load in loads:
        if load.account is not None:
            counts[load.account] += load.count
    longest = max(
        (
            seconds_by_limit(count, accounts[key].rate_per_minute, ahead=ahead.get(key, 0))
            for key, count in counts.items()
        ),
        default=0.0,
    )
    return datetime.timedelta(seconds=longest) if longest else None


def _loads(query: RecipientQuery, *, is_urgent: bool) -> list[_AccountLoad]:
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound. Whoever wants no message now gets it when their
            # quiet time ends, to the quarter of an hour.
            f"{query.sql} SELECT r.account_id, r.language, "  # noqa: S608
            f"(15 * ceil(extract(epoch FROM {NOT_BEFORE} - now()) / 900))::float8, count(*)::int, "
            "sum(greatest(r.member_count, 1))::int, "
            "(count(*) FILTER (WHERE r.recipient_kind = %(group)s))::int, "
            f"{IS_CLOSED} "
            "FROM recipients r LEFT JOIN network_subscription s "
            "ON r.recipient_kind = 'subscription' AND s.id = r.recipient_ref "
            f"LEFT JOIN {WINDOWS_SQL} ON w.channel = s.channel "
            "WHERE r.channel <> %(hand)s GROUP BY 1, 2, 3, 7 ORDER BY 1, 2, 3, 7",
            {
                **query.values,
                **windows_values(),
                "hand": BY_HAND,
                "urgent": is_urgent,
                "group": Delivery.RecipientKind.GROUP,
            },
        )
        return [_AccountLoad(*row) for row in cursor.fetchall()]


def _groups_by_hand(query: RecipientQuery) -> list[GroupByHand]:
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound.
            f"{query.sql} SELECT r.recipient_ref, r.group_kind, greatest(r.member_count, 1), "  # noqa: S608
            f"{HAS_LEAD} FROM recipients r WHERE r.channel = %(hand)s ORDER BY 1",
            {**query.values, "hand": BY_HAND},
        )
        return [GroupByHand(*row) for row in cursor.fetchall()]


def _sample(query: RecipientQuery) -> tuple[SampleGroup, ...]:
    """A few groups, the same each time the page is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound.
            f"{query.sql} SELECT g.name, g.kind, p.name, r.channel = %(hand)s "  # noqa: S608
            "FROM recipients r JOIN network_group g ON g.id = r.recipient_ref "
            "JOIN places_place p ON p.id = g.place_id WHERE r.recipient_kind = 'group' "
            "ORDER BY md5(g.id::text) LIMIT %(most)s",
            {**query.values, "hand": BY_HAND, "most": SAMPLE_SIZE},
        )
        return tuple(
            SampleGroup(name, str(GroupKind(kind).label) if kind else "", place, is_by_hand)
            for name, kind, place, is_by_hand in cursor.fetchall()
        )


def _waiting_ahead(accounts: list[uuid.UUID], priority: int) -> dict[uuid.UUID, int]:
    """What waits for each account and goes before this."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, count(*)::int FROM delivery_delivery "
            "WHERE state = 'queued' AND account_id = ANY(%s) AND priority <= %s GROUP BY 1",
            [accounts, priority],
        )
        return dict(cursor.fetchall())


def past_tasks(groups: list[GroupByHand]) -> list[PastTask]:
    """What became of earlier texts in these groups, as far as the time for it is over."""
    kinds = {group.id: group.kind for group in groups[:_MOST_GROUPS]}
    now = times.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.recipient_ref, d.dispatch_id, d.created_at, "
            "  extract(epoch FROM CASE WHEN d.state = 'relayed' THEN d.settled_at - d.created_at "
            "  END)::float8 / 60 "
            "FROM unnest(%(groups)s::uuid[]) AS wanted (id) CROSS JOIN LATERAL ("
            "  SELECT d.* FROM delivery_delivery d JOIN delivery_dispatch o ON o.id = d.dispatch_id"
            "  WHERE d.recipient_ref = wanted.id AND d.channel = %(hand)s AND d.part = 1"
            "    AND o.cancelled_at IS NULL AND d.created_at BETWEEN %(from)s AND %(until)s"
            "    AND d.id >= %(first)s"
            "  ORDER BY d.id DESC LIMIT %(most)s) d",
            {
                "groups": list(kinds),
                "hand": BY_HAND,
                "from": now - _PAST,
                "first": first_id_since(now - _PAST),
                "until": now - HORIZON,
                "most": _PAST_OF_A_GROUP,
            },
        )
        longest = HORIZON.total_seconds() / 60
        return [
            PastTask(
                group,
                kinds[group],
                dispatch,
                began,
                None if minutes is None or minutes > longest else max(0.0, minutes),
            )
            for group, dispatch, began, minutes in cursor.fetchall()
        ]


def _prices(
    loads: list[_AccountLoad],
    accounts: Mapping[uuid.UUID, ChannelAccount],
    texts: Mapping[str, OutgoingMessage],
) -> dict[_AccountLoad, MessagePrice]:
    """What one message of each load costs, where the provider of its account counts them."""
    everybody = next(iter(texts.values()), OutgoingMessage(""))
    found: dict[_AccountLoad, MessagePrice] = {}
    given: dict[uuid.UUID, dict[str, str]] = {}
    for load in loads:
        account = accounts[load.account] if load.account else None
        price = channels.get_channel(account.channel).facts.price if account else None
        if account is None or price is None:
            continue
        if account.pk not in given:
            given[account.pk] = given_settings(account)
        found[load] = price(texts.get(load.language, everybody), given[account.pk])
    return found


def _is_refused(price: MessagePrice | None) -> bool:
    return price is not None and not price.parts


def _cost(
    prices: Mapping[_AccountLoad, MessagePrice], accounts: Mapping[uuid.UUID, ChannelAccount]
) -> Cost | None:
    """Of the accounts whose provider counts every message."""
    if not prices:
        return None
    refused: dict[tuple[str, str], int] = defaultdict(int)
    for load, price in prices.items():
        if load.account and _is_refused(price):
            refused[accounts[load.account].name, load.language] += load.count
    dong = [load.count * price.dong for load, price in prices.items() if price.dong is not None]
    return Cost(
        messages=sum(load.count for load in prices),
        parts=sum(load.count * price.parts for load, price in prices.items()),
        dong=sum(dong) if len(dong) == len(prices) else None,
        refused=tuple(RefusedShare(*who, count) for who, count in refused.items()),
    )
