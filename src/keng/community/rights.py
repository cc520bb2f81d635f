"""Who speaks for a desk on the public pages."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.who import WORKING

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class NotYours(PermissionError):
    """The officer does not speak for this desk, or sees no such thing."""


def speaks_for_desk(officer: "Officer") -> bool:
    """Whether the officer speaks for any desk."""
    return WORKING.includes(officer)


def own_desk(officer: "Officer") -> uuid.UUID:
    """The unit in whose name the officer announces something. Raises NotYours."""
    units = WORKING.own_units(officer)
    if not units:
        raise NotYours
    return units[0].pk
