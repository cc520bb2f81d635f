"""An incident and its tips: those that differ first, and a balance that holds."""

import datetime
import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.delivery.models import Conversation
from keng.dialogue.ready_answers import (
    FilledAnswer,
    answers_of_unit,
    is_offered,
    topics_of_tip,
    with_keys,
)
from keng.kit.languages import full_language
from keng.language.indicators import is_own_site
from keng.language.similarity import jaccard, shingles
from keng.tips.fill_ins import fill_in
from keng.tips.models import Decision, DialogueMessage, Incident, Sighting, Tip
from keng.tips.origins import channel_name
from keng.tips.wordless import is_wordless

# Below this likeness to the rest a tip is put in front, to be read by itself.
_ODD_BELOW = 0.08
# A sentence is a tip's own from so many words and pairs on, so large a part of them its own.
_FEWEST_OWN, _OWN_PART = 6, 0.6
# The dots of an address or an amount end none.
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n")
# What each tip has for itself, and what all tips of one desk have in common.
_GAPS_OF_ONE_TIP = ("{deadline}", "{place}")
_GAPS_OF_ONE_DESK = ("{desk}", "{desk_phone}")


@dataclass(slots=True)
class IncidentTip:
    """A tip of an incident, and how like the others it is."""

    tip: Tip
    likeness: float
    is_odd: bool = False


class OwnDetails(NamedTuple):
    """What one tip of an incident tells that the others do not."""

    indicators: list[str]
    sentence: str


@dataclass(frozen=True, slots=True)
class LabelledCount:
    """A row of the balance."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class SharedIndicator:
    """A number or link of several tips, and in how many of them nobody decided its part."""

    label: str
    count: int
    undecided: int


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """One answer that went to all."""

    text: str
    at: datetime.datetime
    by: str
    count: int


@dataclass(frozen=True, slots=True)
class AnswerBalance:
    """Who gets the one answer and who does not; sums up to the incident's visible tips."""

    by_channel: list[LabelledCount]
    not_contacted: int
    closed: int

    @property
    def sent(self) -> int:
        """How many reporters get the answer."""
        return sum(line.count for line in self.by_channel)

    @property
    def total(self) -> int:
        """All visible tips of the incident."""
        return self.sent + self.not_contacted + self.closed


def open_incidents(officer: Officer) -> QuerySet[Incident]:
    """Incidents that are not over, by their newest tip; counted are visible tips only.

    `place_names` is each place that these tell of.
    """
    visible = Tip.objects.visible_to(officer)
    return (
        Incident.objects.visible_to(officer)
        .filter(closed_at__isnull=True, tips__in=visible)
        .annotate(
            n_tips=Count("tips", distinct=True),
            newest=Max("tips__received_at"),
            place_names=ArrayAgg(
                "tips__place__full_name",
                distinct=True,
                filter=Q(tips__place__isnull=False),
                default=[],
            ),
        )
        .order_by("-newest", "-pk")
    )


def incident_tips(incident: Incident, officer: Officer) -> list[IncidentTip]:
    """The visible tips, least alike first: these are to be read before one answer goes to all."""
    tips = list(
        Tip.objects.visible_to(officer)
        .filter(incident=incident)
        .select_related("place", "incident")
        .order_by("id")
    )
    if len(tips) < 3:
        return [IncidentTip(tip, 1.0) for tip in tips]
    said = [frozenset[str]() if is_wordless(tip.text) else shingles(tip.text) for tip in tips]
    found = [IncidentTip(tip, _likeness_to_rest(at, said)) for at, tip in enumerate(tips)]
    for member in found:
        member.is_odd = member.likeness < _ODD_BELOW
    return sorted(found, key=lambda each: (not each.is_odd, each.likeness, each.tip.pk))


def differences_of_tips(tips: list[Tip]) -> dict[uuid.UUID, OwnDetails]:
    """What each of them tells that no other does; only those that tell something of their own.

    An own sentence is mostly words that stand in no other of them.
    """
    rows = (
        Sighting.objects.filter(tip__in=tips)
        .exclude(role=Sighting.Role.NOT_USED)
        .order_by("start")
        .values_list("tip", "indicator__value")
    )
    told_by: dict[str, set[uuid.UUID]] = {}
    for tip_id, value in rows:
        told_by.setdefault(value, set()).add(tip_id)
    heard = Counter(word for tip in tips for word in shingles(tip.text))
    found = {}
    for tip in tips:
        values = [value for value, where in told_by.items() if where == {tip.pk}]
        sentence = _own_sentence(tip.text, heard)
        if values or sentence:
            found[tip.pk] = OwnDetails(values, sentence)
    return found


def _own_sentence(text: str, heard: Counter[str]) -> str:
    """The sentence with most that no other text says; "" where none is mostly so."""
    best, most = "", 0
    for sentence in _SENTENCE_END.split(text):
        words = shingles(sentence)
        own = sum(heard[word] == 1 for word in words)
        if len(words) >= _FEWEST_OWN and own > most and own >= _OWN_PART * len(words):
            best, most = sentence.strip(), own
    return best


def shared_indicators(incident: Incident, officer: Officer) -> list[SharedIndicator]:
    """What the tips have in common, most frequent first.

    Where one tip names it as used, those where its part is unknown count as well; where none does,
    only a site is told of: a telephone may be somebody's own.
    """
    used, undecided = Q(role=Sighting.Role.USED), Q(role=Sighting.Role.UNKNOWN)
    rows = (
        Sighting.objects.filter(
            used | undecided,
            tip__in=Tip.objects.visible_to(officer).filter(incident=incident),
        )
        .values("indicator__value")
        .annotate(n=Count("tip", distinct=True), n_used=Count("tip", filter=used, distinct=True))
        .filter(n__gt=1)
    )
    found = [
        SharedIndicator(row["indicator__value"], row["n"], row["n"] - row["n_used"])
        for row in rows
        if row["n_used"] or is_own_site(row["indicator__value"])
    ]
    return sorted(found, key=lambda each: (-each.count, each.label))[:8]


def answers_sent_to_all(incident: Incident, officer: Officer) -> list[SentAnswer]:
    """The answers that went to all, newest first; counted are visible tips, none taken back."""
    steps = (
        Decision.objects.filter(
            tip__in=Tip.objects.visible_to(officer).filter(incident=incident),
            kind=Decision.Kind.REPLIED,
            detail__has_key="batch",
        )
        .exclude(detail__has_key="taken_back")
        .select_related("by")
        .order_by("-id")
    )
    batches: dict[str, list[Decision]] = {}
    for step in steps:
        batches.setdefault(step.detail["batch"], []).append(step)
    said = DialogueMessage.objects.in_bulk(
        [uuid.UUID(steps[0].detail["message"]) for steps in batches.values()]
    )
    return [
        SentAnswer(said[message].text, steps[0].at, str(steps[0].by), len(steps))
        for steps in batches.values()
        if (message := uuid.UUID(steps[0].detail["message"])) in said
    ]


def words_of_batch(batch: uuid.UUID, officer: Officer) -> str:
    """One's own answer to all of an incident, before it is taken back."""
    step = Decision.objects.filter(by=officer, detail__batch=str(batch)).order_by("id").first()
    if step is None:
        return ""
    said = DialogueMessage.objects.filter(pk=step.detail["message"], officer=officer)
    return said.values_list("text", flat=True).first() or ""


def ready_answers_for_several(
    unit_id: uuid.UUID | None,
    officer: Officer,
    tips: list[Tip],
    published: Sequence[FilledAnswer] = (),
) -> list[FilledAnswer]:
    """A unit's ready answers that are true for all of these, in the language most of them write.

    Left out are those with a deadline or a place, which each tip has for itself, and where tips of
    several desks are among them those that name the desk. Without a unit: those of the house.
    `published` are what the desk answered on its public page, and stand first of their matter.
    """
    if not tips:
        return []
    is_english = 2 * sum(full_language(tip.language) == "en" for tip in tips) > len(tips)
    first = next((t for t in tips if (full_language(t.language) == "en") == is_english), tips[0])
    topics = {topic for tip in tips for topic in topics_of_tip(tip)}
    is_one_desk = len({tip.responsible_unit_id for tip in tips}) == 1
    gaps = _GAPS_OF_ONE_TIP if is_one_desk else (*_GAPS_OF_ONE_TIP, *_GAPS_OF_ONE_DESK)
    general: list[FilledAnswer] = []
    matter = list(published)
    others: list[FilledAnswer] = []
    for each in answers_of_unit(unit_id, officer):
        text = each.text_en if is_english else each.text_vi
        if each.is_removed or not is_offered(each, topics) or any(gap in text for gap in gaps):
            continue
        part = matter if each.topic in topics else others if each.topic else general
        part.append(FilledAnswer(each.code, each.title, fill_in(text, first, [])))
    return with_keys(general, matter) + others


def answer_balance(incident: Incident, officer: Officer) -> AnswerBalance:
    """Through which channel each reporter would be answered."""
    tips = list(Tip.objects.visible_to(officer).filter(incident=incident))
    reached = dict(
        Conversation.objects.reachable()
        .filter(tip_ref__in=[tip.pk for tip in tips])
        .values_list("tip_ref", "account__channel")
    )
    channels: dict[str, int] = {}
    for tip in tips:
        if tip.is_open and not tip.do_not_contact:
            name = _answer_channel_name(reached.get(tip.pk))
            channels[name] = channels.get(name, 0) + 1
    lines = [
        LabelledCount(name, count) for name, count in sorted(channels.items(), key=lambda x: -x[1])
    ]
    still = [tip for tip in tips if tip.is_open]
    return AnswerBalance(lines, sum(tip.do_not_contact for tip in still), len(tips) - len(still))


def _answer_channel_name(channel: str | None) -> str:
    return channel_name(channel) if channel else _("Status page, until the code is entered")


def _likeness_to_rest(at: int, said: list[frozenset[str]]) -> float:
    """To the first tip that has words, or for that one to the best of the others."""
    first = next((place for place, words in enumerate(said) if words), 0)
    if at != first:
        return jaccard(said[first], said[at])
    return max(jaccard(said[first], other) for n, other in enumerate(said) if n != first)
