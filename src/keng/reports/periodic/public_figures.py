"""What everybody may read of a report: small counts are left out, and cannot be computed back.

A count of 1 to 4 is not said, and no share of which the rest is 1 to 4. Since sums are, what is
hidden would follow from the others: so of each hidden count, all sums taken together leave open at
least six values. To that end all sums are first thought hidden; then one figure after the other is
shown if the hidden ones stay open, those that say most first. No desk and no commune is named,
nothing is compared with another period, and money is said only of five incidents or more. Only
months are published, since a quarter's sum would uncover them. Of the shares that the report names
beside its sums, what was no tip stays inside: it is most of what was not ours, which may be hidden,
and no sum of its own would keep the two from telling each other.
"""

from collections import Counter
from collections.abc import Iterable
from math import inf
from typing import Any

from keng.kit.small_counts import FEWEST_SHOWN
from keng.reports.periodic.identities import IDENTITIES

HIDDEN = "hidden"
_TEN = 10
# The blocks and lines that are published.
PUBLIC_LINES: dict[int, tuple[str, ...]] = {
    2: ("carried_over", "received", "reopened", "objected", "total", "named", "nameless"),
    3: ("of_value", "not_of_value", "duplicate", "out_of_competence", "withdrawn", "unrated"),
    4: ("sorted_in_time", "sorted_late", "not_sorted"),
    5: (
        "ended_solved",
        "ended_prevented",
        "ended_handed_over",
        "ended_warned",
        "ended_unfounded",
        "ended_with_incident",
        "suspended",
        "pending",
        "in_competence",
    ),
    6: (
        "incidents",
        "with_saved",
        "with_lost",
        "with_recovered",
        "saved",
        "lost",
        "recovered",
    ),
    7: ("published", "recalled", "asked", "passed_on"),
    8: ("answered", "half_answered_within"),
}
# Figures about warnings and times say nothing about who reported what.
_OPEN = ("published", "recalled", "asked", "passed_on", "half_answered_within")
# A sum of money, and how many incidents named one.
_MONEY = {"saved": "with_saved", "lost": "with_lost", "recovered": "with_recovered"}
# A share, and what it is one of: the rest follows from both.
_SHARES = {"named": "received", "nameless": "received", "answered": "received"} | dict.fromkeys(
    _MONEY.values(), "incidents"
)
# Never said, but everybody can compute it.
_UNANSWERED = "unanswered"
# (parts, whole). Any two have one figure in common at most and they form no ring: `_widths` relies
# on it. So the classes are told in two steps, by way of what is ours.
_SUMS = (
    *((each.parts, each.whole) for each in IDENTITIES if each.code not in ("classes", "deadlines")),
    (("in_competence", "out_of_competence", "withdrawn"), "total"),
    (("of_value", "not_of_value", "duplicate", "unrated"), "in_competence"),
    (("named", "nameless"), "received"),
    (("answered", _UNANSWERED), "received"),
)
# What stands in a sum, and in how many.
_IN_SUMS = Counter(key for parts, whole in _SUMS for key in (*parts, whole))


def public_figures_of(
    figures: dict[str, Any], before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The public figures of signed ones.

    What the version `before` hid stays hidden in the one that puts it right: both are readable, and
    the difference would tell.
    """
    now = {key: pair[0] for key, pair in figures["lines"].items()}
    counts = {key: now[key] or 0 for keys in PUBLIC_LINES.values() for key in keys}
    earlier = {key for key, n in (before or {}).get("lines", {}).items() if n == HIDDEN}
    away = hidden_lines(counts, earlier)
    away |= {key for key, of_ in _MONEY.items() if of_ in away and counts[of_] < FEWEST_SHOWN}
    shown = {key: HIDDEN if key in away else now[key] for key in counts}
    return {
        "format": figures["format"],
        "unit_name": figures["unit_name"],
        "span": figures["span"],
        "lines": shown,
        "imported": _imported_of(now),
    }


def _imported_of(now: dict[str, Any]) -> dict[str, int]:
    """What was imported until the end of the month, of value and not, rounded down to tens.

    So two months beside each other tell of no single one. Nothing where a part is too small.
    """
    received = now.get("imported_received_to_date") or 0
    of_value = now.get("imported_of_value_to_date") or 0
    if not received or 0 < of_value < _TEN or 0 < received - of_value < _TEN:
        return {}
    return {"received": received // _TEN * _TEN, "of_value": of_value // _TEN * _TEN}


def hidden_lines(counts: dict[str, int], earlier: Iterable[str] = ()) -> set[str]:
    """Which lines must not be said, among them those that were not said before."""
    every = counts | {_UNANSWERED: counts["received"] - counts["answered"]}
    secret = {
        key for key, n in every.items() if 0 < n < FEWEST_SHOWN and key not in (*_OPEN, *_MONEY)
    }
    secret |= {key for key, of_ in _SHARES.items() if 0 < every[of_] - every[key] < FEWEST_SHOWN}
    secret |= set(earlier) & counts.keys()
    away = secret | _IN_SUMS.keys()
    # Zeros say least of what is hidden; then those that stand in most sums, then the greatest.
    told = [key for key in _IN_SUMS if key in counts.keys() - secret]
    for key in sorted(told, key=lambda key: (every[key] > 0, -_IN_SUMS[key], -every[key])):
        widths = _widths(every, away - {key})
        if all(widths[each] >= FEWEST_SHOWN for each in secret & widths.keys()):
            away.remove(key)
    return away & counts.keys()


def _widths(counts: dict[str, int], away: set[str]) -> dict[str, float]:
    """How far the least and the greatest value lie apart that the shown figures leave each figure.

    Every sum bounds each of its figures by the others. The sums form no ring, so what one of them
    tells has reached all others after as many rounds as there are sums, and no bound is too wide; a
    round that changes nothing is the last.
    """
    least: dict[str, float] = {key: 0 if key in away else counts[key] for key in _IN_SUMS}
    most: dict[str, float] = {key: inf if key in away else counts[key] for key in _IN_SUMS}
    for _ in _SUMS:
        before = least.copy(), most.copy()
        for parts, whole in _SUMS:
            for part in parts:
                others = [each for each in parts if each != part]
                rest = sum(most[each] for each in others)
                least[part] = max(least[part], least[whole] - rest)
                rest = sum(least[each] for each in others)
                most[part] = min(most[part], most[whole] - rest)
            least[whole] = max(least[whole], sum(least[part] for part in parts))
            most[whole] = min(most[whole], sum(most[part] for part in parts))
        if (least, most) == before:
            break
    return {key: most[key] - least[key] for key in _IN_SUMS}
