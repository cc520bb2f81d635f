"""Ready words for answers: those that come with the product, and a unit's own in their place."""

import csv
import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.utils.translation import get_language

from keng.accounts.models import Officer
from keng.kit.languages import full_language
from keng.language.taxonomy import topic_of_category
from keng.tips.check_list import cannot_wait
from keng.tips.decision_words import Deadline
from keng.tips.fill_ins import filled
from keng.tips.gravity import Stake, stake_of
from keng.tips.models import AnswerTemplate, Tip


@dataclass(frozen=True, slots=True)
class Answer:
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
class Ready:
    """An answer filled in for one tip, in the language of its reporter."""

    code: str
    title: str
    text: str


# Answers of these topics leave with one tap, at a tip that cannot wait: for a life, for money.
URGENT = "urgent"
URGENT_MONEY = "urgent_money"
AT_ONCE = {Stake.LIFE: URGENT, Stake.MONEY: URGENT_MONEY}
# As many as there are keys for them on the page.
_KEYS = "abdf"
# Said to the reporter only after a step that makes it true.
_TRUE_AFTER = {"urgent-coming": {"way", "there", "fire"}}


@dataclass(frozen=True, slots=True)
class OneTap:
    """A whole answer behind one tap, and the key that leads to it."""

    key: str
    title: str
    text: str
    # It says that somebody comes, and nobody ticked that yet.
    waits: bool = False


@cache
def standard() -> dict[str, Answer]:
    """Those that come with the product, by code."""
    text = resources.files("keng.tips").joinpath("answers.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(keepends=True))
    return {row["code"]: _standard(row) for row in rows}


def of_unit(unit_id: uuid.UUID | None, officer: Officer) -> list[Answer]:
    """All of a unit: the standard ones in their order, changed or not, then its own."""
    rows = AnswerTemplate.objects.visible_to(officer).filter(unit=unit_id)
    own = {row.code: _answer(row) for row in rows.select_related("changed_by").order_by("id")}
    return list((standard() | own).values())


def ready_for(tip: Tip, officer: Officer, deadlines: list[Deadline]) -> list[list[Ready]]:
    """Two lists: those that fit what the tip is about, and the others."""
    topics = _topics(tip) | {""}
    fitting: list[Ready] = []
    others: list[Ready] = []
    known = [each for each in _in_use(tip, officer) if each.topic not in AT_ONCE.values()]
    # What speaks of the matter itself stands before what fits everything.
    for each in sorted(known, key=lambda answer: not answer.topic):
        ready = Ready(each.code, each.title, _said(each, tip, deadlines))
        (fitting if each.topic in topics else others).append(ready)
    return [fitting, others]


def one_tap_for(
    tip: Tip, officer: Officer, deadlines: list[Deadline], done: Collection[str] = ()
) -> list[OneTap]:
    """What may be sent to the reporter with one tap where minutes count; none to who wants none.

    `done` are the steps that are ticked.
    """
    if not cannot_wait(tip) or tip.do_not_contact or tip.withdrawn_at:
        return []
    topic = AT_ONCE[stake_of(tip)]
    ready = [each for each in _in_use(tip, officer) if each.topic == topic]
    return [
        OneTap(key, each.title, _said(each, tip, deadlines), waits=_waits(each, done))
        for key, each in zip(_KEYS, ready, strict=False)
    ]


def _waits(answer: Answer, done: Collection[str]) -> bool:
    needs = _TRUE_AFTER.get(answer.code)
    return needs is not None and not needs & set(done)


def _in_use(tip: Tip, officer: Officer) -> list[Answer]:
    return [each for each in of_unit(tip.responsible_unit_id, officer) if not each.is_removed]


def _said(answer: Answer, tip: Tip, deadlines: list[Deadline]) -> str:
    text = answer.text_en if full_language(tip.language) == "en" else answer.text_vi
    return filled(text, tip, deadlines)


def _topics(tip: Tip) -> set[str]:
    """What an officer decided it is about; before that, what reporter and machine said."""
    if tip.category:
        return {topic_of_category(tip.category)}
    suggestion = getattr(tip, "suggestion", None)
    guesses = suggestion.categories[:1] if suggestion else []
    return {tip.topic} | {topic_of_category(guess["code"]) for guess in guesses}


def _standard(row: dict[str, str]) -> Answer:
    return Answer(
        row["code"],
        row["topic"],
        row["title_vi"],
        row["title_en"],
        row["text_vi"],
        row["text_en"],
    )


def _answer(row: AnswerTemplate) -> Answer:
    return Answer(
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
