"""Choosing places by words: what was found, and what is ticked."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from keng.kit.sql_names import alphabetically
from keng.network.forms.subscriptions import ChoicesForm
from keng.places.models import Place, Unit
from keng.places.place_cookie import chosen_place
from keng.places.search import find_places

_MOST_FOUND = 8
_LONGEST_QUERY = 120


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """The part of the form in which places are searched and ticked."""

    query: str
    boxes: list[Place]
    """Each place that can be ticked: what is ticked first, then what was found."""
    ticked: set[Any]
    """Their ids."""
    nothing_found: bool

    @classmethod
    def offered(cls) -> QuerySet[Place]:
        """Communes of the provinces that have a desk here."""
        ours = Unit.objects.values("province_code")
        communes = (Place.Kind.WARD, Place.Kind.COMMUNE, Place.Kind.SPECIAL_ZONE)
        return Place.objects.filter(
            province_code__in=ours, kind__in=communes, valid_to__isnull=True
        )

    @classmethod
    def of_request(
        cls,
        request: HttpRequest,
        form: ChoicesForm,
        *,
        is_search: bool,
        chosen_before: list[Place] | None = None,
    ) -> "PlaceChoice":
        """As the form was sent; at first with `chosen_before`, or the place of this visitor."""
        query = form.data.get("q", "").strip()[:_LONGEST_QUERY] if is_search else ""
        found = cls._places_found(query)
        if form.is_bound:
            ticked = _ticked_places(form)
        elif chosen_before is not None:
            ticked = chosen_before
        else:
            near = chosen_place(request)
            ticked = list(cls.offered().filter(pk=near.pk)) if near else []
        boxes = [*ticked, *(place for place in found if place not in ticked)]
        return cls(query, boxes, {place.pk for place in ticked}, bool(query) and not found)

    @classmethod
    def _places_found(cls, query: str) -> list[Place]:
        """What the words may mean, as far as one can have its warnings; without words nothing."""
        today: list[Place] = []
        for match in find_places(query, limit=20):
            for place in match.split_into or [match.place]:
                whole = _commune_of(place)
                if whole not in today:
                    today.append(whole)
        allowed = set(cls.offered().filter(pk__in=[place.pk for place in today]))
        return [place for place in today if place in allowed][:_MOST_FOUND]


def _commune_of(place: Place) -> Place:
    """A hamlet's warnings are those of its commune."""
    is_inside = place.kind == Place.Kind.HAMLET and place.parent is not None
    return place.parent if is_inside and place.parent else place


def _ticked_places(form: ChoicesForm) -> list[Place]:
    field: Any = form.fields["places"]
    try:
        return list(field.clean(form.data.getlist("places")).order_by(alphabetically()))
    except ValidationError:
        return []
