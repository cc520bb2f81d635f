"""How fast somebody must look, by a few plain words. A person decides; this only starts a clock."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from keng.kit import times
from keng.tips.models import ClockRule
from keng.tips.reception import money
from keng.tips.reception.phrases import any_of

SORT, AT_ONCE, LOOK = "CLASSIFY_HOUSE", "URGENT_NOW", "LOOK_P1"
_OF_URGENCY = {"P0": AT_ONCE, "P1": LOOK}

_DANGER = re.compile(rf"(?<!\w)(?:{any_of('danger')})(?!\w)")
_NOW = re.compile(rf"(?<!\w)(?:{any_of('now')})(?!\w)")
_MONEY_LEFT = re.compile(
    r"(?<!\w)(?:(?:da|vua|lo|trot|mat)\s+(?:\w+\s+){0,2}?"
    r"(?:chuyen khoan|chuyen tien|ck|chuyen|nap tien)"
    r"|bi (?:lua )?mat (?:\w+ ){0,2}?(?:tien|trieu|ty)"
    r"|(?:i|we|have|just|already) (?:\w+ )?(?:transferred|sent (?:\w+ )?money|paid))(?!\w)"
)


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How long each of the first clocks runs, as the rules in force say."""

    limits: Mapping[str, dt.timedelta]

    def first_clocks(self, urgency: str, received_at: dt.datetime) -> list[tuple[str, dt.datetime]]:
        """The clocks that start with a tip of this urgency, the nearest deadline first."""
        codes = [SORT, *([_OF_URGENCY[urgency]] if urgency in _OF_URGENCY else [])]
        return sorted(
            ((c, received_at + self.limits[c]) for c in codes), key=lambda clock: clock[1]
        )


def limits_in_force() -> ClockLimits:
    """Read the rules of today. The clocks that start with a tip count in hours and minutes."""
    today = times.local_date(times.now())
    rules = ClockRule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        code__in=[SORT, AT_ONCE, LOOK],
        valid_from__lte=today,
        limit_unit__in=["hour", "minute"],
    ).order_by("valid_from")
    return ClockLimits({r.code: dt.timedelta(**{f"{r.limit_unit}s": r.limit}) for r in rules})


def urgency_of(folded: str, *, happening: str = "unsure", money_moved: bool = False) -> str:
    """P0 when danger is happening now, P1 when money has left or danger is spoken of, else P2.

    Takes the words as keng.language.fold.fold gives them.
    """
    if danger_goes_on(folded, happening=happening):
        return "P0"
    if money_moved or happening == "now" or _MONEY_LEFT.search(folded) or money.has_left(folded):
        return "P1"
    is_danger = bool(_DANGER.search(folded))
    return "P1" if is_danger and happening != "over" else "P2"


def danger_goes_on(folded: str, *, happening: str = "unsure") -> bool:
    """Danger to life or body that is happening now; money alone is none."""
    if happening == "over" or not _DANGER.search(folded):
        return False
    return happening == "now" or bool(_NOW.search(folded))
