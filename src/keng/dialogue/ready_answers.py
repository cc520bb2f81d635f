"""Ready words for answers: those that come with the product, and a unit's own in their place."""

import csv
import datetime
import itertools
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from django.utils.translation import get_language

from keng.accounts.models import Officer
from keng.dialogue.published_answers import published_answers_for
from keng.kit.compiled_queries import CompiledModelQuery
from keng.kit.languages import full_language
from keng.kit.safe_text import first_words
from keng.kit.urgency import URGENT_LEVELS
from keng.language.child_writer import is_written_by_child
from keng.language.papers import asks_about_papers, folded_words
from keng.language.taxonomy import topic_of_category
from keng.tips.check_list import cannot_wait
from keng.tips.decision_words import Deadline
from keng.tips.fill_ins import filler_for
from keng.tips.gravity import Stake, stake_of
from keng.tips.models import AnswerTemplate, Tip
from keng.tips.models.tip import OnlookerOf

_ANSWERS: CompiledModelQuery[AnswerTemplate] = CompiledModelQuery(
    lambda *, unit, unit_ids: (
        AnswerTemplate.objects.visible_to(OnlookerOf(unit_ids, (), ()))
        .filter(unit=unit)
        .select_related("changed_by")
        .order_by("id")
    )
)


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """One ready answer in both languages. Without `changed_at` it is as it came."""

    code: str
    topic: str
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str
    is_removed: bool = False
    changed_by: str = ""
    changed_at: datetime.datetime | None = None

    @property
    def title(self) -> str:
        """What the officer who reads the screen calls it."""
        return self.title_en if (get_language() or "vi").startswith("en") else self.title_vi


@dataclass(frozen=True, slots=True)
class FilledAnswer:
    """An answer filled in for one tip, in the language of its reporter."""

    code: str
    title: str
    text: str
    key: str = ""
    """The digit, or "0" and a digit, that puts it into the reply; most have none."""

    @property
    def is_of_the_matter(self) -> bool:
        """Whether it is among the first of those that fit what the tip is about."""
        return bool(self.key) and self.key in _KEYS_OF_THE_MATTER

    @property
    def key_beside_reasons(self) -> str:
        """Its key on a page where the other digits choose a reason."""
        needs_first = bool(self.key) and self.key in _KEYS_OF_EVERY_TIP
        return f"{_FIRST_KEY} {self.key}" if needs_first else self.key


# Answers to somebody who asks how papers are made, which is no matter of a tip.
PAPERS_TOPIC = "papers"
# Where such a question stands until somebody declines it: no crime, nobody in danger.
_TOPIC_OF_QUESTIONS = "other"
# Said to a child who reports; the others on children speak to an adult.
_TO_CHILD = "child-speaks"
# A digit keeps its meaning from tip to tip: the first two are of answers that fit every tip, the
# others of what this one is about.
_KEYS_OF_EVERY_TIP = "67"
_KEYS_OF_THE_MATTER = "89"
# Before a digit: what the desk itself wrote for every tip, in the order in which it did.
_FIRST_KEY = "0"
# Answers of these topics leave with one tap, at a tip that cannot wait: for a life, for money.
URGENT_TOPIC = "urgent"
URGENT_MONEY_TOPIC = "urgent_money"
ONE_TAP_TOPICS = {Stake.LIFE: URGENT_TOPIC, Stake.MONEY: URGENT_MONEY_TOPIC}
# A published question is named by so many of its words.
_TITLE_WORDS = 7
# As many as there are keys for them on the page.
_ONE_TAP_KEYS = "abdf"
# Said to the reporter only after a step that makes it true.
_TRUE_AFTER_STEPS = {"urgent-coming": {"way", "there", "fire"}}


@dataclass(frozen=True, slots=True)
class OneTapAnswer:
    """A whole answer behind one tap, and the key that leads to it."""

    key: str
    title: str
    text: str
    # It says that somebody comes, and nobody ticked that yet.
    waits: bool = False


@cache
def standard_answers() -> dict[str, ReadyAnswer]:
    """Those that come with the product, by code."""
    text = resources.files("keng.tips").joinpath("answers.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(keepends=True))
    return {row["code"]: _answer_of_csv_row(row) for row in rows}


def answers_of_unit(unit_id: uuid.UUID | None, officer: Officer) -> list[ReadyAnswer]:
    """All of a unit: the standard ones in their order, changed or not, then its own."""
    rows = _ANSWERS.fetch(unit=unit_id, unit_ids=officer.unit_ids) if unit_id else []
    own = {row.code: _answer_of_unit_row(row) for row in rows}
    return list((standard_answers() | own).values())


def filled_answers_for(
    tip: Tip, officer: Officer, deadlines: list[Deadline]
) -> list[list[FilledAnswer]]:
    """Two lists: those that fit what the tip is about, those with a key first, and the others."""
    topics = topics_of_tip(tip)
    known = [each for each in _in_use(tip, officer) if is_offered(each, topics)]

    fill = filler_for(tip, deadlines)

    def filled(answers: Iterable[ReadyAnswer]) -> list[FilledAnswer]:
        return [FilledAnswer(each.code, each.title, fill(_text_for(each, tip))) for each in answers]

    general = filled(each for each in known if not each.topic)
    of_the_matter = filled(
        _best_named_first([each for each in known if each.topic in topics], tip.text)
    )
    others = filled(each for each in known if each.topic and each.topic not in topics)
    return [with_keys(general, published_as_ready([tip]) + of_the_matter), others]


def is_offered(answer: ReadyAnswer, topics: Collection[str]) -> bool:
    """Whether it stands beside the reply to a tip of these topics.

    Whoever tells of a crime is never told by one wrong key how to renew a card.
    """
    if answer.topic == PAPERS_TOPIC:
        return PAPERS_TOPIC in topics
    return answer.topic not in ONE_TAP_TOPICS.values()


def with_keys(general: list[FilledAnswer], matter: list[FilledAnswer]) -> list[FilledAnswer]:
    """All of them; first those that get a key: two of each, and the desk's own general ones."""
    came_with_it = [each for each in general if each.code in standard_answers()]
    own = [each for each in general if each.code not in standard_answers()]
    own_keys = [f"{_FIRST_KEY} {digit}" for digit in range(1, 10)]
    parts: tuple[tuple[list[FilledAnswer], Sequence[str]], ...] = (
        (came_with_it, _KEYS_OF_EVERY_TIP),
        (own, own_keys),
        (matter, _KEYS_OF_THE_MATTER),
    )
    keyed = [
        replace(each, key=key)
        for part, keys in parts
        for each, key in zip(part, keys, strict=False)
    ]
    return keyed + [each for part, keys in parts[::-1] for each in part[len(keys) :]]


def _best_named_first(answers: list[ReadyAnswer], text: str) -> list[ReadyAnswer]:
    """Those on papers, that to a child who writes, then those whose title most stands in it."""
    told = folded_words(text)
    place_of_childs = 0 if is_written_by_child(text) else 2

    def rank(answer: ReadyAnswer) -> tuple[bool, int, int]:
        words = folded_words(f"{answer.title_vi}. {answer.title_en}").split()
        named = sum(f" {one} {after} " in told for one, after in itertools.pairwise(words))
        place = place_of_childs if answer.code == _TO_CHILD else 1
        return answer.topic != PAPERS_TOPIC, place, -named

    return sorted(answers, key=rank)


def published_as_ready(tips: Sequence[Tip]) -> list[FilledAnswer]:
    """What the desk published to a question like theirs, called by the question.

    It is in Vietnamese, and so for reporters who read that.
    """
    if any(full_language(tip.language) != "vi" for tip in tips):
        return []
    return [
        FilledAnswer(f"q-{each.id}", first_words(each.asked, _TITLE_WORDS), each.answer)
        for each in published_answers_for(tips)
    ]


def one_tap_answers_for(
    tip: Tip, officer: Officer, deadlines: list[Deadline], done: Collection[str] = ()
) -> list[OneTapAnswer]:
    """What may be sent to the reporter with one tap where minutes count; none to who wants none.

    `done` are the steps that are ticked.
    """
    if not cannot_wait(tip) or tip.do_not_contact or tip.withdrawn_at:
        return []
    topic = ONE_TAP_TOPICS[stake_of(tip)]
    ready = [each for each in _in_use(tip, officer) if each.topic == topic]
    fill = filler_for(tip, deadlines)
    return [
        OneTapAnswer(key, each.title, fill(_text_for(each, tip)), waits=_waits_for_step(each, done))
        for key, each in zip(_ONE_TAP_KEYS, ready, strict=False)
    ]


def _waits_for_step(answer: ReadyAnswer, done: Collection[str]) -> bool:
    needs = _TRUE_AFTER_STEPS.get(answer.code)
    return needs is not None and not needs & set(done)


def _in_use(tip: Tip, officer: Officer) -> list[ReadyAnswer]:
    return [
        each for each in answers_of_unit(tip.responsible_unit_id, officer) if not each.is_removed
    ]


def _text_for(answer: ReadyAnswer, tip: Tip) -> str:
    return answer.text_en if full_language(tip.language) == "en" else answer.text_vi


def topics_of_tip(tip: Tip) -> set[str]:
    """What an officer decided it is about; before that, what reporter and machine said."""
    topics = _topics_decided_or_said(tip)
    is_question = not topics - {_TOPIC_OF_QUESTIONS, ""} and tip.urgency not in URGENT_LEVELS
    return topics | ({PAPERS_TOPIC} if is_question and asks_about_papers(tip.text) else set())


def _topics_decided_or_said(tip: Tip) -> set[str]:
    if tip.category:
        return {topic_of_category(tip.category)}
    suggestion = getattr(tip, "suggestion", None)
    guesses = suggestion.categories[:1] if suggestion else []
    said = {tip.topic} | {topic_of_category(guess["code"]) for guess in guesses}
    return said - {""} or {_TOPIC_OF_QUESTIONS}


def _answer_of_csv_row(row: dict[str, str]) -> ReadyAnswer:
    return ReadyAnswer(
        row["code"],
        row["topic"],
        row["title_vi"],
        row["title_en"],
        row["text_vi"],
        row["text_en"],
    )


def _answer_of_unit_row(row: AnswerTemplate) -> ReadyAnswer:
    return ReadyAnswer(
        row.code,
        row.topic,
        row.title_vi,
        row.title_en,
        row.text_vi,
        row.text_en,
        row.is_removed,
        str(row.changed_by),
        row.changed_at,
    )
