"""How fast somebody must look, read the moment a text comes in: it only starts a clock.

By what was tapped and a few plain words. What an officer is shown as a suggestion is read later, by
the category (keng.language.urgency).
"""

import re

from keng.language import lost_money
from keng.language.danger import COMES_AGAIN, Danger, danger_in
from keng.language.fold import fold
from keng.language.urgency import LEAST_OF_TOPIC

_MONEY_LEFT = re.compile(
    r"(?<!\w)(?:(?:da|vua|lo|trot|mat)\s+(?:\w+\s+){0,2}?"
    r"(?:chuyen khoan|chuyen tien|ck|chuyen|nap tien)"
    r"|bi (?:lua )?mat (?:\w+ ){0,2}?(?:tien|trieu|ty)"
    r"|(?:i|we|have|just|already) (?:\w+ )?(?:transferred|sent (?:\w+ )?money|paid))(?!\w)"
)


def first_urgency_of(
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
