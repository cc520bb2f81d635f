"""`python -m tests.unseen`: the figures of `make eval` on sentences of our own that nothing learns.

They lie in the repository (`tips_unseen*.jsonl`, `pairs_unseen.jsonl` beside the tests of
`keng.language`), so these figures need no development set. Their README says which were read since.
"""

import json
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any

from keng.cli.analyse import analyse_tips, traits_of
from keng.cli.tip_lines import TipLine
from keng.language.fold import fold
from keng.language.same_incident import same_incident
from keng.language.taxonomy import is_scam

DATA = resources.files("keng.language.tests").joinpath("data")
TIP_FILES = (
    "tips_unseen.jsonl",
    "tips_unseen_2.jsonl",
    "tips_unseen_3.jsonl",
    "tips_unseen_4.jsonl",
    "tips_unseen_5.jsonl",
    "tips_unseen_6.jsonl",
)
PAIRS = "pairs_unseen.jsonl"

Row = dict[str, Any]


def figures_of_tips(name: str, written: Callable[[str], str] = str) -> dict[str, float]:
    """Of one file; commune figures only where it says which commune each tip names."""
    rows = rows_of(name)
    lines = [TipLine(at, written(row["text"])) for at, row in enumerate(rows)]
    found = list(analyse_tips(lines))
    critical = [row["urgency"] == "critical" for row in rows]
    is_p0 = [one["urgency"] == "P0" for one in found]
    scams = [is_scam(row["category"]) for row in rows]
    figures = {
        "category, first": _share(
            [one["category"][0] == row["category"] for row, one in zip(rows, found, strict=True)]
        ),
        "category, among three": _share(
            [row["category"] in one["category"] for row, one in zip(rows, found, strict=True)]
        ),
        "scam, F1": _f1(scams, [one["scam"] >= 0.5 for one in found]),
        "critical, average precision": average_precision(
            critical, [one["urgency_score"] for one in found]
        ),
        "P0 of critical, precision": _precision(critical, is_p0),
        "P0 of critical, recall": _precision(is_p0, critical),
    }
    if all("commune" in row for row in rows):
        named = [(row["commune"], one["commune"]) for row, one in zip(rows, found, strict=True)]
        is_right = [bool(truth) and truth == read for truth, read in named]
        figures["commune, precision"] = _precision(is_right, [bool(read) for _truth, read in named])
        figures["commune, recall"] = _precision(is_right, [bool(truth) for truth, _read in named])
    return figures


def figures_of_pairs(name: str = PAIRS) -> dict[str, float]:
    """Precision and recall of what is said to be one event."""
    rows = rows_of(name)
    truth = [row["is_one_event"] for row in rows]
    says = [
        same_incident(*(traits_of(TipLine(way, row[way])) for way in ("one", "other"))) >= 0.5
        for row in rows
    ]
    return {
        "same incident, precision": _precision(truth, says),
        "same incident, recall": _precision(says, truth),
    }


def average_precision(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """The mean share of true ones from the top down to each true one, by their scores."""
    order = sorted(range(len(truth)), key=lambda at: -scores[at])
    shares, met = [], 0
    for rank, at in enumerate(order, start=1):
        met += truth[at]
        if truth[at]:
            shares.append(met / rank)
    return sum(shares) / len(shares)


def _precision(truth: Sequence[bool], says: Sequence[bool]) -> float:
    return sum(map(bool.__and__, truth, says)) / max(1, sum(says))


def _f1(truth: Sequence[bool], says: Sequence[bool]) -> float:
    return 2 * sum(map(bool.__and__, truth, says)) / max(1, sum(truth) + sum(says))


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers)


def rows_of(name: str) -> list[Row]:
    """The sentences of one file with what is true of them."""
    text = DATA.joinpath(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def main() -> None:
    """Print the figures of each file, as it is written and without accents."""
    for name in TIP_FILES:
        written, plain = figures_of_tips(name), figures_of_tips(name, fold)
        print(f"{name}, as written and without accents")
        for figure, value in written.items():
            print(f"  {figure:<32} {value:.3f}  {plain[figure]:.3f}")
    print(PAIRS)
    for figure, value in figures_of_pairs().items():
        print(f"  {figure:<32} {value:.3f}")


if __name__ == "__main__":
    main()
