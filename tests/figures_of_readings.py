"""How right suggestions are: shares and errors of many readings whose truth is known."""

from collections.abc import Sequence
from typing import NamedTuple

from keng.language.categories import LEAST_CHANCES, Strength, strength_of
from keng.language.taxonomy import is_scam

# What share of first suggestions of a strength is meant to be right.
MEANT_SHARES = {Strength.VERY: 0.95, Strength.FAIRLY: 0.8, Strength.SLIGHTLY: 0.6}


class Reading(NamedTuple):
    """What is true of a text, and what was read in it."""

    category: str
    is_critical: bool
    ranked: Sequence[str]
    """Categories, the likeliest first."""
    chance: float
    """Of the first one."""
    scam: float
    urgency_score: float


def figures_of(readings: Sequence[Reading]) -> dict[str, float]:
    """The figures by name; those of critical texts are missing where there is none."""
    found = {
        "category, first": _share([each.ranked[0] == each.category for each in readings]),
        "category, among three": _share([each.category in each.ranked[:3] for each in readings]),
        "scam, F1": scam_f1(readings),
        "strengths, calibration error": calibration_error(readings),
        "abstains": _share([strength_of(each.chance) == Strength.UNSURE for each in readings]),
    }
    for strength in LEAST_CHANCES:
        theirs = [each for each in readings if strength_of(each.chance) == strength]
        found[f"share of {strength}"] = len(theirs) / len(readings)
        found[f"right of {strength}"] = _share([e.ranked[0] == e.category for e in theirs])
    if any(each.is_critical for each in readings):
        for share in (0.1, 0.2):
            found[f"critical in the first {share:.0%}"] = critical_in_first(readings, share)
    return found


def scam_f1(readings: Sequence[Reading]) -> float:
    """F1 of whether a text is about any scam, taken for one from a chance of a half on."""
    truth = [is_scam(each.category) for each in readings]
    taken = [each.scam >= 0.5 for each in readings]
    both = sum(one and other for one, other in zip(truth, taken, strict=True))
    return 2 * both / max(1, sum(truth) + sum(taken))


def calibration_error(readings: Sequence[Reading]) -> float:
    """By how much the strengths miss what they are meant to be, weighed by how often they occur.

    What it abstains from claims nothing.
    """
    missed = total = 0.0
    for strength, meant in MEANT_SHARES.items():
        theirs = [each for each in readings if strength_of(each.chance) == strength]
        missed += abs(sum(e.ranked[0] == e.category for e in theirs) - meant * len(theirs))
        total += len(theirs)
    return missed / total if total else 0.0


def critical_in_first(readings: Sequence[Reading], share: float) -> float:
    """Which share of the critical texts stands in the first part of the list, by their scores."""
    first = sorted(readings, key=lambda each: -each.urgency_score)[: round(share * len(readings))]
    return sum(each.is_critical for each in first) / sum(each.is_critical for each in readings)


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 0.0
