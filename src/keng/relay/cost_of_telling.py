"""What telling leads would cost, where their provider charges for each message: asked beforehand.

By text message go no groups and no subscribers: what costs is the one message to each lead who is
told by it that there is something to pass on, and the first one at an address that a sheet brings
(`telling_leads`).
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils import translation

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.channels.facts import MessagePrice
from keng.channels.wire import OutgoingMessage
from keng.delivery.actions.sealed_messages import CarryingAccounts
from keng.delivery.audience import Audience, SameRecipients
from keng.delivery.credentials import given_settings
from keng.delivery.models import ChannelAccount, Dispatch, RelayTask
from keng.delivery.queries.before_sending import Cost, RefusedShare
from keng.network.models import Lead, LeadWay
from keng.network.sheets.plan_leads import LeadPlan
from keng.places.models import Unit
from keng.relay.telling_leads import task_words, words_to_entered


@dataclass(frozen=True, slots=True)
class _Share:
    """The leads who get one text by one account."""

    account: ChannelAccount
    language: str
    text: str


# As long as every other link of its kind.
_EXAMPLE = LeadWay(lead_id=uuid.UUID(int=0), link_secret=bytes(32))


def cost_of_telling_leads(
    audience: Audience | SameRecipients, *, unit: Unit, kind: Dispatch.Kind
) -> Cost | None:
    """Of the leads whom this audience makes pass it on; None where telling none of them costs."""
    leads = Lead.objects.in_bulk(_leads_asked(audience))
    charged = channels.codes_where(lambda one: one.facts.price is not None)
    ways = LeadWay.objects.in_use().filter(pk__in=leads, channel__in=charged)
    accounts = CarryingAccounts(unit)
    counts: Counter[_Share] = Counter()
    examples: dict[str, Lead] = {}
    for way in ways.only("channel", "account_ref"):
        account = accounts.account_of(way)
        if account is not None:
            # The link in the text is as long for everybody: one lead of each language will do.
            example = examples.setdefault(leads[way.pk].language, leads[way.pk])
            text = task_words(example, unit, kind, account.channel)
            counts[_Share(account, example.language, text)] += 1
    return _cost(counts)


def cost_of_first_messages(plan: LeadPlan) -> Cost | None:
    """Of the addresses that taking this sheet over would ask; None where asking costs nothing."""
    charged = channels.codes_where(lambda one: one.facts.price is not None)
    rows = [
        row
        for row in (*plan.new, *plan.changed)
        if row.typed is not None and row.typed.channel in charged
    ]
    units = Unit.objects.in_bulk({row.unit_id for row in rows if row.unit_id})
    accounts = {key: CarryingAccounts(unit) for key, unit in units.items()}
    known = Lead.objects.filter(pk__in=[row.lead_id for row in rows if row.lead_id])
    languages = dict(known.values_list("pk", "language"))
    counts: Counter[_Share] = Counter()
    for row in rows:
        if row.unit_id is None or row.typed is None:
            continue
        account = accounts[row.unit_id].account_of(LeadWay(channel=row.typed.channel))
        if account is None:
            continue
        language = languages[row.lead_id] if row.lead_id else Lead().language
        with translation.override(language):
            text = words_to_entered(units[row.unit_id], _EXAMPLE)
        counts[_Share(account, language, text)] += 1
    return _cost(counts)


def _cost(counts: Mapping[_Share, int]) -> Cost | None:
    if not counts:
        return None
    prices = {share: _price(share.account, share.text) for share in counts}
    dong = [counts[share] * each.dong for share, each in prices.items() if each.dong is not None]
    return Cost(
        messages=sum(counts.values()),
        parts=sum(counts[share] * each.parts for share, each in prices.items()),
        dong=sum(dong) if len(dong) == len(prices) else None,
        refused=tuple(
            RefusedShare(share.account.name, share.language, counts[share])
            for share, each in prices.items()
            if not each.parts
        ),
    )


def _price(account: ChannelAccount, text: str) -> MessagePrice:
    price = channels.get_channel(account.channel).facts.price
    if price is None:
        raise ValueError(f"{account.channel} has no price")
    return price(OutgoingMessage(text), given_settings(account))


def _leads_asked(audience: Audience | SameRecipients) -> set[uuid.UUID]:
    """Who gets a task: the leads of groups by hand, and whoever stands above one.

    For the same recipients: whoever was asked to pass the earlier text on.
    """
    taking_part = Lead.objects.filter(stopped_at__isnull=True)
    if isinstance(audience, SameRecipients):
        earlier = RelayTask.objects.filter(dispatch__in=audience.dispatches)
        asked = taking_part.filter(pk__in=earlier.values("lead"))
    else:
        asked = taking_part.filter(groups__in=_groups_by_hand(audience))
    found = set(asked.values_list("pk", flat=True))
    above = _all_above(found)
    return found | set(taking_part.filter(pk__in=above).values_list("pk", flat=True))


def _all_above(leads: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Everybody above them, one level after the other."""
    found: set[uuid.UUID] = set()
    level = set(leads)
    while level:
        rows = Lead.objects.filter(pk__in=level, above__isnull=False)
        level = set(rows.values_list("above_id", flat=True)) - found
        found |= level
    return found


def _groups_by_hand(audience: Audience) -> list[uuid.UUID]:
    query = audience.query()
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound.
            f"{query.sql} SELECT r.recipient_ref FROM recipients r WHERE r.channel = %(hand)s",  # noqa: S608
            {**query.values, "hand": BY_HAND},
        )
        return [group for (group,) in cursor.fetchall()]
