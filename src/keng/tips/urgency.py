"""How fast somebody must look, by what was tapped and a few plain words; it only starts a clock."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from keng.kit import times
from keng.language import lost_money
from keng.language.danger import COMES_AGAIN, Danger, danger_in
from keng.language.fold import fold
from keng.language.urgency import LEAST_OF_TOPIC
from keng.tips.models import ClockRule

SORT, AT_ONCE, LOOK = "CLASSIFY_HOUSE", "URGENT_NOW", "LOOK_P1"
_OF_URGENCY = {"P0": AT_ONCE, "P1": LOOK}

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


def urgency_of(
    text: str, *, happening: str = "unsure", money_moved: bool = False, topic: str = ""
) -> str:
    """P0 for danger that goes on, P1 for other danger, money that left or a child, else P2.

    Takes the words as they were written: their accents tell a fire from somebody who runs.
    """
    danger, folded = danger_in(text), fold(text)
    if _goes_on(danger, happening):
        return "P0"
    if danger is not None and (happening != "over" or danger.kind in COMES_AGAIN):
        return "P1"
    if (
        money_moved
        or happening == "now"
        or _MONEY_LEFT.search(folded)
        or lost_money.money_has_left(folded)
    ):
        return "P1"
    return LEAST_OF_TOPIC.get(topic, "P2")


def danger_goes_on(text: str, *, happening: str = "unsure") -> bool:
    """Danger to life or body that is happening now; money alone is none."""
    return _goes_on(danger_in(text), happening)


def _goes_on(danger: Danger | None, happening: str) -> bool:
    if danger is None or happening == "over":
        return False
    return danger.level == "P0" or (happening == "now" and danger.is_clear)
