"""Who checks claims: the province. A commune's small desk has no part in it."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.who import CHECKING_CLAIMS

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def units_checked_by(officer: "Officer") -> frozenset[uuid.UUID]:
    """The units in whose name the officer writes and publishes checks."""
    return CHECKING_CLAIMS.own_unit_ids(officer)


def checks_claims(officer: "Officer") -> bool:
    """Whether claims are any of the officer's work."""
    return CHECKING_CLAIMS.includes(officer)
