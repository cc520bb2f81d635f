"""`make eval`: every figure of what the machine suggests, on the development set.

The tips lie beside the repository and are not learned from. They are read in five parts, and tips
of one incident are in one part: each figure is given for all of them, and for the worst and the
best part. The rules of keng.language.seeds were written beside these tips, so what they say is
better here than elsewhere: `python -m tests.train_categories --check` has figures without that.
Then all of it again under each disguise of tests.perturbations, as what that costs.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import combinations
from typing import Any

from keng.cli.analyse import analyse_tips, traits_of
from keng.cli.tip_lines import TipLine
from keng.language.category_model import read_category
from keng.language.fold import fold
from keng.language.same_incident import same_incident
from tests.figures_of_readings import Reading, figures_of
from tests.load.dev_set import TIPS
from tests.perturbations import PERTURBATIONS, perturbed

PARTS = 5
# From this score on two tips are said to tell of one incident.
_SAME = 0.5
# What a disguise may cost, and of which figures.
_MAY_COST = 0.02
_ASKED = (
    "category, first",
    "category, among three",
    "scam, F1",
    "critical in the first 10%",
    "critical in the first 20%",
    "P0 of critical, precision",
    "P0 of critical, recall",
    "commune, precision",
    "commune, recall",
    "indicator, precision",
    "indicator, recall",
    "same incident, precision",
    "same incident, recall",
)

Tip = dict[str, Any]
Figures = dict[str, float]


def main() -> int:
    """Print the figures as the tips are written and without accents, and what disguises cost."""
    if not TIPS.exists():
        print(f"{TIPS} is not there: these figures need the development set.", file=sys.stderr)
        return 1
    tips = [json.loads(line) for line in TIPS.read_text(encoding="utf-8").splitlines()]
    for name, changed in (("as written", str), ("without accents", fold)):
        lines = [line_of(tip, changed) for tip in tips]
        start = time.process_time()
        found = list(analyse_tips(lines))
        per_tip = (time.process_time() - start) / len(tips)
        print(f"{name}: {len(tips)} tips, {per_tip * 1000:.1f} ms CPU each")
        _print(tips, lines, found)
    _print_costs(tips)
    return 0


def line_of(tip: Tip, changed: Callable[[str], str] = str) -> TipLine:
    """The tip as `keng analyse` reads it, from the group it was sent from."""
    return TipLine(
        tip["id"], changed(tip["text"]), commune_of_channel=tip.get("channel_commune_code")
    )


def figures_of_readings_of(tips: Sequence[Tip], written: Callable[[str], str]) -> Figures:
    """The figures of categories and urgency alone."""
    lines = [line_of(tip, written) for tip in tips]
    return _of_readings(tips, lines, list(analyse_tips(lines)))


def figures(tips: Sequence[Tip], lines: Sequence[TipLine], found: Sequence[Tip]) -> Figures:
    """Everything that is asked of the suggestions for these tips."""
    return (
        _of_readings(tips, lines, found)
        | _of_communes(tips, found)
        | _of_indicators(tips, found)
        | _of_pairs(tips, lines)
    )


def _of_readings(tips: Sequence[Tip], lines: Sequence[TipLine], found: Sequence[Tip]) -> Figures:
    readings = [
        Reading(
            tip["category"],
            tip["urgency"] == "critical",
            result["category"],
            max(read_category(line.text).chances.values()),
            result["scam"],
            result["urgency_score"],
        )
        for tip, line, result in zip(tips, lines, found, strict=True)
    ]
    return figures_of(readings) | _of_p0(tips, found)


def _print(tips: Sequence[Tip], lines: Sequence[TipLine], found: Sequence[Tip]) -> None:
    parts = [
        figures([tips[at] for at in part], [lines[at] for at in part], [found[at] for at in part])
        for part in _parts(tips)
    ]
    for name, figure in figures(tips, lines, found).items():
        each = [part[name] for part in parts if name in part]
        print(f"  {name:<36} {figure:.3f}   parts {min(each):.3f} to {max(each):.3f}")


def _print_costs(tips: Sequence[Tip]) -> None:
    """By how much each figure is less under each disguise; a minus where it is better."""
    plain = _figures_of(tips)
    print(f"what disguises cost, more than {_MAY_COST} marked")
    for name in PERTURBATIONS:
        found = _figures_of([_disguised(tip, name) for tip in tips])
        print(f"  {name}")
        for figure in _ASKED:
            cost = plain[figure] - found.get(figure, 0.0)
            mark = "  !" if cost > _MAY_COST else ""
            print(f"    {figure:<34} {cost:+.3f}{mark}")


def _figures_of(tips: Sequence[Tip]) -> Figures:
    lines = [line_of(tip) for tip in tips]
    return figures(tips, lines, list(analyse_tips(lines)))


def _disguised(tip: Tip, name: str) -> Tip:
    text, indicators = perturbed(tip["text"], tip["indicators"], name, tip["id"])
    return {**tip, "text": text, "indicators": indicators}


def _parts(tips: Sequence[Tip]) -> Iterator[list[int]]:
    """By a hash of the incident, or of the tip where it is the only one."""
    of = [
        int(sha256(str(tip["incident"] or tip["id"]).encode()).hexdigest(), 16) % PARTS
        for tip in tips
    ]
    for part in range(PARTS):
        yield [at for at, mine in enumerate(of) if mine == part]


def _of_p0(tips: Sequence[Tip], found: Sequence[Tip]) -> Figures:
    wanted = {tip["id"] for tip in tips if tip["urgency"] == "critical"}
    taken = {result["id"] for result in found if result["urgency"] == "P0"}
    return _precision_and_recall("P0 of critical", wanted, taken)


def _of_communes(tips: Sequence[Tip], found: Sequence[Tip]) -> Figures:
    wanted = {(tip["id"], tip["commune_code"]) for tip in tips if tip["commune_code"]}
    taken = {(result["id"], result["commune"]) for result in found if result["commune"]}
    return _precision_and_recall("commune", wanted, taken)


def _of_indicators(tips: Sequence[Tip], found: Sequence[Tip]) -> Figures:
    wanted = {(tip["id"], one["type"], one["value"]) for tip in tips for one in tip["indicators"]}
    taken = {
        (result["id"], one["type"], one["value"])
        for result in found
        for one in result["indicators"]
    }
    return _precision_and_recall("indicator", wanted, taken)


def _of_pairs(tips: Sequence[Tip], lines: Sequence[TipLine]) -> Figures:
    known = [
        (line.id, tip["incident"], traits_of(line)) for tip, line in zip(tips, lines, strict=True)
    ]
    wanted, taken = set(), set()
    for (one, incident, traits), (other, others, other_traits) in combinations(known, 2):
        if incident and incident == others:
            wanted.add((one, other))
        if same_incident(traits, other_traits) >= _SAME:
            taken.add((one, other))
    return _precision_and_recall("same incident", wanted, taken)


def _precision_and_recall(name: str, wanted: set[Any], taken: set[Any]) -> Figures:
    """Each only where there is something to count."""
    right = len(wanted & taken)
    found = {f"{name}, precision": right / len(taken)} if taken else {}
    return found | ({f"{name}, recall": right / len(wanted)} if wanted else {})


if __name__ == "__main__":
    sys.exit(main())
