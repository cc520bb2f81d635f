"""How many open tips are where, of those that an officer sees: by commune, and inside one.

What is counted for a place is what the search for open tips in that place finds.
"""

import datetime
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q

from keng.accounts.models import Officer
from keng.inbox.search.search_forms import communes_seen_by, hamlets_of_commune
from keng.inbox.search.search_query import name_in_words
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.language.fold import fold
from keng.places.models import Place
from keng.tips.models import Tip

_DAY = datetime.timedelta(hours=24)


@dataclass(slots=True)
class OpenTips:
    """Open tips of one place; `place` is None for those of no place on the list."""

    place: Place | None
    count: int = 0
    critical: int = 0
    """P0."""
    urgent: int = 0
    """P1."""
    overdue: int = 0
    new: int = 0
    """Received in the last 24 hours."""
    due_at: datetime.datetime | None = None
    """The nearest deadline; it may be over."""

    def add(self, other: "OpenTips") -> None:
        """Count another sum in."""
        self.count += other.count
        self.critical += other.critical
        self.urgent += other.urgent
        self.overdue += other.overdue
        self.new += other.new
        dates = [at for at in (self.due_at, other.due_at) if at]
        self.due_at = min(dates, default=None)


@dataclass(frozen=True, slots=True)
class TipsByPlace:
    """The places with their open tips, gravest first, and the tips of no place on the list."""

    places: list[OpenTips]
    elsewhere: OpenTips
    total: OpenTips

    @property
    def with_tips(self) -> list[OpenTips]:
        return [each for each in self.places if each.count]

    @property
    def quiet(self) -> list[OpenTips]:
        """Those without an open tip."""
        return [each for each in self.places if not each.count]


def tips_by_commune(officer: Officer) -> TipsByPlace:
    """All communes of the officer's desks; what happened in a hamlet counts for its commune."""
    now = times.now()
    places = {place.pk: OpenTips(place) for place in communes_seen_by(officer)}
    elsewhere, total = OpenTips(None), OpenTips(None)
    rows = (
        Tip.objects.visible_to(officer)
        .open()
        .order_by()
        .values_list("place_id", "place__parent_id")
        .annotate(
            n=Count("pk"),
            critical=Count("pk", filter=Q(urgency=Urgency.P0)),
            urgent=Count("pk", filter=Q(urgency=Urgency.P1)),
            overdue=Count("pk", filter=Q(due_at__lt=now)),
            new=Count("pk", filter=Q(received_at__gte=now - _DAY)),
            nearest=Min("due_at"),
        )
    )
    for place_id, parent_id, *counted in rows:
        found = OpenTips(None, *counted)
        (places.get(place_id) or places.get(parent_id) or elsewhere).add(found)
        total.add(found)
    return TipsByPlace(_gravest_first(places.values()), elsewhere, total)


def tips_by_hamlet(officer: Officer, commune: Place) -> TipsByPlace:
    """The hamlets of a commune; a tip whose words name two of them is counted in both.

    `elsewhere` are the tips of the commune that name none of its hamlets, `total` counts each once.
    """
    now = times.now()
    hamlets = [
        (_HamletName.from_place(place), OpenTips(place)) for place in hamlets_of_commune(commune)
    ]
    elsewhere, total = OpenTips(None), OpenTips(None)
    rows = (
        Tip.objects.visible_to(officer)
        .open()
        .filter(Q(place=commune) | Q(place__parent=commune))
        .order_by()
        .values_list(
            "place_id", "place_detail", "suggestion__places", "urgency", "due_at", "received_at"
        )
    )
    for place_id, detail, codes, urgency, due_at, received_at in rows:
        found = OpenTips(
            None,
            1,
            int(urgency == Urgency.P0),
            int(urgency == Urgency.P1),
            int(due_at is not None and due_at < now),
            int(received_at >= now - _DAY),
            due_at,
        )
        total.add(found)
        # A tip that has a hamlet is there, whatever else its words name.
        words = fold(detail) if place_id == commune.pk else ""
        read = codes or () if place_id == commune.pk else ()
        theirs = [
            hamlet
            for name, hamlet in hamlets
            if name.pk == place_id or name.code in read or name.stands_in(words)
        ]
        for hamlet in theirs or [elsewhere]:
            hamlet.add(found)
    return TipsByPlace(_gravest_first(each for _name, each in hamlets), elsewhere, total)


@dataclass(frozen=True, slots=True)
class _HamletName:
    pk: uuid.UUID
    code: str
    pattern: re.Pattern[str]

    @classmethod
    def from_place(cls, hamlet: Place) -> "_HamletName":
        return cls(hamlet.pk, hamlet.code, re.compile(name_in_words(hamlet)))

    def stands_in(self, words: str) -> bool:
        return bool(words) and bool(self.pattern.search(words))


def _gravest_first(places: Iterable[OpenTips]) -> list[OpenTips]:
    """Of equal ones the order in which they came, by name."""
    return sorted(places, key=lambda each: (-each.critical, -each.overdue, -each.count))
