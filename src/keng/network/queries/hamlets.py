"""Reads of hamlets: the list of a desk's area with heads, groups and houses."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from keng.kit.list_filter import rows_with_words
from keng.kit.sql_names import alphabetically
from keng.network.models import Establishment, Group, Lead
from keng.network.queries.establishments import IS_REACHED
from keng.network.queries.places import places_of
from keng.places.models import Place, Succession

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@dataclass(frozen=True, slots=True)
class HamletLine:
    """One hamlet of a list."""

    place: Place
    head: Lead | None
    former: tuple[str, ...]
    groups: int
    listed: int
    """Houses that were written down there."""
    reached: int
    """Of these, those whose contact reads along in a group."""


def hamlets_of(officer: "Officer") -> QuerySet[Place]:
    """The hamlets of today in the officer's area."""
    return places_of(officer.unit_ids).filter(kind=Place.Kind.HAMLET)


def filtered_hamlets(
    officer: "Officer", *, words: str = "", place: uuid.UUID | None = None
) -> QuerySet[Place]:
    """Those of one commune, or with these words in a name of now or before."""
    found = hamlets_of(officer).select_related("parent")
    if place:
        found = found.filter(parent=place)
    if words:
        before = Place.objects.filter(kind=Place.Kind.HAMLET, valid_to__isnull=False)
        old = rows_with_words(before, words, "full_name")
        renamed = Succession.objects.filter(old__in=old).values("new")
        found = rows_with_words(found, words, "full_name", or_else=Q(pk__in=renamed))
    return found.order_by(alphabetically("parent__name"), alphabetically(), "code")


def hamlet_lines(places: Iterable[Place], officer: "Officer") -> list[HamletLine]:
    """The same hamlets with what stands beside them."""
    shown = list(places)
    keys = [place.pk for place in shown]
    heads = {
        lead.head_of_id: lead
        for lead in Lead.objects.visible_to(officer).filter(
            head_of__in=keys, stopped_at__isnull=True
        )
    }
    former = former_names(keys)
    groups = dict(
        Group.objects.visible_to(officer)
        .filter(place__in=keys, is_active=True)
        .order_by()
        .values_list("place")
        .annotate(Count("pk"))
    )
    houses = houses_by_place(officer, keys)
    return [
        HamletLine(
            place,
            heads.get(place.pk),
            tuple(former.get(place.pk, ())),
            groups.get(place.pk, 0),
            *houses.get(place.pk, (0, 0)),
        )
        for place in shown
    ]


def former_names(hamlets: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """What these hamlets were called before, in full."""
    rows = Succession.objects.filter(new__in=list(hamlets)).order_by("old__code")
    found: dict[uuid.UUID, list[str]] = {}
    for new, name in rows.values_list("new_id", "old__full_name"):
        found.setdefault(new, []).append(name)
    return found


def houses_by_place(
    officer: "Officer", places: Iterable[uuid.UUID]
) -> dict[uuid.UUID, tuple[int, int]]:
    """How many open houses are written down in each place, and how many have a contact in a group
    that is in use."""
    counted = (
        Establishment.objects.visible_to(officer)
        .filter(place__in=list(places), is_open=True)
        .order_by()
        .values_list("place")
        .annotate(houses=Count("pk"), reached=Count("pk", filter=IS_REACHED))
    )
    return {place: (houses, reached) for place, houses, reached in counted}
