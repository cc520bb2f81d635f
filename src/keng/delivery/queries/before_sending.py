"""What sending would mean, before it is sent: what it costs, and when most people have it.

Whom it goes to is counted in `audience`; how the forecast is made is told in `forecast`.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.channels.facts import MessagePrice
from keng.delivery.audience import HAS_LEAD, Audience, SameRecipients, count_digested
from keng.delivery.credentials import given_settings
from keng.delivery.forecast import (
    HORIZON,
    Forecast,
    GroupByHand,
    MachineShare,
    PastTask,
    forecast_reach,
)
from keng.delivery.models import ChannelAccount, Delivery
from keng.delivery.priorities import priority_to_many
from keng.delivery.recipients import NOT_BEFORE, RecipientQuery, first_id_since
from keng.kit import times
from keng.network.models import GroupKind

# Of each group so many of its last dispatches say how its leads are, of so many groups.
_PAST_OF_A_GROUP = 20
_MOST_GROUPS = 500
_PAST = datetime.timedelta(days=365)
SAMPLE_SIZE = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """What the providers charge for a dispatch."""

    messages: int
    parts: int
    """What they count."""
    dong: int | None
    """None where no price was entered for one of the accounts."""
    too_long: int
    """How many of the messages are longer than their account allows, and so not sent."""


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
    subscribers_now: int
    """Who asked for warnings and gets it by itself."""
    subscribers_in_digest: int
    """Who had as many as they want this week, and gets it in the weekly digest."""


@dataclass(frozen=True, slots=True)
class _AccountLoad:
    """What one account would carry of one language, from one moment on."""

    account: uuid.UUID | None
    language: str
    begins_after: float
    count: int
    people: int
    groups: int


def look_ahead(
    audience: Audience | SameRecipients, *, kind: str, is_urgent: bool, texts: Mapping[str, str]
) -> BeforeSending:
    """What sending these texts to this audience would mean now.

    `texts` is what is sent by language; the first one is for everybody without one of their own.
    """
    query = audience.query()
    loads = _loads(query, is_urgent=is_urgent)
    by_hand = _groups_by_hand(query)
    reachable = [load for load in loads if load.account is not None]
    accounts = ChannelAccount.objects.in_bulk({load.account for load in reachable})
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
            for load in reachable
            if (account := load.account) is not None
        ],
        by_hand=by_hand,
        history=past_tasks(by_hand),
        unreachable=sum(load.people for load in loads if load.account is None),
    )
    return BeforeSending(
        sample=_sample(query),
        groups_by_machine=sum(load.groups for load in reachable),
        groups_by_hand=len(by_hand),
        cost=_cost(reachable, accounts, texts),
        forecast=forecast,
        subscribers_now=sum(load.count - load.groups for load in loads),
        subscribers_in_digest=count_digested(audience),
    )


def _loads(query: RecipientQuery, *, is_urgent: bool) -> list[_AccountLoad]:
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound. Whoever wants no message now gets it when their
            # quiet time ends, to the quarter of an hour.
            f"{query.sql} SELECT r.account_id, r.language, "  # noqa: S608
            f"(15 * ceil(extract(epoch FROM {NOT_BEFORE} - now()) / 900))::float8, count(*)::int, "
            "sum(greatest(r.member_count, 1))::int, "
            "(count(*) FILTER (WHERE r.recipient_kind = %(group)s))::int "
            "FROM recipients r WHERE r.channel <> %(hand)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            {
                **query.values,
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


def _cost(
    loads: list[_AccountLoad],
    accounts: Mapping[uuid.UUID, ChannelAccount],
    texts: Mapping[str, str],
) -> Cost | None:
    """Of the accounts whose provider counts every message."""
    everybody = next(iter(texts.values()), "")
    messages: dict[tuple[uuid.UUID, str], int] = defaultdict(int)
    for load in loads:
        if load.account is not None and _price_of(accounts[load.account]) is not None:
            messages[load.account, texts.get(load.language, everybody)] += load.count
    if not messages:
        return None
    parts, dong, too_long, is_known = 0, 0, 0, True
    for (account, text), count in messages.items():
        price = _price_of(accounts[account])
        one = price(text, given_settings(accounts[account])) if price else None
        if one is None:
            continue
        parts += count * one.parts
        too_long += 0 if one.parts else count
        dong += count * (one.dong or 0)
        is_known = is_known and one.dong is not None
    return Cost(sum(messages.values()), parts, dong if is_known else None, too_long)


def _price_of(account: ChannelAccount) -> Callable[[str, Mapping[str, str]], MessagePrice] | None:
    return channels.get_channel(account.channel).facts.price
