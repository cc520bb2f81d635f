"""Answers that a desk has published already, proposed to whoever is asked the same once more.

The areas that publish them stand above this one and register here (`register_answer_source`).
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from keng.language.fold import fold
from keng.tips.models import Tip

# Of the words of a published question so large a part stands in what is asked now.
_FITS_FROM = 0.4
_MOST_PROPOSED = 4
# From so many questions on, words that stand in half of them tell nothing about one.
_ENOUGH_TO_TELL = 4
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """A question as everybody reads it, and its answer."""

    id: uuid.UUID
    asked: str
    answer: str


AnswerSource = Callable[[Sequence[uuid.UUID]], Iterable[PublishedAnswer]]
_sources: list[AnswerSource] = []


def register_answer_source(source: AnswerSource) -> None:
    """Ask this for what units (by their ids) have published, newest first."""
    if source not in _sources:
        _sources.append(source)


def published_answers_for(tips: Sequence[Tip]) -> list[PublishedAnswer]:
    """What the desks of these tips have published that fits any of them, best first."""
    units = list({tip.responsible_unit_id for tip in tips})
    known = [each for source in _sources for each in source(units)] if units else []
    words = [_words(each.asked) for each in known]
    common = _common_words(words)
    told = [_words(tip.text) for tip in tips]
    scored = []
    for each, asked in zip(known, words, strict=True):
        own = asked - common
        score = max((len(own & words) / len(own) for words in told), default=0.0) if own else 0.0
        if score >= _FITS_FROM:
            scored.append((score, each))
    return [each for _score, each in sorted(scored, key=lambda pair: -pair[0])][:_MOST_PROPOSED]


def _common_words(questions: list[set[str]]) -> set[str]:
    if len(questions) < _ENOUGH_TO_TELL:
        return set()
    seen = Counter(word for words in questions for word in words)
    return {word for word, count in seen.items() if 2 * count > len(questions)}


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text)))
