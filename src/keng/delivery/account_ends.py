"""When an account ends by itself, and how long before that somebody is called.

Tokens end so long after their last renewal, the package on its last day. Nothing here asks the
database: `queries/ending_accounts.py` finds the accounts.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from keng import channels
from keng.kit import times

CALL_DAYS_BEFORE = (14, 7, 3, 1)
LONGEST_BEFORE = timedelta(days=max(CALL_DAYS_BEFORE))


class EndingPart(StrEnum):
    """What of an account ends."""

    TOKENS = "tokens"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class AccountEnd:
    """The end of one of its parts."""

    part: EndingPart
    at: datetime

    def is_near(self, now: datetime) -> bool:
        """Whether a call about it is due by now, or it is past."""
        return self.at - now <= LONGEST_BEFORE

    def is_past(self, now: datetime) -> bool:
        return self.at <= now

    def days_left(self, now: datetime) -> int:
        """Whole days, the begun one with them; 0 once it is past."""
        return max(0, -((now - self.at) // timedelta(days=1)))

    def latest_call_due_at(self, now: datetime) -> datetime | None:
        """When the latest call that is due became due.

        None before the first, or once it has ended.
        """
        if self.is_past(now):
            return None
        begun = [self.at - timedelta(days=days) for days in CALL_DAYS_BEFORE]
        return max((moment for moment in begun if moment <= now), default=None)


def tokens_last(channel: str) -> timedelta | None:
    """How long after a renewal the tokens of such an account end; None where they do not."""
    renewal = channels.get_channel(channel).facts.renewal
    return renewal.lasts if renewal else None


def ends_of_account(
    channel: str, tokens_renewed_at: datetime | None, package_ends_on: date | None
) -> list[AccountEnd]:
    """As far as they are known, the next one first."""
    found = []
    lasts = tokens_last(channel)
    if lasts is not None and tokens_renewed_at is not None:
        found.append(AccountEnd(EndingPart.TOKENS, tokens_renewed_at + lasts))
    if package_ends_on is not None:
        day_after = package_ends_on + timedelta(days=1)
        found.append(AccountEnd(EndingPart.PACKAGE, times.start_of(day_after)))
    return sorted(found, key=lambda end: end.at)
