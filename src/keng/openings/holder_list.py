"""The list of who holds keys, desk by desk, as officers read it; who they are the vault says."""

from collections.abc import Iterable
from dataclasses import dataclass

from keng.accounts.models import Officer
from keng.kit.sql_names import by_given_name
from keng.places.models import Unit
from keng.vault.holders import desk_holders
from keng.vault.models import KeyClass, UnitKey
from keng.vault.splitting import HOLDERS_NEEDED


@dataclass(frozen=True, slots=True)
class HolderListRow:
    """Of one unit: its own holders, and those of the province above it."""

    unit: Unit
    own: list[Officer]
    above: list[Officer]

    @property
    def are_too_few(self) -> bool:
        """Whether nothing of this unit can be opened by two of them."""
        return len({officer.pk for officer in (*self.own, *self.above)}) < HOLDERS_NEEDED


def holder_list(units: Iterable[Unit]) -> list[HolderListRow]:
    """Of each of these units, for whom a key that begins today is split."""
    holders = desk_holders()
    refs = {key.officer_ref for keys in holders.at.values() for key in keys}
    officers = {
        officer.pk: officer
        for officer in Officer.objects.filter(pk__in=refs).order_by(*by_given_name("name"), "pk")
    }
    rows = []
    for unit in units:
        own = {key.officer_ref for key in holders.at.get(unit.pk, [])}
        all_of_unit = {key.officer_ref for key in holders.of_unit(unit, KeyClass.ORDINARY)}
        rows.append(
            HolderListRow(
                unit,
                [officer for pk, officer in officers.items() if pk in own],
                [officer for pk, officer in officers.items() if pk in all_of_unit - own],
            )
        )
    return rows


def keys_are_split(units: Iterable[Unit]) -> bool:
    """Whether what comes in now for one of these units is sealed to a key that holders share."""
    current = UnitKey.objects.filter(unit__in=list(units), retired_at=None)
    return current.filter(epoch__isnull=False).exists()
