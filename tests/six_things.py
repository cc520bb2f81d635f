"""`python -m tests.six_things [FILE …]`: how well the six things of a warning are read.

One JSON object a line: `text`, and for each of `source`, `hazard`, `place`, `consequence`, `act`,
`time` and `fear` (it frightens without an act) 1 or 0, in the object or under `marks`; or
`sentences`, a list of each sentence and the marks that it has, `alarm` among them. Without a file
those of our own beside the tests of `keng.warnings`. `--misses` prints each text that was read
otherwise than it is marked.
"""

import argparse
import csv
import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from keng.language.fold import fold
from keng.warnings.six_things import Thing, things_said

OWN = ("six_things_own.jsonl", "six_things_later.jsonl", "six_things_third.jsonl")
BY_SENTENCE = "six_things_fourth.jsonl"
# By one more writer, in the same form.
LATER_BY_SENTENCE = "six_things_sixth.jsonl"
# Contrasts of place and consequence, by another who knew the reader.
CONTRASTS = "six_things_seventh.jsonl"
# Marked in the same way, learned from for place alone.
NEWEST = "six_things_fifth.jsonl"
# Measured, never learned from.
HELD = "six_things_held.jsonl"
ALARM = "alarm"
MARKS = (*(thing.value for thing in Thing), "fear")

Row = dict[str, Any]


class Miss(NamedTuple):
    """A text that was read otherwise than it is marked."""

    mark: str
    is_said: bool
    text: str


class Figures(NamedTuple):
    """Of one mark: how much of what was read is true, and how much of what is true was read."""

    precision: float
    recall: float
    texts: int
    """How many of the texts have the mark."""


def own_rows(name: str) -> list[Row]:
    """The texts of one of our files."""
    folder = resources.files("keng.warnings.tests").joinpath("data")
    return rows_in(folder.joinpath(name).read_text(encoding="utf-8"))


def short_texts(thing: Thing) -> list[tuple[str, bool]]:
    """Short texts that say a thing, and others that only look like it."""
    folder = resources.files("keng.warnings.tests").joinpath("data")
    lines = folder.joinpath("six_things_pairs.csv").read_text(encoding="utf-8").splitlines()
    return [
        (row["text"], row["says"] == "1") for row in csv.DictReader(lines) if row["thing"] == thing
    ]


def rows_in(text: str) -> list[Row]:
    """The texts of a file, each with its marks."""
    return [_with_text(json.loads(line)) for line in text.splitlines() if line.strip()]


def _with_text(row: Row) -> Row:
    """Of a row that is marked by its sentences, its text and the marks of the whole."""
    if "sentences" not in row:
        return row
    said = {mark for _sentence, *marks in row["sentences"] for mark in marks}
    marks = {mark: int(mark in said) for mark in MARKS}
    marks["fear"] = int(ALARM in said and Thing.ACT not in said)
    return {**row, "text": " ".join(sentence for sentence, *_ in row["sentences"]), "marks": marks}


def figures_of(
    rows: list[Row], written: Callable[[str], str] = str
) -> tuple[dict[str, Figures], list[Miss]]:
    """The figures of each mark, and what was missed; `written` changes each text first."""
    true, read, both = (dict.fromkeys(MARKS, 0) for _ in range(3))
    misses = []
    for row in rows:
        says = _marks_read(written(row["text"]))
        marked = row.get("marks", row)
        for mark in MARKS:
            is_true = bool(marked.get(mark, 0))
            true[mark] += is_true
            read[mark] += says[mark]
            both[mark] += is_true and says[mark]
            if is_true != says[mark]:
                misses.append(Miss(mark, says[mark], row["text"]))
    return {
        mark: Figures(_share(both[mark], read[mark]), _share(both[mark], true[mark]), true[mark])
        for mark in MARKS
    }, misses


def _marks_read(text: str) -> dict[str, bool]:
    said = things_said(text)
    found = {thing.value: thing in said.things for thing in Thing}
    return {**found, "fear": said.frightens_without_act}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _tables(name: str, rows: list[Row], *, shows_misses: bool) -> Iterator[str]:
    ways: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("as written", str),
        ("without accents", fold),
        ("in capitals", str.upper),
    )
    yield f"{name}, {len(rows)} texts: precision, recall"
    found = [(way, *figures_of(rows, change)) for way, change in ways]
    yield f"  {'':<12}" + "".join(f"  {way:<15}" for way, _figures, _misses in found)
    for mark in MARKS:
        cells = (figures[mark] for _way, figures, _misses in found)
        yield f"  {mark:<12}" + "".join(
            f"  {one.precision:.3f}, {one.recall:.3f}   " for one in cells
        )
    for way, _figures, misses in found if shows_misses else ():
        yield f"  {way}:"
        yield from (f"    {_kind(one):<9} {one.mark:<12} {one.text}" for one in misses)


def _kind(miss: Miss) -> str:
    return "not there" if miss.is_said else "missed"


def main() -> None:
    """Print the figures of each file, as it is written, without accents and in capitals."""
    parser = argparse.ArgumentParser(prog="python -m tests.six_things")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--misses", action="store_true")
    asked = parser.parse_args()
    named = {str(path): rows_in(path.read_text(encoding="utf-8")) for path in asked.files}
    for name, rows in (named or {name: own_rows(name) for name in (*OWN, NEWEST, HELD)}).items():
        print("\n".join(_tables(name, rows, shows_misses=asked.misses)))


if __name__ == "__main__":
    main()
