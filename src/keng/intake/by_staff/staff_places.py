"""Where a report that is taken down may have happened, as the desk's forms offer it."""

from keng.kit import times
from keng.kit.sql_names import alphabetically
from keng.places.local_names import PlacedText, communes_in_texts
from keng.places.models import Jurisdiction, Place, Unit
from keng.places.search import find_places

_MOST_FOUND = 8


def places_of_desk(desk: Unit) -> list[Place]:
    """What the desk serves and the hamlets in it; a provincial desk has none to choose."""
    if desk.kind == Unit.Kind.PROVINCE:
        return []
    today = times.local_date(times.now())
    served = list(
        Place.objects.filter(
            pk__in=Jurisdiction.objects.filter(unit=desk, valid_from__lte=today)
            .exclude(valid_to__lt=today)
            .values("place_id")
        ).order_by(alphabetically())
    )
    inside = Place.objects.filter(parent__in=served, kind=Place.Kind.HAMLET, valid_to__isnull=True)
    return [*served, *inside.order_by(alphabetically())]


def places_named_in_text(text: str, desk: Unit) -> list[Place]:
    """Places that a text names, in the desk's province: what the desk serves first, then the best.

    A hamlet stands before its commune.
    """
    own = places_of_desk(desk)
    served = [place.code for place in own if place.kind != Place.Kind.HAMLET]
    channel = served[0] if len(served) == 1 else None
    named = communes_in_texts({0: PlacedText(text, desk.province_code, channel)})[0]
    codes = [*named.hamlets, *named.ranked][:_MOST_FOUND]
    found = Place.objects.filter(
        code__in=codes, province_code=desk.province_code, valid_to__isnull=True
    ).exclude(kind=Place.Kind.PROVINCE)
    keys = {place.pk for place in own}
    return sorted(found, key=lambda place: (place.pk not in keys, codes.index(place.code)))


def places_by_name(query: str, desk: Unit) -> list[Place]:
    """Places of today that somebody may mean by these words, the desk's province first."""
    matches = find_places(query, province_code=desk.province_code, limit=_MOST_FOUND)
    found: list[Place] = []
    for match in matches:
        if match.communes:
            # A whole province says nothing of where in it.
            continue
        found += match.split_into or [match.place]
    return list(dict.fromkeys(found))[:_MOST_FOUND]
