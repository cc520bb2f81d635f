"""What in a sentence speaks for one of the six things, or against it: clues, and their weights.

A clue is a list of `words.txt` of which a phrase stands in it, a word, two neighbours, the word
before a name, a rule, an idea of what tips tell (`keng.language`), or where in the text the
sentence stands. The weights were learned from
marked texts (`python -m tests.train_six_things`), so that wordings nobody thought of count too.
"""

import csv
import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from keng.language.category_rules import rule_scores
from keng.language.danger import danger_ideas_in, danger_in
from keng.language.seed_spotting import find_ideas
from keng.warnings.six_things.alarm import frightens
from keng.warnings.six_things.harm import says_consequence, says_hazard
from keng.warnings.six_things.instructions import clauses_that_instruct
from keng.warnings.six_things.place import names_of_tables_in, says_place
from keng.warnings.six_things.read_text import (
    ReadText,
    list_names,
    readings_of_text,
)
from keng.warnings.six_things.source import says_source
from keng.warnings.six_things.when import says_time

BIAS = "always"
ALARM = "alarm"
# A number says how long it is, and what is written to it: "5tr", "9h30".
_LONGEST_NUMBER, _LONGEST_UNIT = 5, 3
_WORDS_PER_LENGTH, _MOST_LENGTHS = 6, 4
# The parts of a link are no sentences: "bit." is no "bịt".
_LINK = re.compile(r"https?://\S{1,500}")
_EXCLAIMED = ("!!", "‼", "❗", "🚨")

# The weight of a clue for each of the six things, and for alarm.
Weights = Mapping[str, Mapping[str, float]]


def sentences_of(text: str) -> list[str]:
    """The text in its sentences; what stands before a colon is one."""
    read = readings_of_text(_LINK.sub("http", text))[0]
    found = []
    for clauses in read.sentences():
        last = clauses[-1].start + len(clauses[-1].words) - 1
        # The marks behind its last word are its own.
        ends = read.words[last + 1].start if last + 1 < len(read.words) else len(read.text)
        found.append(read.text[read.words[clauses[0].start].start : ends])
    return found


def clues_in_sentence(sentence: str, *, is_first: bool, is_last: bool) -> set[str]:
    """The names of its clues."""
    readings = readings_of_text(sentence)
    likeliest = readings[-1]
    clues = {BIAS, *_lists_in(readings), *_rules_in(readings), *_words_in(likeliest)}
    clues.update(_names_in(likeliest), _table_names_in(likeliest), _ideas_in(likeliest))
    if is_first:
        clues.add("stands first")
    if is_last:
        clues.add("stands last")
    if any(mark in sentence.replace("! ", "!") for mark in _EXCLAIMED):
        clues.add("exclaimed")
    clues.add(f"length:{min(_MOST_LENGTHS, len(likeliest.words) // _WORDS_PER_LENGTH)}")
    return clues


def _lists_in(readings: list[ReadText]) -> Iterator[str]:
    for name in list_names():
        if any(read.one_of(name).search(read.stream) for read in readings):
            yield f"list:{name}"


def _rules_in(readings: list[ReadText]) -> Iterator[str]:
    acts = set[int]().union(*(clauses_that_instruct(read) for read in readings))
    if acts:
        yield "rule:act"
    if any(says_source(read) for read in readings):
        yield "rule:source"
    if any(says_hazard(read, acts) for read in readings):
        yield "rule:hazard"
    if any(says_place(read, acts) for read in readings):
        yield "rule:place"
    if any(says_consequence(read, acts) for read in readings):
        yield "rule:consequence"
    if any(says_time(read) for read in readings):
        yield "rule:time"
    if any(frightens(read) for read in readings):
        yield "rule:alarm"


def _words_in(read: ReadText) -> Iterator[str]:
    words = ["<"]
    for mark, word in zip(read.marks, read.words, strict=True):
        if mark:
            words.append(mark)
        words.append(_without_digits(word.spelled))
    words.append(">")
    for one, next_one in itertools.pairwise(words):
        yield f"word:{one}"
        yield f"next:{one}_{next_one}"


def _without_digits(word: str) -> str:
    if word.isdigit():
        return f"#{min(len(word), _LONGEST_NUMBER)}"
    if not word[:1].isdigit():
        return word
    return f"#{word.lstrip('0123456789')[:_LONGEST_UNIT]}"


def _names_in(read: ReadText) -> Iterator[str]:
    """The words before what is written with a capital within a sentence."""
    if read.is_upper:
        return
    for at in range(1, len(read.words)):
        if read.written(at)[:1].isupper() and not read.marks[at]:
            yield "has name"
            yield f"before name:{read.words[at - 1].spelled}"


def _table_names_in(read: ReadText) -> Iterator[str]:
    """Names of the map: many are words as well where no capital tells them."""
    for at in names_of_tables_in(read):
        yield "table name" if read.has_capitals else "like table name"
        if at and not read.marks[at]:
            yield f"before table name:{read.words[at - 1].spelled}"


def _ideas_in(read: ReadText) -> Iterator[str]:
    """What tips are sorted and called urgent by: it names dangers that no list here does."""
    ideas = find_ideas(read.text)
    yield from (f"idea:{name}" for name in ideas)
    scores, _places = rule_scores(ideas)
    likeliest = max(scores, key=scores.__getitem__)
    if scores[likeliest] > 0:
        yield f"category:{likeliest}"
    yield from (f"danger:{name}" for name in danger_ideas_in(read.text))
    if danger := danger_in(read.text):
        yield f"danger of:{danger.kind}"


@cache
def learned_weights() -> Weights:
    """The weights of each clue, by thing."""
    text = resources.files(__package__).joinpath("weights.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row.pop("clue"): {thing: float(weight) for thing, weight in row.items() if weight}
        for row in rows
    }
