"""For whom something waits, as plain values that a query compares with."""

import datetime
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import (
    AGREEING_TO_ERASURE,
    AGREEING_TO_HOLDS,
    AGREEING_TO_IMPORTS,
    AGREEING_TO_PERIODS,
    AGREEING_TO_TRANSFERS,
    AGREEING_TO_WAIVERS,
    ANSWERING_DATA_REQUESTS,
    CHECKING_CLAIMS,
    INVITING,
    OVERSEEING,
    PROVINCE_WORKING,
    RECORDING_BREACHES,
    RELEASING,
    SEEING_ACCOUNTS,
    WORKING,
    Who,
)
from keng.kit import times

# The sets whose work waits somewhere, by the name under which a query gets their units.
SETS: Mapping[str, Who] = {
    "working": WORKING,
    "releasing": RELEASING,
    "province_working": PROVINCE_WORKING,
    "checking_claims": CHECKING_CLAIMS,
    "inviting": INVITING,
    "overseeing": OVERSEEING,
    "agreeing_to_holds": AGREEING_TO_HOLDS,
    "agreeing_to_transfers": AGREEING_TO_TRANSFERS,
    "agreeing_to_periods": AGREEING_TO_PERIODS,
    "agreeing_to_imports": AGREEING_TO_IMPORTS,
    "answering_data_requests": ANSWERING_DATA_REQUESTS,
    "agreeing_to_erasure": AGREEING_TO_ERASURE,
    "recording_breaches": RECORDING_BREACHES,
    "agreeing_to_waivers": AGREEING_TO_WAIVERS,
    "seeing_accounts": SEEING_ACCOUNTS,
}


@dataclass(frozen=True, slots=True)
class Reach:
    """One officer: over which units, and with whose hands.

    The values may be the stand-ins of a query that is kept (kit.compiled_queries), so whoever reads
    them only compares columns with them.
    """

    own: Mapping[str, Collection[uuid.UUID]]
    """By the name of a set: the units of posts that reach as far as their own."""
    above: Mapping[str, Collection[uuid.UUID]]
    """By the name of a set: the provinces whose communes a post reaches."""
    tied: Collection[uuid.UUID]
    """The officer, and everybody whose hands count as theirs (accounts.vouching)."""
    officer: uuid.UUID
    belongs_to: Collection[uuid.UUID]
    """The units of all their posts, of those that only read as well: no tip about one is theirs."""
    now: datetime.datetime

    def units_of(self, name: str, path: str = "unit") -> Q:
        """The rows whose unit, at the end of `path`, is one for which they are of this set."""
        return Q(**{f"{path}__in": self.own[name]}) | Q(**{f"{path}__parent__in": self.above[name]})

    @property
    def without_hand(self) -> Q:
        """The texts that they may let out, as far as hands go."""
        return ~Q(hands__overlap=self.tied)


def reach_of(officer: Officer) -> Reach:
    """For whom something waits when this officer looks, at this moment."""
    ends = {name: who.ends(officer) for name, who in SETS.items()}
    return Reach(
        own={name: sorted(own) for name, (own, _above) in ends.items()},
        above={name: sorted(above) for name, (_own, above) in ends.items()},
        tied=sorted(tied_to(officer)),
        officer=officer.pk,
        belongs_to=sorted(officer.own_unit_ids),
        now=times.now(),
    )
