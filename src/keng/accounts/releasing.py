"""Who may let something out in the name of a unit. Built so that somebody always can, at night too.

The unit's commander; or the province's commander, coordinator or officer on duty: a commune whose
only commander wrote it, or sleeps, does not wait for anybody.
"""

import uuid

from keng.accounts.models import Officer
from keng.accounts.who import RELEASING
from keng.places.models import Unit


def may_release_for(officer: Officer, unit: Unit) -> bool:
    """Whether the officer may let something go out in the name of this unit."""
    return RELEASING.may_act_for(officer, unit)


def releasable_units(officer: Officer) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The units in whose name the officer may let something go out; and those that, with all
    units below them, are a province's. The same rule as above, for a query.
    """
    units = RELEASING.own_units(officer)
    provinces = [unit.pk for unit in units if unit.kind == Unit.Kind.PROVINCE]
    return [unit.pk for unit in units], provinces
