"""Learn the weights of the clues of the six things: `python -m tests.train_six_things`.

Texts that are marked by sentence are learned from as they are. Of one that is marked as a whole
every sentence without the mark is none, and of those with it the sentence that speaks most for it,
by weights learned without them, is one. Short texts that only look alike are learned several
times. Each is read as it is written, without accents and in capitals. `--check` leaves out one
writer after the other, reads these texts with what was learned from all others, and prints the
figures, with the sum at which precision and recall are alike: the place to choose `LEAST_SUMS`.
"""

import csv
import io
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from keng.language.fold import fold
from keng.warnings.six_things import Thing
from keng.warnings.six_things.clues import ALARM, BIAS, clues_in_sentence, sentences_of
from tests.logistic import fit_logistic
from tests.six_things import BY_SENTENCE, OWN, Row, own_rows, short_texts

WEIGHTS = Path(str(resources.files("keng.warnings.six_things").joinpath("weights.csv")))
# The sum from which a sentence says it, where precision and recall were alike in a check.
LEAST_SUMS = {
    Thing.SOURCE: -2.35,
    Thing.HAZARD: -0.55,
    Thing.PLACE: -1.35,
    Thing.CONSEQUENCE: -1.5,
    Thing.ACT: -0.75,
    Thing.TIME: -1.6,
    ALARM: -1.8,
}
STRICTNESS = 1.0
ROUNDS = 15
# A clue of fewer sentences says more about these than about the thing.
LEAST_SENTENCES = 4
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


def marked_sentences(rows: Sequence[Row]) -> list[Sentence]:
    """The sentences of rows that are marked by them, in each way of writing them."""
    found = []
    for row in rows:
        last = len(row["sentences"]) - 1
        for at, (text, *marks) in enumerate(row["sentences"]):
            for written in (change(text) for change in WAYS):
                clues = clues_in_sentence(written, is_first=at == 0, is_last=at == last)
                found.append(Sentence(sorted(clues), frozenset(marks)))
    return found


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
        sorted(clues_in_sentence(sentence, is_first=at == 0, is_last=at == last))
        for at, sentence in enumerate(sentences)
    ]


def learn(
    mark: str, sentences: Sequence[Sentence], wholes: Sequence[Whole] = ()
) -> dict[str, float]:
    """The weight of each clue that stands in several sentences, for one of the marks."""
    examples = [sentence.clues for sentence in sentences]
    signs = [1 if mark in sentence.marks else -1 for sentence in sentences]
    without = [one for whole in wholes if mark not in whole.marks for one in whole.sentences]
    taught, theirs = _taught(mark)
    examples += without + taught
    signs += [-1] * len(without) + theirs
    first = _fit(examples, signs)
    likeliest = [
        max(whole.sentences, key=lambda clues: _sum(first, clues))
        for whole in wholes
        if mark in whole.marks and whole.sentences
    ]
    if not likeliest:
        return first
    return _fit([*examples, *likeliest], [*signs, *[1] * len(likeliest)])


def _taught(mark: str) -> tuple[list[list[str]], list[int]]:
    """The clues of short texts beside what only looks like them, each several times."""
    examples, signs = [], []
    for text, is_said in short_texts(Thing(mark)) if mark != ALARM else ():
        for change in WAYS:
            clues = {clue for sentence in clues_of_text(change(text)) for clue in sentence}
            examples += [sorted(clues)] * TIMES_TAUGHT
            signs += [1 if is_said else -1] * TIMES_TAUGHT
    return examples, signs


def _fit(examples: Sequence[Sequence[str]], signs: Sequence[int]) -> dict[str, float]:
    standing = Counter(clue for clues in examples for clue in clues)
    kept = [[clue for clue in clues if standing[clue] >= LEAST_SENTENCES] for clues in examples]
    return fit_logistic(kept, signs, strictness=STRICTNESS, rounds=ROUNDS)


def _sum(weights: dict[str, float], clues: Sequence[str]) -> float:
    return sum(weights.get(clue, 0.0) for clue in clues)


def as_file(learned: dict[str, dict[str, float]]) -> str:
    """The weights as they are committed: above zero is enough."""
    for mark, least in LEAST_SUMS.items():
        learned[mark][BIAS] -= least
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("clue", *LEAST_SUMS))
    for clue in sorted({clue for weights in learned.values() for clue in weights}):
        cells = [learned[mark].get(clue, 0.0) for mark in LEAST_SUMS]
        if any(abs(cell) >= LEAST_WEIGHT for cell in cells):
            writer.writerow((clue, *(f"{cell:.2f}" if abs(cell) >= 0.01 else "" for cell in cells)))
    return made.getvalue()


def check(rows: Sequence[Row], wholes: Sequence[Whole]) -> None:
    """Print each mark's figures on texts of writers whom its weights were not learned from."""
    writers = sorted({row["writer"] for row in rows})
    marked = {
        writer: marked_sentences([row for row in rows if row["writer"] == writer])
        for writer in writers
    }
    read = [(row, clues_of_text(row["text"])) for row in rows]
    for mark, least in LEAST_SUMS.items():
        scored: list[tuple[float, bool]] = []
        for writer in writers:
            others = [one for other in writers if other != writer for one in marked[other]]
            weights = learn(mark, others, wholes if mark != ALARM else ())
            for row, sentences in read:
                if row["writer"] == writer:
                    is_marked = any(mark in marks for _text, *marks in row["sentences"])
                    sums = [_sum(weights, clues) for clues in sentences]
                    scored.append((max(sums, default=0.0), is_marked))
        precision, recall = _figures(scored, least)
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
    """Write the weights, or check how well they read what they have not seen."""
    rows = own_rows(BY_SENTENCE)
    wholes = marked_wholes([row for name in OWN for row in own_rows(name)])
    if "--check" in sys.argv[1:]:
        check(rows, wholes)
        return
    sentences = marked_sentences(rows)
    learned = {
        str(mark): learn(mark, sentences, () if mark == ALARM else wholes) for mark in LEAST_SUMS
    }
    WEIGHTS.write_text(as_file(learned), encoding="utf-8")


if __name__ == "__main__":
    main()
