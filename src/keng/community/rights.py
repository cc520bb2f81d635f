"""Who speaks for a desk on the public pages."""

from typing import TYPE_CHECKING

from keng.accounts.who import WORKING

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit


def own_desk(officer: "Officer") -> "Unit | None":
    """The desk in whose name the officer announces something, if any."""
    return next(iter(WORKING.own_units(officer)), None)
