"""What the machine reads in one text, as plain data: for `keng analyse` and for measurements."""

from typing import Any

from keng.kit.urgency import URGENT_LEVELS
from keng.language.indicators import extract
from keng.language.suggestions import suggest
from keng.language.urgency import first_urgency_of


def analyse_text(text: str) -> dict[str, Any]:
    """Categories, urgency and indicators, as the desk would see them, of a text without a topic.

    `strength` goes from 0 (it asks the officer, and `abstains`) to 3; `urgency_score` puts first
    what a person would call critical.
    """
    suggested = suggest(text)
    # What starts the clock of a tip stands; a suggestion only raises it among the urgent ones.
    first = first_urgency_of(text)
    level = suggested.urgency.level
    strength = suggested.categories[0].strength
    return {
        "category": [one.code for one in suggested.categories],
        "urgency": str(min(level, first) if first in URGENT_LEVELS else level),
        "urgency_score": round(suggested.urgency_score, 4),
        "strength": strength.level,
        "abstains": strength.level == 0,
        "scam": round(suggested.scam, 4),
        "indicators": indicators_of(text),
    }


def indicators_of(text: str) -> list[dict[str, Any]]:
    """The indicators of one text."""
    return [
        {"type": one.type, "value": one.value, "start": one.start, "end": one.end}
        for one in extract(text)
    ]
