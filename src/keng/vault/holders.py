"""Who holds shares of a unit's keys: officers with a key of their own, of the unit or its province.

Of what concerns the unit the province's alone, and of matters of children and sexual offences only
who is named for them, at a desk that has named anybody.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from keng.accounts import who
from keng.accounts.models import NamedOfficer, Post
from keng.places.models import Unit
from keng.vault.models import HolderKey, KeyClass
from keng.vault.splitting import MOST_HOLDERS


@dataclass(frozen=True)
class DeskHolders:
    """The holders' keys of each desk, oldest first."""

    at: Mapping[uuid.UUID, list[HolderKey]]
    named: Mapping[uuid.UUID, set[uuid.UUID]]
    """By desk, the officers who are named there."""

    def of_unit(self, unit: Unit, key_class: str) -> list[HolderKey]:
        """Whom a key of this unit is split for; the unit's own come first where they are many."""
        return self.all_of_unit(unit, key_class)[:MOST_HOLDERS]

    def all_of_unit(self, unit: Unit, key_class: str) -> list[HolderKey]:
        """The same, also those for whom there is no number left: none of them has left."""
        desks = [unit.pk]
        if unit.parent_id and unit.kind != Unit.Kind.PROVINCE:
            desks = (
                [unit.parent_id]
                if key_class == KeyClass.CONCERNS_UNIT
                else [*desks, unit.parent_id]
            )
        found = {key.pk: key for desk in desks for key in self._at_desk(desk, key_class)}
        return list(found.values())

    def _at_desk(self, desk: uuid.UUID, key_class: str) -> list[HolderKey]:
        keys = self.at.get(desk, [])
        named = self.named.get(desk)
        if key_class != KeyClass.SENSITIVE or not named:
            return keys
        return [key for key in keys if key.officer_ref in named]


def desk_holders() -> DeskHolders:
    """As it is today."""
    keys = {
        key.officer_ref: key for key in HolderKey.objects.filter(retired_at=None).order_by("pk")
    }
    posts = (
        Post.objects.current()
        .filter(
            officer__in=keys,
            officer__is_active=True,
            role__in=who.HOLDING_SHARES.roles,
        )
        .values_list("unit_id", "officer_id")
    )
    at: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for unit_id, officer_id in posts:
        at[unit_id].add(officer_id)
    return DeskHolders(
        {
            unit_id: sorted((keys[officer] for officer in officers), key=lambda key: key.pk)
            for unit_id, officers in at.items()
        },
        NamedOfficer.objects.who_read(list(at)),
    )
