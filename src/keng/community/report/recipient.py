"""Who will read the report, as far as the answers decide it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.language.officers import seems_about_officers
from keng.places import serving
from keng.places.models import Place, Unit

COMMUNE, PROVINCE = "commune", "province"
# Answers to "where" that name no place.
ONLINE, UNSURE, ABROAD = "online", "unsure", "abroad"
NOWHERE = (ONLINE, UNSURE, ABROAD)


@dataclass(frozen=True, slots=True)
class Recipient:
    """The desk that gets the report, and the desks that shall see no trace of it."""

    unit: Unit
    concerns: tuple[Unit, ...] = ()
    is_outside: bool = False
    """It happened where no desk of this site serves."""
    is_guess: bool = False
    """Nobody asked for it: the words seem to be about officers of the desk that is kept out."""

    @property
    def words(self) -> str:
        """As the pages name it."""
        return _("the police on duty at %(unit)s") % {"unit": self.unit.name}


def place_of(answers: Mapping[str, Any]) -> Place | None:
    """The place that was chosen, unless it is none."""
    chosen = answers.get("place", "")
    if not chosen or chosen in NOWHERE:
        return None
    return Place.objects.select_related("parent__parent").filter(pk=chosen).first()


def recipient_of(answers: Mapping[str, Any]) -> Recipient | None:
    """The desk that these answers lead to; None while the place that decides it is not known."""
    straight_up = answers.get("desk") == PROVINCE
    if not answers.get("place") and not straight_up:
        return None
    place = place_of(answers)
    nearest = serving.unit_for(place)
    outside = answers.get("place") == ABROAD or serving.is_outside_province(place, nearest)
    if not straight_up and _seems_about_desk(nearest, answers):
        return Recipient(serving.unit_above(nearest), (nearest,), outside, is_guess=True)
    if not straight_up:
        return Recipient(nearest, is_outside=outside)
    return Recipient(serving.unit_above(nearest), _kept_out(nearest, place), outside)


def _seems_about_desk(nearest: Unit, answers: Mapping[str, Any]) -> bool:
    """Whether the words tell of officers of this desk, and nobody said that it is meant for it."""
    has_one_above = (
        nearest.kind == Unit.Kind.COMMUNE and serving.unit_above(nearest).pk != nearest.pk
    )
    is_meant = bool(answers.get("meant_for_unit"))
    return has_one_above and not is_meant and seems_about_officers(str(answers.get("text", "")))


def _kept_out(nearest: Unit, place: Place | None) -> tuple[Unit, ...]:
    """The commune's desk, or all of them as long as nobody knows which one it would be."""
    if nearest.kind == Unit.Kind.COMMUNE:
        return (nearest,)
    if place is None:
        return tuple(Unit.objects.filter(kind=Unit.Kind.COMMUNE, parent=nearest).order_by("id"))
    return ()
