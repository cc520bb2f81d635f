"""The communes of the province as the demo's people know them."""

import uuid
from dataclasses import dataclass, field
from random import Random

from keng.accounts.models import Officer
from keng.places.models import Place, Unit
from keng_dev.demo.territory import PROVINCE_CODE, WARD_CODE


@dataclass(slots=True, eq=False)
class Desk:
    """A unit with the place it serves and the officers who work there."""

    unit: Unit
    place: Place
    duty: list[Officer] = field(default_factory=list)
    commander: Officer | None = None
    hamlets: list[Place] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.place.code

    @property
    def spoken(self) -> str:
        """As people write it in the middle of a sentence: phường Nếnh."""
        return self.place.full_name[0].lower() + self.place.full_name[1:]

    def officer(self, dice: Random) -> Officer:
        """Somebody on duty."""
        return dice.choice(self.duty)


@dataclass(frozen=True, slots=True)
class Territory:
    """Every desk by the code of its place, and how much is reported there."""

    desks: dict[str, Desk]
    weights: dict[str, float]

    @property
    def ward(self) -> Desk:
        return self.desks[WARD_CODE]

    @property
    def province(self) -> Desk:
        return self.desks[PROVINCE_CODE]

    @property
    def communes(self) -> list[Desk]:
        """All but the province's own desk, in the order of their codes."""
        return [desk for code, desk in sorted(self.desks.items()) if code != PROVINCE_CODE]

    def somewhere(self, dice: Random) -> Desk:
        """A commune other than the demo's ward, the busy ones more often."""
        (code,) = dice.choices(list(self.weights), list(self.weights.values()))
        return self.desks[code]

    def by_unit(self) -> dict[uuid.UUID, Desk]:
        return {desk.unit.pk: desk for desk in self.desks.values()}


def survey(units: dict[str, Unit], hamlets: dict[str, Place], dice: Random) -> Territory:
    """Desks without officers yet; wards with works and rented rooms report more."""
    places = {
        place.code: place
        for place in Place.objects.filter(code__in=units, valid_to=None).order_by("kind")
        if (place.kind == Place.Kind.PROVINCE) == (place.code == PROVINCE_CODE)
    }
    desks = {code: Desk(unit, places[code]) for code, unit in sorted(units.items())}
    desks[WARD_CODE].hamlets = list(hamlets.values())
    weights = {
        code: dice.uniform(0.4, 1.6) * (1.8 if desk.place.kind == Place.Kind.WARD else 1.0)
        for code, desk in desks.items()
        if code not in {PROVINCE_CODE, WARD_CODE}
    }
    return Territory(desks, weights)
