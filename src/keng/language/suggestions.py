"""All that the machine suggests about one text, from one reading: for the desk and for files."""

from typing import NamedTuple

from keng.language.categories import Suggestion, scam_chance, suggest_of_reading
from keng.language.category_model import read_category
from keng.language.urgency import SuggestedUrgency, suggest_urgency, urgency_score


class TextSuggestions(NamedTuple):
    """What a text is about and how soon somebody should look."""

    categories: list[Suggestion]
    urgency: SuggestedUrgency
    urgency_score: float
    scam: float
    """How likely it is about a scam of any kind, from 0 to 1."""


def suggest(text: str, topic: str = "") -> TextSuggestions:
    """Everything about a text of which the reporter tapped `topic`, if anything."""
    reading = read_category(text)
    categories = suggest_of_reading(reading, topic)
    first = categories[0]
    urgency = suggest_urgency(
        text, first.code, strength=first.strength, topic=topic, reading=reading
    )
    score = urgency_score(reading, urgency)
    return TextSuggestions(categories, urgency, score, scam_chance(reading.chances))
