"""Which desk serves a place, and which one is asked when none does."""

from django.db.models import Q

from keng.kit import times
from keng.places.models import Jurisdiction, Place, Unit


def unit_for(place: Place | None) -> Unit:
    """The desk in charge: of the place, else of what it lies in, else of its province, else ours.

    Raises Unit.DoesNotExist on a site without any desk.
    """
    if place is not None:
        found = _unit_serving(place) or provincial_unit(place.province_code)
        if found is not None:
            return found
    return first_province_unit()


def provincial_unit(province_code: str) -> Unit | None:
    """The provincial desk of a province, if this site has one."""
    units = Unit.objects.filter(kind=Unit.Kind.PROVINCE, province_code=province_code)
    return units.order_by("id").first()


def first_province_unit() -> Unit:
    """The desk that receives what no place decides. Raises Unit.DoesNotExist."""
    found = Unit.objects.order_by("-kind", "id").first()
    if found is None:
        raise Unit.DoesNotExist
    return found


def is_outside_province(place: Place | None, unit: Unit) -> bool:
    """Whether the place lies in a province that the desk which gets its reports does not serve."""
    return place is not None and place.province_code != unit.province_code


def unit_above(unit: Unit) -> Unit:
    """The desk to which somebody goes who does not want this one to know; a province is its own."""
    if unit.kind == Unit.Kind.PROVINCE:
        return unit
    return unit.parent or provincial_unit(unit.province_code) or first_province_unit()


def _unit_serving(place: Place) -> Unit | None:
    """From the hamlet up to the province: the nearest one that has a desk."""
    chain = [place]
    while chain[-1].parent is not None and len(chain) < 4:
        chain.append(chain[-1].parent)
    today = times.local_date(times.now())
    rows = (
        Jurisdiction.objects.filter(place__in=chain, valid_from__lte=today)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .select_related("unit__parent")
    )
    by_place = {row.place_id: row.unit for row in rows}
    return next((by_place[one.id] for one in chain if one.id in by_place), None)
