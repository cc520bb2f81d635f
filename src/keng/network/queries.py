"""Reads of the network: groups and who is silent, leads, and how many subscribe."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, Count, Q, QuerySet, When
from django.db.models.functions import Coalesce

from keng.kit import times
from keng.language.fold import fold
from keng.network.models import Group, GroupKind, Subscription
from keng.places.models import Jurisdiction, Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer

SILENT_AFTER = datetime.timedelta(days=30)
# The states of the filter that ask for silence, and for how many days at least.
SILENT = {"silent": SILENT_AFTER.days, "silent60": 60, "silent90": 90}


@dataclass(frozen=True, slots=True)
class KindRow:
    """How many groups of one kind there are, and how many of them are silent."""

    label: str
    groups: int
    silent: int
    leadless: int


def groups(
    officer: "Officer",
    *,
    words: str = "",
    place: uuid.UUID | None = None,
    kind: str = "",
    state: str = "",
) -> QuerySet[Any]:
    """Groups of the officer's units, each with `lead_count` and `sign_at`, its last sign of life.

    `state`: "" for active ones, a key of SILENT, leadless, machine, retired.
    """
    found: QuerySet[Any] = (
        Group.objects.visible_to(officer)
        .filter(is_active=state != "retired")
        .annotate(
            lead_count=Count("leads", filter=Q(leads__stopped_at__isnull=True)),
            sign_at=Coalesce("last_sign_at", "created_at"),
        )
        .select_related("place", "unit", "officer_in_charge")
        .prefetch_related("leads")
        .order_by("name", "id")
    )
    if place:
        found = found.filter(place_id__in=ids_below([place]))
    if kind:
        found = found.filter(kind=kind)
    if state in SILENT:
        since = times.now() - datetime.timedelta(days=SILENT[state])
        found = found.filter(sign_at__lt=since)
    elif state == "leadless":
        found = found.filter(lead_count=0)
    elif state == "machine":
        found = found.exclude(channel="by_hand")
    if words:
        wanted = fold(words)
        names = found.order_by().values_list("id", "name", "leads__name")
        ids = {key for key, *words in names if any(wanted in fold(word or "") for word in words)}
        found = found.filter(id__in=ids)
    return found


def kinds_of(found: QuerySet[Any]) -> list[KindRow]:
    """The table beside the list: one row a kind, then the sum of exactly these rows."""
    since = times.now() - SILENT_AFTER
    counted: dict[str, list[int]] = {}
    for kind, sign, leads in found.values_list("kind", "sign_at", "lead_count"):
        row = counted.setdefault(kind, [0, 0, 0])
        row[0] += 1
        row[1] += sign < since
        row[2] += leads == 0
    return [KindRow(str(GroupKind(kind).label), *row) for kind, row in sorted(counted.items())]


def total(rows: list[KindRow], label: str) -> KindRow:
    """The sum row."""
    return KindRow(
        label,
        sum(r.groups for r in rows),
        sum(r.silent for r in rows),
        sum(r.leadless for r in rows),
    )


@dataclass(frozen=True, slots=True)
class SubscriptionCounts:
    """Counts only: who subscribes is nobody's business at the desk."""

    channels: list[Any]
    places: list[Any]
    total: dict[str, int]


def subscription_counts(officer: "Officer") -> SubscriptionCounts:
    """Subscriptions that name a place of the officer's units."""
    ids = places_of(officer.unit_ids).values_list("id", flat=True)
    mine = Subscription.objects.filter(places__in=list(ids)).distinct()
    states = {
        "active": Q(confirmed_at__isnull=False, stopped_at__isnull=True),
        "asked": Q(confirmed_at__isnull=True, stopped_at__isnull=True),
        "stopped": Q(stopped_at__isnull=False),
    }
    counts = {name: Count("id", filter=test, distinct=True) for name, test in states.items()}
    channels: list[Any] = list(
        Subscription.objects.filter(id__in=mine.values("id"))
        .values("channel")
        .annotate(**counts, total=Count("id"))
        .order_by("channel")
    )
    places: list[Any] = list(
        Subscription.objects.filter(states["active"], places__in=list(ids))
        .values("places__full_name", "places__folded")
        .annotate(active=Count("id"))
        .order_by("places__folded", "places__full_name")
    )
    sums = {name: sum(row[name] for row in channels) for name in [*states, "total"]}
    return SubscriptionCounts(channels, places, sums)


def addresses_in_use() -> dict[tuple[str, str], uuid.UUID]:
    """By channel and address the group that is reached there, of whichever desk: to compare alone,
    and never to tell anybody whose it is."""
    reached = Group.objects.filter(is_active=True).exclude(channel="by_hand")
    return {
        (channel, address): pk
        for channel, address, pk in reached.values_list("channel", "channel_address", "pk")
    }


def ids_below(place_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """These places and everything inside them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE below(id) AS (SELECT unnest(%s::uuid[]) UNION "
            "SELECT p.id FROM places_place p JOIN below b ON p.parent_id = b.id) "
            "SELECT id FROM below",
            [list(place_ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def places_of(unit_ids: Iterable[uuid.UUID]) -> QuerySet[Place]:
    """The places these units serve today, with the hamlets inside them."""
    served = Jurisdiction.objects.filter(unit_id__in=list(unit_ids), valid_to__isnull=True)
    ids = ids_below(served.values_list("place_id", flat=True))
    # The widest place first: in most cases it is the one that is meant.
    width = Case(
        When(kind=Place.Kind.PROVINCE, then=0), When(kind=Place.Kind.HAMLET, then=2), default=1
    )
    found = Place.objects.filter(id__in=ids, valid_to__isnull=True)
    return found.order_by(width, "folded", "code")
