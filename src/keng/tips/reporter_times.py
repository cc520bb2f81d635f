"""How exactly a reporter's times are written down for officers: to five minutes, rounded down.

A minute beside a provider's list of connections says who sent a report. The rows keep the true
time, because clocks and order need it; pages, lists, exports and words show what this module says.
Where minutes count for everybody, a critical tip or money that has gone, the true minute stands.
Seconds stand nowhere. Deadlines are rounded down, too, so that none is later than the true one.

Templates ask by the filters `reporter_time` and `ending_time`;
tests/architecture/test_reporter_times.py looks for whoever forgets to.
"""

import datetime
from collections.abc import Iterable
from typing import Protocol

from keng.kit.times import COARSE, rounded_down
from keng.kit.urgency import Urgency

_MINUTE = datetime.timedelta(minutes=1)
_WITHDRAWN = "withdrawn"


class HasUrgency(Protocol):
    """What says whether minutes count: a tip, or a row of a list."""

    @property
    def urgency(self) -> str:
        """P0 is critical."""

    @property
    def money_moved(self) -> bool:
        """Whether money has gone."""

    @property
    def danger_at(self) -> datetime.datetime | None:
        """When a later message told of danger that goes on: it calls people as a critical one."""


def keeps_the_minute(tip: HasUrgency) -> bool:
    """Whether minutes count so much that officers see the true one."""
    return tip.urgency == Urgency.P0 or tip.money_moved or tip.danger_at is not None


def reporter_time(moment: datetime.datetime, tip: HasUrgency | None = None) -> datetime.datetime:
    """When the reporter did something, or what it set off is due, as officers may read it.

    Without a tip (several of them, or a question of a resident) five minutes are the limit.
    """
    is_exact = tip is not None and keeps_the_minute(tip)
    return rounded_down(moment, _MINUTE if is_exact else COARSE)


def ending_time(moment: datetime.datetime, tip: "HasOutcome") -> datetime.datetime:
    """When a tip ended: an officer's act has its minute, the reporter's own is rounded."""
    return reporter_time(moment, tip) if tip.outcome == _WITHDRAWN else moment


class HasOutcome(HasUrgency, Protocol):
    """A tip, or a row of a list, that may have ended."""

    @property
    def outcome(self) -> str:
        """What came of it; "withdrawn" where the reporter took it back."""


def times_in_order(
    moments: Iterable[tuple[datetime.datetime, bool]], tip: HasUrgency
) -> list[datetime.datetime]:
    """Moments of one story, oldest first, each with whether it is the reporter's, as shown.

    None is shown before the one that it follows: an answer does not stand before its question.
    The order told that already.
    """
    found: list[datetime.datetime] = []
    for moment, is_reporters in moments:
        at = reporter_time(moment, tip) if is_reporters else rounded_down(moment, _MINUTE)
        found.append(max(at, found[-1]) if found else at)
    return found
