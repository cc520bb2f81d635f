"""Making units: an operator's work, before anybody can sign in."""

from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.places.models import Jurisdiction, Place, Unit

_LONGEST_SHORT = 12


class AlreadyServed(ValueError):
    """The place has a unit already."""


class NotServable(ValueError):
    """Neither a province nor a commune of today."""


class NoProvincialUnit(LookupError):
    """The unit above has to be made first."""


@work()
def add_unit(
    place: Place,
    *,
    name: str = "",
    short_name: str = "",
    desk_phone: str = "",
) -> Unit:
    """The unit that serves a province or commune from today on; names follow from the place's.

    Raises NotServable, AlreadyServed, NoProvincialUnit.
    """
    if place.kind in (Place.Kind.HAMLET, Place.Kind.TOWNSHIP) or place.valid_to is not None:
        raise NotServable
    if Jurisdiction.objects.filter(place=place, valid_to=None).exists():
        raise AlreadyServed
    is_province = place.kind == Place.Kind.PROVINCE
    unit = Unit.objects.create(
        name=name or _name_for(place),
        short_name=short_name or _short_for(place),
        kind=Unit.Kind.PROVINCE if is_province else Unit.Kind.COMMUNE,
        parent=None if is_province else _provincial_unit_of(place),
        province_code=place.province_code,
        desk_phone=desk_phone,
    )
    today = times.local_date(times.now())
    Jurisdiction.objects.create(unit=unit, place=place, valid_from=today)
    record("unit.added", by="operator", on=unit, chain=unit_chain(unit.pk))
    return unit


def _provincial_unit_of(place: Place) -> Unit:
    found = Unit.objects.filter(kind=Unit.Kind.PROVINCE, province_code=place.province_code)
    above = found.order_by("id").first()
    if above is None:
        raise NoProvincialUnit
    return above


def _name_for(place: Place) -> str:
    """ "Công an phường Nếnh", "Công an tỉnh Bắc Ninh"."""
    return f"Công an {place.full_name[0].lower()}{place.full_name[1:]}"


def _short_for(place: Place) -> str:
    """What stands in references, 2026-NẾNH-0007."""
    return "".join(c for c in place.name.upper() if c.isalnum())[:_LONGEST_SHORT]
