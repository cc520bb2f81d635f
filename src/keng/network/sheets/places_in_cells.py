"""Which place of the officer's area the words of a cell mean, today's names before old ones."""

import datetime
import difflib
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keng.language.fold import fold
from keng.network.queries.places import places_of
from keng.places.models import Jurisdiction, Place, Succession, Unit

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_KIND = re.compile(
    r"^(?:xa|phuong|p|x|tt|thi tran|dac khu|tinh|thon|lang|ban|khu|khu pho|tdp|to dan pho)"
    r"[ .]+(?=\S)"
)


# Likeness is looked for among all places, which takes long: enough to show what is meant.
_MOST_GUESSES = 40


@dataclass(frozen=True, slots=True)
class CellPlace:
    """One place, or several to choose from, or none with names that are written like it."""

    place: Place | None = None
    choices: tuple[Place, ...] = ()
    was: Place | None = None
    """The old place that was written; its end is told beside the new name."""
    since: datetime.date | None = None
    alike: tuple[str, ...] = ()


@dataclass(slots=True)
class Territory:
    """The places of an officer's units and who serves them, read once for a whole sheet."""

    places: dict[uuid.UUID, Place]
    units: dict[uuid.UUID, Unit]
    _served: dict[uuid.UUID, uuid.UUID]
    _today: dict[str, list[Place]] = field(default_factory=dict)
    _old: dict[str, list[Succession]] = field(default_factory=dict)
    _alike: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of_officer(cls, officer: "Officer") -> "Territory":
        """Five queries, however long the sheet."""
        places = {place.pk: place for place in places_of(officer.unit_ids)}
        units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=officer.unit_ids)}
        served = Jurisdiction.objects.filter(unit_id__in=list(units), valid_to__isnull=True)
        found = cls(places, units, dict(served.values_list("place_id", "unit_id")))
        for place in places.values():
            for name in {place.folded, fold(place.full_name), place.code}:
                found._today.setdefault(name, []).append(place)
        told = Succession.objects.filter(new_id__in=list(places)).select_related("old")
        for row in told.order_by("old__code", "id"):
            for name in {row.old.folded, fold(row.old.full_name)}:
                found._old.setdefault(name, []).append(row)
        return found

    def find_place(self, words: str) -> CellPlace:
        """The place; a name written in full wins over a bare one."""
        head, *rest = [" ".join(fold(part).split()) for part in words.split(",")]
        rest = [part for part in rest if part]
        for name in dict.fromkeys((head, _KIND.sub("", head))):
            today = self._narrowed(self._today.get(name, []), rest)
            if today:
                return CellPlace(today[0]) if len(today) == 1 else CellPlace(choices=tuple(today))
            old = [row for row in self._old.get(name, []) if _fits(row.old.old_district, rest)]
            if old:
                return self._became(old)
        return CellPlace(alike=self._written_like(_KIND.sub("", head)))

    def _written_like(self, name: str) -> tuple[str, ...]:
        if name not in self._alike:
            if len(self._alike) >= _MOST_GUESSES:
                return ()
            names = {_shown(place): place.folded for place in self.places.values()}
            close = difflib.get_close_matches(name, list(names.values()), 3, 0.75)
            found = [shown for shown, folded in names.items() if folded in close]
            self._alike[name] = tuple(found[:3])
        return self._alike[name]

    def _narrowed(self, places: list[Place], rest: list[str]) -> list[Place]:
        fitting = [p for p in places if _fits(self._surroundings(p), rest)]
        communes = [p for p in fitting if p.kind != Place.Kind.HAMLET]
        return communes or fitting

    def _surroundings(self, place: Place) -> str:
        return " ".join(one.full_name for one in self.chain(place)[1:]) or place.full_name

    def _became(self, rows: list[Succession]) -> CellPlace:
        new = list({row.new_id: self.places[row.new_id] for row in rows}.values())
        if len(new) > 1:
            return CellPlace(choices=tuple(new), was=rows[0].old, since=rows[0].on)
        # Of a hamlet nobody wrote down since when it is called otherwise.
        is_dated = rows[0].old.kind != Place.Kind.HAMLET
        return CellPlace(new[0], was=rows[0].old, since=rows[0].on if is_dated else None)

    def chain(self, place: Place) -> list[Place]:
        """The place and what it lies in, as far as the officer's area goes."""
        found = [place]
        while (above := found[-1].parent_id) in self.places and len(found) < 5:
            found.append(self.places[above])
        return found

    def unit_of(self, place: Place) -> Unit | None:
        """The nearest of the officer's units that serves the place."""
        served = (self._served.get(one.pk) for one in self.chain(place))
        return next((self.units[unit] for unit in served if unit), None)

    def serves(self, unit: Unit, place: Place) -> bool:
        """Whether the place lies in what the unit serves."""
        return any(self._served.get(one.pk) == unit.pk for one in self.chain(place))

    def unit_named(self, words: str) -> Unit | None:
        """The unit of this name; short names count."""
        wanted = fold(words)
        fits = [u for u in self.units.values() if wanted in {fold(u.name), fold(u.short_name)}]
        return fits[0] if len(fits) == 1 else None

    def name_of(self, place: Place) -> str:
        """A name that `find_place` understands: with what it lies in, when others share it."""
        if self.find_place(place.full_name).place == place:
            return place.full_name
        above = self.chain(place)[1:2]
        longer = f"{place.full_name}, {above[0].full_name}" if above else place.full_name
        return longer if self.find_place(longer).place == place else place.code


def _fits(surroundings: str, rest: list[str]) -> bool:
    around = fold(surroundings)
    return all(_KIND.sub("", part) in around for part in rest)


def _shown(place: Place) -> str:
    return place.full_name
