"""The story of a tip: who did what when, complete, in plain words."""

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet, TextField, UUIDField, Value
from django.db.models.functions import Cast
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.alarms.calls import CallRound
from keng.audit.models import Entry
from keng.dialogue.dialogue_parts import is_opening_message
from keng.kit import times
from keng.kit.compiled_queries import CompiledModelQuery
from keng.kit.urgency import URGENT_LEVELS
from keng.kit.viewing_copies import NoCopy
from keng.language.taxonomy import category_label
from keng.places.models import Unit
from keng.tips.check_list import step_words
from keng.tips.decision_words import Deadline
from keng.tips.models import Attachment, Decision, DialogueMessage, Note, Sighting, Tip, TipCheck
from keng.tips.origins import channel_name, is_from_chat
from keng.tips.page_version import ChangesSince
from keng.tips.reporter_times import times_in_order

# What is told by a decision, a message or a note of its own is not told twice.
_TOLD_ACTIONS = (
    "tip.read",
    "tip.taken_back",
    "tip.reply_withdrawn",
    "tip.reporter_withdraw",
    "tip.danger_heard",
    "receipt.exchanged",
    "receipt.replaced",
    "receipt.disputed",
    "sighting.role",
    "attachment.shown",
    "attachment.not_shown",
    "attachment.copy_asked",
    "attachment.covered",
    "attachment.quarantined",
)
_WORDS_OF_FILES = {
    "attachment.shown": gettext_noop("File %(n)d looked at"),
    "attachment.not_shown": gettext_noop("File %(n)d has no copy to view: %(reason)s"),
    "attachment.copy_asked": gettext_noop("A copy to view asked for of file %(n)d"),
    "attachment.covered": gettext_noop("Parts of file %(n)d blacked out"),
    "attachment.quarantined": gettext_noop("File %(n)d put in quarantine, its copies destroyed"),
}


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of the timeline."""

    at: datetime.datetime
    words: str
    who: str = ""
    reason: str = ""
    # The reporter did it, or the machine at once because of it.
    is_reporters: bool = False


@dataclass(frozen=True, slots=True)
class TipRows:
    """What a tip's page has read already, each list oldest first; messages without their words."""

    steps: list[Decision]
    messages: list[DialogueMessage]
    notes: list[Note]
    attachments: list[Attachment]
    deadlines: list[Deadline]
    checks: list[TipCheck] = field(default_factory=list)
    calls: list[CallRound] = field(default_factory=list)


def timeline_events(tip: Tip, rows: TipRows, officer: Officer) -> list[TimelineEvent]:
    """Newest first: arrival, looks, decisions with their reason, messages, notes, clocks."""
    events = [
        *_arrival_events(tip),
        *_deadline_events(rows.deadlines),
        *_recorded_events(tip, rows.attachments, officer),
    ]
    events += _step_events(rows.steps, officer)
    events += [_note_event(note, officer) for note in rows.notes]
    events += [event for each in rows.checks for event in _tick_events(each, officer)]
    events += [TimelineEvent(each.at, each.words, reason=each.people) for each in rows.calls]
    fears = _fear_times(tip)
    events += [
        _message_event(each, fears) for each in rows.messages if not _is_told_elsewhere(each, tip)
    ]
    for number, file in enumerate(rows.attachments, start=1):
        words = _("%(kind)s %(n)d came in; the original is sealed")
        said = {"kind": file.get_kind_display(), "n": number}
        events.append(TimelineEvent(file.at, words % said, is_reporters=True))
    return _in_shown_order(events, tip)[::-1]


def _in_shown_order(events: list[TimelineEvent], tip: Tip) -> list[TimelineEvent]:
    """In their true order, oldest first, with the times that officers may read."""
    events = sorted(events, key=lambda event: event.at)
    moments = times_in_order([(each.at, each.is_reporters) for each in events], tip)
    return [replace(each, at=at) for each, at in zip(events, moments, strict=True)]


def events_since(tip: Tip, news: ChangesSince, officer: Officer) -> list[TimelineEvent]:
    """What happened after an officer's page was made, oldest first."""
    events = _step_events(news.decisions, officer)
    fears = _fear_times(tip)
    events += [replace(_message_event(each, fears), reason=each.text) for each in news.messages]
    events += [_note_event(each, officer, with_words=True) for each in news.notes]
    events += [_tick_events(each, officer)[-1] for each in news.checks]
    return _in_shown_order(events, tip)


def _arrival_events(tip: Tip) -> Iterator[TimelineEvent]:
    words = _("Received by %(channel)s. The reporter has a receipt code.")
    if tip.do_not_contact and is_from_chat(tip):
        words = _(
            "Received by %(channel)s. The reporter has a receipt code only if it went out before "
            "they asked not to be contacted."
        )
    said = words % {"channel": channel_name(tip.channel)}
    yield TimelineEvent(tip.received_at, said, is_reporters=True)
    if tip.examined_at:
        words = _("The machine looked for numbers, links and categories")
        yield TimelineEvent(tip.examined_at, words, is_reporters=True)
    suggestion = getattr(tip, "suggestion", None)
    if suggestion is not None and suggestion.urgency in URGENT_LEVELS:
        words = _("The machine read it as %(level)s") % {"level": suggestion.urgency}
        reasons = ", ".join(suggestion.urgency_reasons)
        yield TimelineEvent(suggestion.at, words, reason=reasons, is_reporters=True)


def _deadline_events(deadlines: list[Deadline]) -> Iterator[TimelineEvent]:
    now = times.now()
    for each in deadlines:
        words = _("Deadline set: %(name)s") % {"name": each.name}
        yield TimelineEvent(each.starts_at, words, is_reporters=True)
        if each.due_at < (each.stopped_at or now):
            words = _("Deadline missed: %(name)s") % {"name": each.name}
            yield TimelineEvent(each.due_at, words, is_reporters=True)


def _recorded_events(
    tip: Tip, attachments: list[Attachment], officer: Officer
) -> list[TimelineEvent]:
    """What is in the audit record alone: looks at the tip and its files, and what was undone."""
    numbers = {str(file.pk): n for n, file in enumerate(attachments, start=1)}
    entries = _ENTRIES.fetch(tip=tip.pk, files=[file.pk for file in attachments])
    actors = {entry.actor_id for entry in entries if entry.actor_kind == "officer"}
    people = _officers_by_id(actors - {str(officer.pk)}) | {str(officer.pk): officer}
    events = [
        TimelineEvent(
            entry.at,
            _recorded_words(entry, numbers),
            _person_name(people.get(entry.actor_id), officer),
            is_reporters=entry.actor_kind != "officer",
        )
        for entry in entries
    ]
    if tip.first_read_at and not any(entry.action == "tip.read" for entry in entries):
        events.append(TimelineEvent(tip.first_read_at, _("First read on the desk")))
    return events


def _entries_query(*, tip: Any, files: Any) -> QuerySet[Entry]:
    of_tip = Q(object_kind="tip", object_id=_as_text(tip))
    of_files = Q(object_kind="attachment", object_id__in=[_as_text(file) for file in files])
    rows = Entry.objects.filter(of_tip | of_files, action__in=_TOLD_ACTIONS)
    # Hashes are nothing to show.
    return rows.only("at", "action", "actor_kind", "actor_id", "object_id", "detail").order_by("id")


def _as_text(pk: Any) -> Cast:
    return Cast(Value(pk, output_field=UUIDField()), TextField())


_ENTRIES: CompiledModelQuery[Entry] = CompiledModelQuery(_entries_query)


def _recorded_words(entry: Entry, numbers: dict[str, int]) -> str:
    if entry.action in _WORDS_OF_FILES:
        return _words_of_file(entry, numbers[entry.object_id])
    if entry.action == "sighting.role":
        role = Sighting.Role(entry.detail["role"]).label
        return _("A number or link: %(role)s") % {"role": role}
    if entry.action == "tip.taken_back":
        kind = Decision.Kind(entry.detail["kind"]).label
        return _("Step taken back: %(step)s") % {"step": kind}
    return {
        "tip.read": _("First read on the desk"),
        "tip.reply_withdrawn": _("Answer taken back before it left"),
        "tip.reporter_withdraw": _("The reporter took the report back"),
        "receipt.exchanged": _("The code on the paper was exchanged for another one"),
        "receipt.replaced": _("The reporter took a new code"),
        "receipt.disputed": _("Somebody said that the new code was not theirs"),
        "tip.danger_heard": _("The new message tells of danger: people are called"),
    }[entry.action]


def _words_of_file(entry: Entry, number: int) -> str:
    reason = NoCopy(entry.detail["reason"]).label if "reason" in entry.detail else ""
    return gettext(_WORDS_OF_FILES[entry.action]) % {"n": number, "reason": reason}


def _officers_by_id(ids: set[str]) -> dict[str, Officer]:
    found = Officer.objects.in_bulk([uuid.UUID(each) for each in ids]) if ids else {}
    return {str(key): each for key, each in found.items()}


def _person_name(person: Officer | None, officer: Officer) -> str:
    if person is None:
        return ""
    return _("you") if person.pk == officer.pk else str(person)


def _note_event(note: Note, officer: Officer, *, with_words: bool = False) -> TimelineEvent:
    reason = note.text if with_words else ""
    return TimelineEvent(
        note.at, _("Internal note written"), _person_name(note.officer, officer), reason
    )


def _tick_events(check: TipCheck, officer: Officer) -> list[TimelineEvent]:
    """A step that was ticked, and taken away again."""
    step = {"step": step_words(check.step)}
    words = _("Ticked: “%(step)s”") % step
    events = [TimelineEvent(check.ticked_at, words, _person_name(check.ticked_by, officer))]
    if check.unticked_at is not None:
        words, who = _("Unticked: “%(step)s”") % step, _person_name(check.unticked_by, officer)
        events.append(TimelineEvent(check.unticked_at, words, who, check.reason))
    return events


def _is_told_elsewhere(message: DialogueMessage, tip: Tip) -> bool:
    """The first message is the tip itself, and an officer's answer is a decision."""
    return message.author == DialogueMessage.Author.DESK or is_opening_message(message, tip)


def _fear_times(tip: Tip) -> set[datetime.datetime]:
    """When the reporter tapped that they are afraid: the last time is kept with the tip."""
    return {tip.feared_at} if tip.feared_at else set()


def _message_event(message: DialogueMessage, fears: set[datetime.datetime]) -> TimelineEvent:
    if message.author == DialogueMessage.Author.REPORTER:
        if message.at in fears:
            words = _("The reporter fears being found out or threatened")
        else:
            words = _("The reporter wrote")
    else:
        words = _("Automatic message to the reporter")
    return TimelineEvent(message.at, words, is_reporters=True)


def _step_events(steps: list[Decision], officer: Officer) -> list[TimelineEvent]:
    units = _unit_names(steps)
    return [
        TimelineEvent(
            step.at, _step_words(step, units), _person_name(step.by, officer), step.reason
        )
        for step in steps
    ]


def _unit_names(steps: list[Decision]) -> dict[str, str]:
    ids = [step.detail["to"] for step in steps if step.kind == Decision.Kind.ROUTED]
    found = Unit.objects.filter(pk__in=ids) if ids else ()
    return {str(unit.pk): unit.name for unit in found}


def _step_words(step: Decision, units: dict[str, str]) -> str:
    words = _decision_words(step, units)
    if step.detail.get("taken_back"):
        return _("%(step)s (taken back)") % {"step": words}
    return words


def _decision_words(step: Decision, units: dict[str, str]) -> str:
    kind, detail = Decision.Kind, step.detail
    if step.kind == kind.ROUTED:
        return _("Passed to %(unit)s") % {"unit": units.get(detail["to"], "")}
    if step.kind == kind.SORTED and not detail["category"]:
        return _("Made critical")
    if step.kind == kind.SORTED:
        category = category_label(detail["category"], get_language() or "vi")
        return _("Sorted: %(category)s, %(urgency)s") % {
            "category": category,
            "urgency": detail["urgency"],
        }
    if step.kind in {kind.RATED, kind.OUTCOME, kind.SUSPENDED}:
        return _graded_words(step)
    if step.kind == kind.DECLINED and detail.get("as_kind") == Decision.DeclinedAs.OFFICIAL:
        return _("Complaint about officers: moved to the unit above")
    if step.kind == kind.REPLIED and "batch" in detail:
        return _("Reporter answered, together with the others of the incident")
    return str(Decision.Kind(step.kind).label)


def _graded_words(step: Decision) -> str:
    if step.kind == Decision.Kind.RATED:
        return _("Rated: %(value)s") % {"value": Tip.Value(step.detail["value"]).label}
    if step.kind == Decision.Kind.SUSPENDED:
        ground = Decision.Ground(step.detail["ground"]).label
        return _("Suspended: %(ground)s") % {"ground": ground}
    return _("Outcome: %(outcome)s") % {"outcome": Tip.Outcome(step.detail["outcome"]).label}
