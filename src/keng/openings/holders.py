"""Who holds keys: a key of a unit is opened by two of its holders and those of its province."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keng.accounts.models import Officer, Post
from keng.accounts.who import WORKING
from keng.kit.sql_names import by_given_name
from keng.places.models import Unit
from keng.vault.models import HolderKey, UnitKey

if TYPE_CHECKING:
    import uuid

HOLDERS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class UnitHolders:
    """Of one unit: its own holders, and those of the province above it."""

    unit: Unit
    own: list[Officer]
    above: list[Officer]

    @property
    def are_too_few(self) -> bool:
        """Whether nothing of this unit can be opened by two of them."""
        return len({officer.pk for officer in (*self.own, *self.above)}) < HOLDERS_NEEDED


def holders_of_units(units: Iterable[Unit]) -> list[UnitHolders]:
    """Of each of these units, who works there today and has a key."""
    asked = list(units)
    near = {pk for unit in asked for pk in (unit.pk, unit.parent_id) if pk is not None}
    keys = HolderKey.objects.filter(retired_at=None).values_list("officer_ref", flat=True)
    posts = Post.objects.current().filter(
        unit__in=near, role__in=WORKING.roles, officer__is_active=True, officer__in=list(keys)
    )
    found: dict[uuid.UUID, dict[uuid.UUID, Officer]] = {}
    for post in posts.select_related("officer").order_by(*by_given_name("officer__name"), "id"):
        found.setdefault(post.unit_id, {})[post.officer_id] = post.officer
    return [
        UnitHolders(
            unit,
            list(found.get(unit.pk, {}).values()),
            list(found.get(unit.parent_id, {}).values()) if unit.parent_id else [],
        )
        for unit in asked
    ]


def keys_are_split(units: Iterable[Unit]) -> bool:
    """Whether what comes in now for one of these units is sealed to a key that holders share."""
    current = UnitKey.objects.filter(unit__in=list(units), retired_at=None)
    return current.filter(epoch__isnull=False).exists()
