"""Learn the weights of the clues of the six things: `python -m tests.train_six_things [MARK …]`.

Each mark is learned by its own course; the columns of marks that are not named stay as they are.

Texts that are marked by sentence are learned from as they are. Of one that is marked as a whole
every sentence without the mark is none, and of those with it the sentence that speaks most for it,
by weights learned without them, is one. Short texts that only look alike are learned several
times. Each is read as it is written, without accents and in capitals. `--check` leaves out one
writer after the other, reads these texts with what was learned from all others, and prints the
figures, with the sum at which precision and recall are alike: the place to choose `least`.
"""

import argparse
import csv
import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from keng.language.fold import fold
from keng.warnings.six_things import Thing
from keng.warnings.six_things.clues import (
    ALARM,
    BIAS,
    clues_in_sentence,
    learned_weights,
    sentences_of,
)
from tests.logistic import fit_logistic
from tests.six_things import (
    BY_SENTENCE,
    CONTRASTS,
    LATER_BY_SENTENCE,
    NEWEST,
    OWN,
    Row,
    own_rows,
    short_texts,
)

WEIGHTS = Path(str(resources.files("keng.warnings.six_things").joinpath("weights.csv")))
IDEAS = ("idea:", "category:", "danger:", "danger of:")


class Course(NamedTuple):
    """How one mark is learned."""

    least: float
    """The sum from which a sentence says it, where precision and recall were alike in a check."""
    strictness: float = 1.0
    least_sentences: int = 4
    """A clue of fewer says more about these than about the thing."""
    files: tuple[str, ...] = (BY_SENTENCE,)
    reads_ideas: bool = False
    learns_as_read: bool = False
    """Also from the sentences that the reader makes of a text, where others are marked."""


# A course is changed where the mark is then read better on every set that it does not learn from.
COURSES: Mapping[str, Course] = {
    Thing.SOURCE: Course(-2.35),
    Thing.HAZARD: Course(
        -0.57,
        strictness=0.1,
        least_sentences=9,
        files=(BY_SENTENCE, LATER_BY_SENTENCE),
        reads_ideas=True,
        learns_as_read=True,
    ),
    Thing.PLACE: Course(
        -0.7,
        strictness=0.07,
        least_sentences=6,
        files=(BY_SENTENCE, LATER_BY_SENTENCE, CONTRASTS, NEWEST),
        reads_ideas=True,
        learns_as_read=True,
    ),
    Thing.CONSEQUENCE: Course(-1.5),
    Thing.ACT: Course(-0.75),
    Thing.TIME: Course(-1.6),
    ALARM: Course(-1.8),
}
ROUNDS = 15
LEAST_WEIGHT = 0.04
# How often the short texts are learned, which keep apart what is easily confused.
TIMES_TAUGHT = 5
WAYS: tuple[Callable[[str], str], ...] = (str, fold, str.upper)


class Sentence(NamedTuple):
    """The clues of a sentence, and the marks that it has."""

    clues: list[str]
    marks: frozenset[str]


class Whole(NamedTuple):
    """The clues of each sentence of a text, and the marks of the text."""

    sentences: list[list[str]]
    marks: frozenset[str]


def marked_sentences(rows: Sequence[Row], course: Course) -> list[Sentence]:
    """The sentences of rows that are marked by them, in each way of writing them."""
    found = []
    for row in rows:
        last = len(row["sentences"]) - 1
        for at, (text, *marks) in enumerate(row["sentences"]):
            for written in (change(text) for change in WAYS):
                clues = _clues(written, is_first=at == 0, is_last=at == last)
                found.append(Sentence(sorted(clues), frozenset(marks)))
        if course.learns_as_read:
            for change in WAYS:
                found += _sentences_as_read(row, change)
    return [Sentence(_kept(one.clues, course), one.marks) for one in found]


def _sentences_as_read(row: Row, change: Callable[[str], str]) -> Iterator[Sentence]:
    """The sentences that the reader makes of a text where they are not those that are marked.

    Such a sentence has the marks of each part of which half or more stands in it.
    """
    parts = [(_letters(change(text)), frozenset(marks)) for text, *marks in row["sentences"]]
    ends = list(itertools.accumulate(len(letters) for letters, _marks in parts))
    sentences = sentences_of(change(row["text"]))
    begin = 0
    for at, sentence in enumerate(sentences):
        end = begin + len(_letters(sentence))
        marks = [
            marks
            for last, (letters, marks) in zip(ends, parts, strict=True)
            if 2 * (min(end, last) - max(begin, last - len(letters))) >= len(letters) > 0
        ]
        begin = end
        if _letters(sentence) not in {letters for letters, _marks in parts}:
            clues = _clues(sentence, is_first=at == 0, is_last=at == len(sentences) - 1)
            yield Sentence(sorted(clues), frozenset().union(*marks))


def _letters(text: str) -> str:
    return "".join(one for one in text if one.isalnum())


@cache
def _clues(sentence: str, *, is_first: bool, is_last: bool) -> frozenset[str]:
    return frozenset(clues_in_sentence(sentence, is_first=is_first, is_last=is_last))


def _kept(clues: Sequence[str], course: Course) -> list[str]:
    return [clue for clue in clues if course.reads_ideas or not clue.startswith(IDEAS)]


def marked_wholes(rows: Sequence[Row]) -> list[Whole]:
    """Texts as they are read, in each way of writing them."""
    found = []
    for row in rows:
        marked = row.get("marks", row)
        marks = frozenset(str(thing) for thing in Thing if marked[thing])
        found += [Whole(clues_of_text(change(row["text"])), marks) for change in WAYS]
    return found


def clues_of_text(text: str) -> list[list[str]]:
    """The clues of each of its sentences."""
    sentences = sentences_of(text)
    last = len(sentences) - 1
    return [
        sorted(_clues(sentence, is_first=at == 0, is_last=at == last))
        for at, sentence in enumerate(sentences)
    ]


def learn(
    mark: str, course: Course, sentences: Sequence[Sentence], wholes: Sequence[Whole] = ()
) -> dict[str, float]:
    """The weight of each clue that stands in several sentences, for one of the marks."""
    examples = [sentence.clues for sentence in sentences]
    signs = [1 if mark in sentence.marks else -1 for sentence in sentences]
    read = [
        ([_kept(clues, course) for clues in whole.sentences], mark in whole.marks)
        for whole in wholes
    ]
    without = [one for clues, has_mark in read if not has_mark for one in clues]
    taught, theirs = _taught(mark)
    taught = [_kept(clues, course) for clues in taught]
    examples += without + taught
    signs += [-1] * len(without) + theirs
    first = _fit(examples, signs, course)
    likeliest = [
        max(sentences_read, key=lambda clues: _sum(first, clues))
        for sentences_read, has_mark in read
        if has_mark and sentences_read
    ]
    if not likeliest:
        return first
    return _fit([*examples, *likeliest], [*signs, *[1] * len(likeliest)], course)


def _taught(mark: str) -> tuple[list[list[str]], list[int]]:
    """The clues of short texts beside what only looks like them, each several times."""
    examples, signs = [], []
    for text, is_said in short_texts(Thing(mark)) if mark != ALARM else ():
        for change in WAYS:
            clues = {clue for sentence in clues_of_text(change(text)) for clue in sentence}
            examples += [sorted(clues)] * TIMES_TAUGHT
            signs += [1 if is_said else -1] * TIMES_TAUGHT
    return examples, signs


def _fit(
    examples: Sequence[Sequence[str]], signs: Sequence[int], course: Course
) -> dict[str, float]:
    standing = Counter(clue for clues in examples for clue in clues)
    kept = [
        [clue for clue in clues if standing[clue] >= course.least_sentences] for clues in examples
    ]
    return fit_logistic(kept, signs, strictness=course.strictness, rounds=ROUNDS)


def _sum(weights: dict[str, float], clues: Sequence[str]) -> float:
    return sum(weights.get(clue, 0.0) for clue in clues)


def as_file(learned: dict[str, dict[str, float]]) -> str:
    """The weights as they are committed: above zero is enough; other columns stay."""
    for mark, weights in learned.items():
        weights[BIAS] -= COURSES[mark].least
    before = learned_weights()
    columns = {
        mark: learned.get(mark)
        or {clue: known[mark] for clue, known in before.items() if mark in known}
        for mark in map(str, COURSES)
    }
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("clue", *columns))
    stay = {clue for mark in columns.keys() - learned.keys() for clue in columns[mark]}
    for clue in sorted({clue for weights in columns.values() for clue in weights}):
        cells = [weights.get(clue, 0.0) for weights in columns.values()]
        if clue in stay or any(abs(cell) >= LEAST_WEIGHT for cell in cells):
            writer.writerow((clue, *(f"{cell:.2f}" if abs(cell) >= 0.01 else "" for cell in cells)))
    return made.getvalue()


def check(marks: Sequence[str], wholes: Sequence[Whole]) -> None:
    """Print each mark's figures on texts of writers whom its weights were not learned from."""
    rows = [*own_rows(BY_SENTENCE), *own_rows(NEWEST)]
    read = [(row, clues_of_text(row["text"])) for row in rows]
    for mark in marks:
        course = COURSES[mark]
        learned_from = [row for name in course.files for row in own_rows(name)]
        scored: list[tuple[float, bool]] = []
        for writer in sorted({row["writer"] for row in rows}):
            others = [row for row in learned_from if row["writer"] != writer]
            sentences = marked_sentences(others, course)
            weights = learn(mark, course, sentences, wholes if mark != ALARM else ())
            for row, clues_read in read:
                if row["writer"] == writer:
                    is_marked = any(mark in marks for _text, *marks in row["sentences"])
                    sums = [_sum(weights, clues) for clues in clues_read]
                    scored.append((max(sums, default=0.0), is_marked))
        precision, recall = _figures(scored, course.least)
        alike = sorted((score for score, _is_marked in scored), reverse=True)[
            sum(is_marked for _score, is_marked in scored)
        ]
        even, _even = _figures(scored, alike)
        print(f"{mark:12} {precision:.3f}, {recall:.3f}; at {alike:+.2f} both {even:.3f}")


def _figures(scored: Sequence[tuple[float, bool]], least: float) -> tuple[float, float]:
    """Precision and recall where what is above this sum is said."""
    right = [is_marked for score, is_marked in scored if score > least]
    return sum(right) / len(right), sum(right) / sum(is_marked for _score, is_marked in scored)


def main() -> None:
    """Write the weights of the marks that are named, or check how they read what is new."""
    parser = argparse.ArgumentParser(prog="python -m tests.train_six_things")
    parser.add_argument("marks", nargs="*", choices=[[], *map(str, COURSES)])
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    marks = asked.marks or list(map(str, COURSES))
    wholes = marked_wholes([row for name in OWN for row in own_rows(name)])
    if asked.check:
        check(marks, wholes)
        return
    learned = {}
    for mark in marks:
        course = COURSES[mark]
        rows = [row for name in course.files for row in own_rows(name)]
        sentences = marked_sentences(rows, course)
        learned[mark] = learn(mark, course, sentences, () if mark == ALARM else wholes)
    WEIGHTS.write_text(as_file(learned), encoding="utf-8")


if __name__ == "__main__":
    main()
