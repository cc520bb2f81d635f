"""How many people subscribe, by channel and by place; never who."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from keng.kit.sql_names import alphabetically
from keng.network.models import Subscription
from keng.network.queries.places import places_of

if TYPE_CHECKING:
    from keng.accounts.models import Officer


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
        .order_by(*map(alphabetically, ("places__name", "places__full_name")))
    )
    sums = {name: sum(row[name] for row in channels) for name in [*states, "total"]}
    return SubscriptionCounts(channels, places, sums)
