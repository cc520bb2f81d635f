"""Learn the weights of the signs of categories: `python -m tests.train_categories` writes them.

The sentences are our own (`tips_own.jsonl`); those about danger say more about what is critical.
`--check` reads each fifth by weights that were learned without it, and prints the shares.
"""

import csv
import io
import json
import random
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from keng.language.categories import scam_chance
from keng.language.category_model import ALWAYS, CRITICAL, chances_of_sums, signs_in
from keng.language.fold import fold
from keng.language.taxonomy import categories
from tests.figures_of_readings import Reading, figures_of
from tests.logistic import fit_logistic

DATA = resources.files("keng.language.tests").joinpath("data")
WEIGHTS = Path(str(resources.files("keng.language").joinpath("category_weights.csv")))
STRICTNESS = 1.0
ROUNDS = 12
CLOSE_ENOUGH = 0.02
# A sign of a single sentence says more about the sentence than about its category.
LEAST_SENTENCES = 2
LEAST_WEIGHT = 0.05


class Sentence(NamedTuple):
    """What somebody may write; its category is empty where only the urgency is known."""

    text: str
    category: str
    is_critical: bool

    def ways_of_writing(self) -> list[str]:
        """It is learned with and without its accents."""
        plain = fold(self.text)
        return [self.text] if plain == self.text.lower() else [self.text, plain]


class Example(NamedTuple):
    """One way of writing a sentence, as the signs that it has."""

    signs: list[str]
    category: str
    is_critical: bool


def own_sentences() -> list[Sentence]:
    """Ours, of all categories."""
    return [
        Sentence(row["text"], row["category"], row["urgency"] == CRITICAL)
        for row in _rows("tips_own.jsonl")
    ]


def danger_sentences() -> list[Sentence]:
    """Those about danger in Vietnamese: what is none is not critical, a level says how grave."""
    return [
        Sentence(row["text"], "", row.get("level") == "P0")
        for name in ("danger_own.jsonl", "danger_seen_3.jsonl")
        for row in _rows(name)
        if row["language"].startswith("vi") and ("level" in row or not row["danger"])
    ]


def _rows(name: str) -> list[dict[str, str]]:
    text = DATA.joinpath(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def examples_of(sentences: Sequence[Sentence]) -> list[Example]:
    """Every way of writing them, with the signs that more than one sentence has."""
    found = [[_signs_of(text) for text in each.ways_of_writing()] for each in sentences]
    sentences_with = Counter(sign for ways in found for sign in set().union(*ways))
    return [
        Example(
            [*sorted(sign for sign in signs if sentences_with[sign] >= LEAST_SENTENCES), ALWAYS],
            sentence.category,
            sentence.is_critical,
        )
        for sentence, ways in zip(sentences, found, strict=True)
        for signs in ways
    ]


@cache
def _signs_of(text: str) -> Collection[str]:
    """A text is read once, though it is an example for every part that is checked."""
    return signs_in(text)


def learn(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """The weights of each column: of every category, and of what is critical."""
    sorted_ones = [each for each in examples if each.category]
    learned = {
        code: _fit(sorted_ones, [each.category == code for each in sorted_ones])
        for code in categories()
    }
    return learned | {CRITICAL: _fit(examples, [each.is_critical for each in examples])}


def _fit(examples: Sequence[Example], answers: Sequence[bool]) -> dict[str, float]:
    return fit_logistic(
        [each.signs for each in examples],
        [1 if answer else -1 for answer in answers],
        strictness=STRICTNESS,
        rounds=ROUNDS,
        close_enough=CLOSE_ENOUGH,
    )


def as_file(learned: dict[str, dict[str, float]]) -> str:
    """The weights as they are committed: a row for each sign, a column for each category."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("sign", *learned))
    for sign in sorted(set().union(*learned.values())):
        cells = [column.get(sign, 0.0) for column in learned.values()]
        if any(abs(cell) >= LEAST_WEIGHT for cell in cells):
            writer.writerow((sign, *(_cell(cell) for cell in cells)))
    return made.getvalue()


def _cell(weight: float) -> str:
    return f"{weight:.2f}" if abs(weight) >= LEAST_WEIGHT else ""


class Checked(NamedTuple):
    """What weights that were learned without a sentence say of it, in one way of writing."""

    sentence: Sentence
    is_plain: bool
    chances: dict[str, float]
    critical: float


def cross_validated(parts: int = 5) -> list[Checked]:
    """Each of our own sentences, in both ways of writing, by weights learned without it."""
    own, others = own_sentences(), danger_sentences()
    random.Random(1).shuffle(own)
    checked: list[Checked] = []
    for part in range(parts):
        others_of_own = [each for at, each in enumerate(own) if at % parts != part]
        learned = learn(examples_of([*others_of_own, *others]))
        for sentence in own[part::parts]:
            for is_plain, text in enumerate(sentence.ways_of_writing()):
                signs = [*_signs_of(text), ALWAYS]
                sums = {
                    name: sum(column.get(sign, 0.0) for sign in signs)
                    for name, column in learned.items()
                }
                checked.append(Checked(sentence, bool(is_plain), *chances_of_sums(sums)))
    return checked


def checked_figures(parts: int = 5) -> dict[str, dict[str, float]]:
    """How right the weights are, for sentences as they are and without their accents."""
    checked = cross_validated(parts)
    return {
        name: figures_of([_reading_of(each) for each in checked if each.is_plain == is_plain])
        for name, is_plain in (("as written", False), ("without accents", True))
    }


def _reading_of(checked: Checked) -> Reading:
    chances = checked.chances
    return Reading(
        checked.sentence.category,
        checked.sentence.is_critical,
        sorted(chances, key=lambda code: (-chances[code], code)),
        max(chances.values()),
        scam_chance(chances),
        checked.critical,
    )


def main() -> None:
    """Write the weights, or check how well they read what they have not seen."""
    if "--check" in sys.argv[1:]:
        for name, figures in checked_figures().items():
            print(name)
            for figure, value in figures.items():
                print(f"  {figure:<32} {value:.3f}")
        return
    learned = learn(examples_of([*own_sentences(), *danger_sentences()]))
    WEIGHTS.write_text(as_file(learned), encoding="utf-8")


if __name__ == "__main__":
    main()
