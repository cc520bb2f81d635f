"""The machine's notes, written by the worker after commit, in small portions that may be killed."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import F, QuerySet

from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.alarms import later_danger
from keng.audit.actions import record, unit_chain
from keng.decisions import meant_for_unit
from keng.delivery.actions import replies
from keng.intake import coming_back
from keng.intake.examination.findings import Findings, findings_in, role_of_indicator
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.ids import new_id
from keng.kit.urgency import URGENT_LEVELS, Happening, Urgency
from keng.language import chat_words, lost_money
from keng.language.fold import fold
from keng.language.named_matters import is_named_matter, may_be_named_matter
from keng.language.urgency import first_urgency_of
from keng.lookup.actions.indicators import hold_indicators
from keng.places.communes_in_text import CommunesInText
from keng.places.local_names import PlacedText, commune_code_of, communes_in_texts
from keng.places.models import Unit
from keng.tips import chats, concerns, deadlines
from keng.tips.gravity import (
    Stake,
    StakeFacts,
    answers_not_safe,
    gravity_band,
    stake_of_facts,
)
from keng.tips.models import Alarm, DialogueMessage, Sighting, Suggestion, Tip
from keng.tips.search_words import add_search_words

PORTION = 50
_SHORT_NAME = 20

_REFERENCES = """
INSERT INTO tips_referencecounter AS counter (id, unit_id, year, last)
VALUES (%s, %s, %s, %s)
ON CONFLICT (unit_id, year) DO UPDATE SET last = counter.last + excluded.last
RETURNING last
"""


# Asked every two seconds, also while nothing comes in.
_ANY_TIP = CompiledQuery(lambda: Tip.objects.filter(examined_at__isnull=True).values_list("pk")[:1])
_ANY_MESSAGE = CompiledQuery(lambda: _messages_to_examine().values_list("pk")[:1])


def _messages_to_examine() -> QuerySet[DialogueMessage]:
    by_reporters = DialogueMessage.objects.filter(author=DialogueMessage.Author.REPORTER)
    return by_reporters.filter(examined_at__isnull=True)


def examine_tips(portion: int = PORTION) -> int:
    """Give new tips indicators, a suggestion, a reference and search words; how many were done."""
    return _examine_portion_of_tips(portion) if _ANY_TIP.fetch_rows() else 0


@work()
def _examine_portion_of_tips(portion: int) -> int:
    waiting = Tip.objects.filter(examined_at__isnull=True).order_by("id")
    waiting = waiting.select_related("place__parent")
    tips = list(lock_available(waiting)[:portion])
    if not tips:
        return 0
    found = {tip.pk: findings_in(tip.text, tip.topic) for tip in tips}
    _keep_sightings([(tip.pk, None, found[tip.pk]) for tip in tips])
    places = communes_in_texts(
        {
            tip.pk: PlacedText(tip.text, tip.province_code, commune_code_of(tip.place))
            for tip in tips
        }
    )
    Suggestion.objects.bulk_create(
        [_suggestion(tip, found[tip.pk], places[tip.pk]) for tip in tips], ignore_conflicts=True
    )
    references = _references(tips)
    narrowed_later = _narrowed_by_messages(tips)
    for tip in tips:
        tip.reference = tip.reference or references[tip.pk]
        tip.examined_at = times.now()
        tip.gravity_band = _band_of_tip(tip, found[tip.pk])
        _raise_urgency(tip, found[tip.pk].urgency, at=tip.received_at)
        if not tip.is_for_named_decided:
            reads_as_one = is_named_matter(tip.text, _guess_of(found[tip.pk]), tip.topic)
            tip.is_for_named = reads_as_one or tip.pk in narrowed_later
    examined = ["reference", "examined_at", "urgency", "due_at", "gravity_band", "is_for_named"]
    Tip.objects.bulk_update(tips, examined)
    add_search_words((tip.pk, tip.text, found[tip.pk].folded) for tip in tips)
    return len(tips)


def examine_messages(portion: int = PORTION) -> int:
    """Look at what reporters wrote later: the tip waits again, and may have become urgent."""
    return _examine_portion_of_messages(portion) if _ANY_MESSAGE.fetch_rows() else 0


@work()
def _examine_portion_of_messages(portion: int) -> int:
    waiting = _messages_to_examine()
    next_ones = waiting.order_by("id").values_list("tip", flat=True)[:portion]
    by_id = {tip.pk: tip for tip in lock(Tip.objects.filter(pk__in=set(next_ones)))}
    # Behind the locks of the tips: somebody else may have examined them meanwhile.
    messages = list(lock_available(waiting.filter(tip__in=by_id).order_by("id"))[:portion])
    if not messages:
        return 0
    found = {message.pk: findings_in(message.text) for message in messages}
    _keep_sightings([(m.tip_id, m.pk, found[m.pk]) for m in messages])
    # What one of them may need is locked for all, table by table, before the first is looked at.
    list(lock(Alarm.objects.filter(tip__in=by_id)).values_list("pk", flat=True))
    list(lock(coming_back.stopped_talks(by_id)).values_list("pk", flat=True))
    for message in messages:
        if chat_words.wants_no_contact(fold(message.text)):
            _leave_alone(by_id[message.tip_id])
        unit = concerns.guessed_concerned_unit(by_id[message.tip_id])
        if unit is not None and chat_words.is_for_unit(message.text, unit.name):
            meant_for_unit.note_meant_for_unit(by_id[message.tip_id])
        coming_back.tell_how_to_come_back(by_id[message.tip_id], message)
        _take_in_further_words(by_id[message.tip_id], message, found[message.pk])
        message.examined_at = times.now()
    DialogueMessage.objects.bulk_update(messages, ["examined_at"])
    add_search_words((m.tip_id, m.text, found[m.pk].folded) for m in messages)
    return len(messages)


def _narrowed_by_messages(tips: list[Tip]) -> set[uuid.UUID]:
    """Those of which a message that was looked at before the tip itself says it."""
    later = DialogueMessage.objects.filter(
        tip__in=tips, author=DialogueMessage.Author.REPORTER, examined_at__isnull=False
    ).exclude(at=F("tip__received_at"))
    said = later.values_list("tip", "text")
    return {tip_id for tip_id, text in said if may_be_named_matter(text)}


def _guess_of(found: Findings) -> str | None:
    return str(found.categories[0]["code"]) if found.categories else None


def _band_of_tip(tip: Tip, found: Findings) -> int:
    """As its own words and what was ticked say it."""
    guess = _guess_of(found)
    facts = StakeFacts(tip.pk, tip.text, "", tip.happening, tip.money_moved, None, guess)
    stake = stake_of_facts(facts, None)
    return gravity_band(found.urgency_score, stake, tip.text, happening=tip.happening)


def _take_in_further_words(tip: Tip, message: DialogueMessage, found: Findings) -> None:
    """Somebody waits for an answer, perhaps about something that has become urgent."""
    folded = fold(message.text)
    tip.waiting_since, tip.set_aside_until = tip.waiting_since or message.at, None
    has_left = lost_money.money_has_left(folded)
    tip.money_moved = tip.money_moved or has_left
    stake = Stake.LIFE if found.is_danger or not has_left else Stake.MONEY
    band = gravity_band(found.urgency_score, stake, message.text, happening=tip.happening)
    tip.gravity_band = min(tip.gravity_band, band)
    level = min(found.urgency, first_urgency_of(message.text))
    if level == Urgency.P0 or answers_not_safe(message):
        later_danger.ring_for_message(tip, message)
    else:
        _raise_urgency(tip, level, at=message.at, is_new_danger=found.is_danger)
        if has_left:
            later_danger.tell_whom_to_ring(tip, message)
    if not tip.is_for_named_decided:
        tip.is_for_named = tip.is_for_named or may_be_named_matter(message.text)
    changed = ["waiting_since", "set_aside_until", "money_moved", "is_for_named"]
    tip.save(update_fields=[*changed, "urgency", "urgency_is_rated", "due_at", "gravity_band"])


def _leave_alone(tip: Tip) -> None:
    """They asked not to be called or written to: nothing more leaves, not even what was queued."""
    if tip.do_not_contact:
        return
    tip.do_not_contact = True
    tip.save(update_fields=["do_not_contact"])
    chats.forget_reply_address(tip)
    replies.call_off_replies(tip.pk)
    record("tip.left_alone", by="worker", on=tip, chain=unit_chain(tip.responsible_unit_id))


def _raise_urgency(tip: Tip, level: str, *, at: dt.datetime, is_new_danger: bool = False) -> None:
    """The list follows what the machine reads, upwards only, with its clock (the caller saves).

    The tip stands among the urgent ones, marked as suggested, until an officer rates it. His rating
    stands, unless the reporter writes of danger afterwards (`is_new_danger`). A clock decides
    nothing: it only brings the tip before somebody's eyes.
    """
    if tip.happening == Happening.OVER and not is_new_danger:
        level = max(level, Urgency.P1)
    if level not in URGENT_LEVELS or level >= tip.urgency or tip.state != Tip.State.RECEIVED:
        return
    if tip.urgency_is_rated and not is_new_danger:
        return
    tip.urgency, tip.urgency_is_rated = level, False
    deadlines.start_clock(tip, deadlines.CLOCK_OF_URGENCY[level], at=at)
    deadlines.set_due_at(tip)


def _keep_sightings(found: Sequence[tuple[uuid.UUID, uuid.UUID | None, Findings]]) -> None:
    ids = hold_indicators((one.type, one.value) for _, _, each in found for one in each.indicators)
    if not ids:
        return
    Sighting.objects.bulk_create(
        [
            Sighting(
                tip_id=tip_id,
                message_id=message_id,
                indicator_id=ids[one.type, one.value],
                start=one.start,
                end=one.end,
                role=role_of_indicator(one),
            )
            for tip_id, message_id, each in found
            for one in each.indicators
        ],
        ignore_conflicts=True,
    )


def _suggestion(tip: Tip, found: Findings, named: CommunesInText) -> Suggestion:
    # Where nothing is named, the place that it came from stands in the tip.
    communes = named.may_be_about(commune_code_of(tip.place)) if named.ranked else ()
    return Suggestion(
        tip=tip,
        categories=list(found.categories),
        urgency=found.urgency,
        urgency_reasons=list(found.urgency_reasons),
        places=list(dict.fromkeys([*named.hamlets, *communes])),
    )


def _references(tips: Sequence[Tip]) -> Mapping[uuid.UUID, str]:
    """Short references by unit and year: 2026-NENH-0007. Gaps are allowed, repetitions are not."""
    groups: dict[tuple[uuid.UUID, int], list[Tip]] = {}
    for tip in tips:
        if not tip.reference:
            year = times.local_date(tip.received_at).year
            groups.setdefault((tip.responsible_unit_id, year), []).append(tip)
    units = dict(Unit.objects.filter(pk__in={u for u, _ in groups}).values_list("pk", "short_name"))
    made: dict[uuid.UUID, str] = {}
    with connection.cursor() as cursor:
        for (unit_id, year), group in sorted(groups.items()):
            cursor.execute(_REFERENCES, [new_id(), unit_id, year, len(group)])
            (last,) = cursor.fetchone()
            for number, tip in enumerate(group, start=last - len(group) + 1):
                made[tip.pk] = f"{year}-{units[unit_id][:_SHORT_NAME]}-{number:04d}"
    return made
