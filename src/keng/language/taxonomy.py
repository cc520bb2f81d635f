"""The 31 categories of tips, what is true of each, and the eight topics a resident chooses from.

All of it stands in taxonomy.csv: a new category is a row there.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Category:
    """One row of taxonomy.csv."""

    code: str
    vi: str
    en: str
    group: str
    topic: str
    """The tile a resident taps, which says less than the category an officer decides."""
    urgency: str
    is_bodily: bool
    """A word of danger alone means that a life may depend on minutes."""
    is_urgent_by_danger: bool
    """What makes it urgent are words of danger, not a guess at the matter."""
    in_waves: bool
    """False where a warning could expose a family, or where there is nothing to warn of."""
    in_warnings: bool
    in_lookup: bool
    """What was used in it may be listed for everybody to find."""
    handled_by: str
    law_codes: str


# The tile of what fits nowhere else, so it says nothing about the category.
VAGUE_TOPIC = "other"
_ANSWERS = {"yes": True, "no": False}


@cache
def categories() -> dict[str, Category]:
    """All categories by code, in the order of the table."""
    text = resources.files("keng.language").joinpath("taxonomy.csv").read_text(encoding="utf-8")
    return {row["code"]: _category(row) for row in csv.DictReader(text.splitlines())}


@cache
def categories_of_topic(topic: str) -> tuple[str, ...]:
    """The categories of a topic, what is meant where nothing else is known first."""
    return tuple(code for code, category in categories().items() if category.topic == topic)


def category_label(code: str, language: str = "vi") -> str:
    """What a category is called in a language; the code itself when it is not one of ours."""
    found = categories().get(code)
    if found is None:
        return code
    return (found.en if language.startswith("en") else found.vi).replace("; ", ", ")


def is_scam(code: str) -> bool:
    """Whether a category is a scam: only then may the status page say more than three stages."""
    found = categories().get(code)
    return found is not None and found.group == "scam"


def topic_of_category(code: str) -> str:
    """The resident's topic a category belongs to."""
    found = categories().get(code)
    return found.topic if found else VAGUE_TOPIC


def may_count_in_waves(code: str) -> bool:
    """Whether tips of this category count in a wave; those without one yet do."""
    found = categories().get(code)
    return found is None or found.in_waves


def warning_categories() -> list[str]:
    """The codes that a warning may have, in the order of the table."""
    return [code for code, category in categories().items() if category.in_warnings]


def _category(row: dict[str, str]) -> Category:
    return Category(
        code=row["code"],
        vi=row["vi"],
        en=row["en"],
        group=row["group"],
        topic=row["topic"],
        urgency=row["urgency"],
        is_bodily=_ANSWERS[row["bodily"]],
        is_urgent_by_danger=_ANSWERS[row["by_danger"]],
        in_waves=_ANSWERS[row["in_waves"]],
        in_warnings=_ANSWERS[row["in_warnings"]],
        in_lookup=_ANSWERS[row["in_lookup"]],
        handled_by=row["handled_by"],
        law_codes=row["law_codes"],
    )
