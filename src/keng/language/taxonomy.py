"""The categories of tips, what is true of each, and the eight topics a resident chooses from.

All of it stands in taxonomy.csv: a new category is a row there.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from keng.kit.urgency import Urgency


class FirstPart(StrEnum):
    """What the first part of a warning in a category is about."""

    DOES = "does"
    HAPPENS = "happens"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Category:
    """One row of taxonomy.csv."""

    code: str
    vi: str
    en: str
    group: str
    topic: str
    """The tile a resident taps, which says less than the category an officer decides."""
    urgency: Urgency
    is_bodily: bool
    """A word of danger alone means that a life may depend on minutes."""
    is_urgent_by_danger: bool
    """What makes it urgent are words of danger, not a guess at the matter."""
    in_waves: bool
    """False where a warning could expose a family, or where there is nothing to warn of."""
    in_warnings: bool
    in_lookup: bool
    """What was used in it may be listed for everybody to find."""
    tells_more: bool
    """The reporter is told what it was sorted as and how it ended.

    A suspect can report too, and probe: of other things they learn only that it ended.
    """
    first_part: FirstPart
    """What the first part of a warning tells: what somebody does, what happens, what is known."""
    is_for_named: bool
    """Read by the officers whom a desk named for it: children and sexual offences."""
    numbers: frozenset[str]
    """Whom an officer calls where it is critical: 113, 114, 115, 111."""
    handled_by: str
    law_codes: str
    cap: tuple[str, ...]
    """What a warning in it is to readers of CAP 1.2: of their closed list."""

    @property
    def is_scam(self) -> bool:
        """Money is at stake and not a life, and of a scam that rises every desk may be told."""
        return self.group == "scam"


# What has no category of its own, and what is none: too few words, an advertisement.
OTHER, NOT_A_TIP = "other", "spam_not_a_tip"
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
    """Whether a category is a scam; one that is not ours, or none, is not."""
    found = categories().get(code)
    return found is not None and found.is_scam


@cache
def scam_categories() -> tuple[str, ...]:
    """The codes of all scams, in the order of the table."""
    return tuple(code for code, category in categories().items() if category.is_scam)


def tells_more(code: str) -> bool:
    """Whether the reporter is told what it was sorted as and how it ended."""
    found = categories().get(code)
    return found is not None and found.tells_more


def is_for_named_officers(code: str) -> bool:
    """Whether a category is read by named officers alone."""
    found = categories().get(code)
    return found is not None and found.is_for_named


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


def lookup_categories() -> list[str]:
    """The codes that an entry of the look-up may have, in the order of the table."""
    return [code for code, category in categories().items() if category.in_lookup]


def _category(row: dict[str, str]) -> Category:
    return Category(
        code=row["code"],
        vi=row["vi"],
        en=row["en"],
        group=row["group"],
        topic=row["topic"],
        urgency=Urgency(row["urgency"]),
        is_bodily=_ANSWERS[row["bodily"]],
        is_urgent_by_danger=_ANSWERS[row["by_danger"]],
        in_waves=_ANSWERS[row["in_waves"]],
        in_warnings=_ANSWERS[row["in_warnings"]],
        in_lookup=_ANSWERS[row["in_lookup"]],
        tells_more=_ANSWERS[row["tells_more"]],
        first_part=FirstPart(row["first_part"]),
        is_for_named=_ANSWERS[row["for_named"]],
        numbers=frozenset(row["numbers"].split()),
        handled_by=row["handled_by"],
        law_codes=row["law_codes"],
        cap=tuple(row["cap"].split()),
    )
