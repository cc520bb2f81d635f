"""What everybody may read of a report: small counts are left out, and cannot be computed back.

A count of 1 to 4 is not said. Since sums are, one hidden part would follow from the others: so in
each sum at least two parts are hidden, which together are no small count either. No desk and no
commune is named, nothing is compared with another period, and money is said only of five incidents
or more. Only months are published, since a quarter's sum would uncover them. Of the shares that the
report names beside its sums, what was no tip stays inside: it is most of what was not ours, which
may be hidden, and no sum of its own would keep the two from telling each other.
"""

from collections.abc import Iterable
from typing import Any

from keng.reports.periodic.identities import IDENTITIES

FEWEST = 5
HIDDEN = "hidden"
# The blocks and lines that are published.
LINES: dict[int, tuple[str, ...]] = {
    2: ("carried_over", "received", "reopened", "objected", "total", "named", "nameless"),
    3: ("of_value", "not_of_value", "duplicate", "out_of_competence", "withdrawn", "unrated"),
    4: ("sorted_in_time", "sorted_late", "not_sorted"),
    5: (
        "ended_solved", "ended_prevented", "ended_handed_over", "ended_warned", "ended_unfounded",
        "ended_with_incident", "suspended", "pending", "in_competence",
    ),
    6: (
        "incidents", "with_saved", "with_lost", "with_recovered", "saved", "lost", "recovered",
    ),
    7: ("published", "recalled", "asked", "passed_on"),
    8: ("answered", "half_answered_within"),
}  # fmt: skip
# Figures about warnings and times say nothing about who reported what.
_OPEN = ("published", "recalled", "asked", "passed_on", "half_answered_within")
# A sum of money, and how many incidents named one.
_MONEY = {"saved": "with_saved", "lost": "with_lost", "recovered": "with_recovered"}
# (parts, whole): the parts and the whole are hidden from each other.
_SUMS = (
    *(
        (identity.parts, identity.whole)
        for identity in IDENTITIES
        if {*identity.parts, identity.whole} <= {key for keys in LINES.values() for key in keys}
    ),
    (("named", "nameless"), "received"),
)


def of(figures: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The public figures of signed ones.

    What the version `before` hid stays hidden in the one that puts it right: both are readable, and
    the difference would tell.
    """
    now = {key: pair[0] for key, pair in figures["lines"].items()}
    counts = {key: now[key] or 0 for keys in LINES.values() for key in keys}
    earlier = {key for key, n in (before or {}).get("lines", {}).items() if n == HIDDEN}
    away = hidden(counts, earlier) | {
        key for key, of_ in _MONEY.items() if (now[of_] or 0) < FEWEST
    }
    shown = {
        key: HIDDEN if key in away and counts[key] else now[key]
        for keys in LINES.values()
        for key in keys
    }
    # What is zero and hidden would say so by standing there: it is hidden like the rest.
    shown |= dict.fromkeys(away & set(_in_sums()), HIDDEN)
    return {
        "format": figures["format"],
        "unit_name": figures["unit_name"],
        "span": figures["span"],
        "lines": shown,
    }


def hidden(counts: dict[str, int], earlier: Iterable[str] = ()) -> set[str]:
    """Which lines must not be said, among them those that were not said before."""
    away = {key for key, n in counts.items() if 0 < n < FEWEST and key not in (*_OPEN, *_MONEY)}
    # All but a few incidents that named a sum would tell of those few.
    rest = {key: counts["incidents"] - counts[key] for key in _MONEY.values()}
    away |= {key for key, n in rest.items() if 0 < n < FEWEST}
    away |= set(earlier) & counts.keys()
    is_safe = False
    while not is_safe:
        is_safe = True
        for parts, whole in _SUMS:
            if more := _more_to_hide(counts, away, parts, whole):
                away.add(more)
                is_safe = False
    return away


def _more_to_hide(
    counts: dict[str, int], away: set[str], parts: tuple[str, ...], whole: str
) -> str:
    gone = [key for key in parts if key in away]
    if not gone and whole not in away:
        return ""
    left = [key for key in parts if key not in away]
    together = sum(counts[key] for key in gone)
    is_enough = len(gone) + (whole in away) >= 2 and (whole in away or together >= FEWEST)
    if is_enough:
        return ""
    if not left:
        return "" if whole in away else whole
    # The smallest that is something; a zero hides nothing unless there is nothing else.
    return min(left, key=lambda key: (counts[key] == 0, counts[key]))


def _in_sums() -> list[str]:
    return [key for parts, whole in _SUMS for key in (*parts, whole)]
