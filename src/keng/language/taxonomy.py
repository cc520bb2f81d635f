"""The 31 categories of tips, and the eight topics a resident chooses from."""

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
    urgency: str
    handled_by: str
    law_codes: str


# The tile a resident taps says less than the category an officer decides.
TOPICS: dict[str, tuple[str, ...]] = {
    "scam": (
        "scam_impersonation",
        "scam_bank",
        "scam_job_task",
        "scam_investment",
        "scam_romance",
        "scam_parcel",
        "scam_shopping",
        "scam_child_emergency",
        "scam_rental",
        "scam_account_takeover",
        "scam_other",
    ),
    "theft": ("theft", "robbery", "burglary"),
    "violence": ("domestic_violence", "assault_disorder"),
    "child": ("child_safety", "missing_person"),
    "drugs": ("drugs", "gambling"),
    "loan": ("loan_shark", "scam_loan_app"),
    "fire": ("fire_explosion", "weapons_fireworks", "traffic"),
    "other": (
        "lodging_violation",
        "environment",
        "lost_found",
        "noise_neighbour",
        "other",
        "spam_not_a_tip",
    ),
}

# Tapped where nothing else fits, so it says nothing about the category.
VAGUE_TOPICS = frozenset({"other"})


@cache
def categories() -> dict[str, Category]:
    """All categories by code, in the order of the table."""
    text = resources.files("keng.language").joinpath("taxonomy.csv").read_text(encoding="utf-8")
    return {row["code"]: Category(**row) for row in csv.DictReader(text.splitlines())}


def label(code: str, language: str = "vi") -> str:
    """What a category is called in a language; the code itself when it is not one of ours."""
    found = categories().get(code)
    if found is None:
        return code
    return (found.en if language.startswith("en") else found.vi).replace("; ", ", ")


def is_scam(code: str) -> bool:
    """Whether a category is a scam: only then may the status page say more than three stages."""
    return code.startswith("scam_")


def topic_of(code: str) -> str:
    """The resident's topic a category belongs to."""
    return next((topic for topic, codes in TOPICS.items() if code in codes), "other")
