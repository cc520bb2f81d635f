"""The desk's steps on every tip, written in bulk, each with its entry in the unit's chain."""

import datetime as dt
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from django.db import connection

from keng.audit.actions import unit_chain
from keng.delivery.models import Conversation, Inbound
from keng.kit import times
from keng.kit.ids import new_id
from keng.language.taxonomy import categories
from keng.tips import deadlines
from keng.tips.incident_titles import title_from_parts
from keng.tips.models import (
    Clock,
    Decision,
    DialogueMessage,
    Incident,
    TakenDown,
    Tip,
)
from keng_dev.demo.province.bulk import copy_in
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.fate import Fate
from keng_dev.demo.province.record import Act, Record

_MANNERS = TakenDown.Manner.values
# Everything the steps changed on a tip, in one statement.
_STAND = """
UPDATE tips_tip AS t SET
  state = v.state, kind = v.kind, category = v.category, value = v.value, outcome = v.outcome,
  urgency = coalesce(v.urgency, t.urgency),
  urgency_is_rated = v.urgency IS NOT NULL,
  outcome_note = v.note, incident_id = v.incident, duplicate_of_id = v.duplicate,
  assigned_to_id = v.assigned, first_read_at = v.read_at, first_answered_at = v.answered_at,
  waiting_since = v.waiting_since, suspended_at = v.suspended_at, closed_at = v.closed_at,
  due_at = CASE WHEN v.state = 'closed' THEN NULL ELSE t.due_at END,
  text = CASE WHEN v.emptied THEN '' ELSE t.text END
FROM json_to_recordset(%s::json) AS v(
  id uuid, state text, kind text, category text, value text, outcome text, urgency text, note text,
  incident uuid, duplicate uuid, assigned uuid, read_at timestamptz, answered_at timestamptz,
  waiting_since timestamptz, suspended_at timestamptz, closed_at timestamptz, emptied bool)
WHERE t.id = v.id
"""
_STOPPED = """
UPDATE tips_clock AS c SET stopped_at = CASE c.rule_code
  WHEN %(sort)s THEN v.sorted_at ELSE coalesce(v.read_at, v.closed_at) END
FROM json_to_recordset(%(rows)s::json) AS v(
  id uuid, read_at timestamptz, sorted_at timestamptz, closed_at timestamptz)
WHERE c.tip_id = v.id
"""


def decide(fates: list[Fate], record: Record, dice: Random) -> None:
    """Write what was decided; the tips must have come in and been examined."""
    Incident.objects.bulk_create(_incidents(fates, record))
    copy_in(list(_decisions(fates, record, dice)))
    copy_in(list(_messages(fates)))
    TakenDown.objects.bulk_create(list(_taken_down(fates, record, dice)))
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [_json(_stand(fate) for fate in fates)])
        rows = _json(_moments(fate) for fate in fates)
        cursor.execute(_STOPPED, {"rows": rows, "sort": deadlines.SORT_CLOCK})
    _forget_ended(fates)
    for fate in fates:
        if fate.read_at and fate.state != Tip.State.CLOSED:
            _keep_running(fate)


def _incidents(fates: list[Fate], record: Record) -> Iterator[Incident]:
    tips_of: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for fate in fates:
        if fate.incident_id:
            tips_of[fate.incident_id].append(fate.tip_id)
    for fate in fates:
        if fate.incident_id is None or fate.duplicate_of:
            continue
        number, success = fate.incident_id.int, fate.story.success
        is_stopped = fate.outcome == Tip.Outcome.PREVENTED
        saved = success.saved if success else number % 90 * 1_000_000
        incident = Incident(
            id=fate.incident_id,
            unit=fate.story.desk.unit,
            place=fate.story.desk.place,
            title=success.title if success else _called(fate),
            category=fate.category,
            opened_at=fate.sorted_at or fate.story.at,
            opened_by=fate.steps[0].by,
            outcome=fate.outcome,
            outcome_note=fate.note,
            closed_at=fate.closed_at,
            money_lost=0 if is_stopped else number % 40 * 1_000_000,
            money_saved=saved if is_stopped else 0,
            persons_helped=1 if success else number % 5 if is_stopped else number % 2,
        )
        _note_incident(fate, incident, sorted(tips_of[incident.pk]), record)
        yield incident


def _called(fate: Fate) -> str:
    return title_from_parts(fate.category, fate.story.desk.place, fate.story.at)


def _note_incident(fate: Fate, incident: Incident, tips: list[uuid.UUID], record: Record) -> None:
    """One entry for all its tips, as the product writes it."""
    if incident.closed_at is None:
        return
    chain, by = unit_chain(incident.unit_id), fate.steps[-1].by
    digest = hashlib.sha256("\n".join(str(tip) for tip in tips).encode()).hexdigest()
    detail, on = {"tips": len(tips), "digest": digest}, ("incident", str(incident.pk))
    if fate.story.success:
        record.note(chain, Act(incident.closed_at, "incident.renamed", by, on))
    said = {**detail, "outcome": incident.outcome}
    record.note(chain, Act(incident.closed_at, "incident.outcome", by, on, said))
    record.note(chain, Act(incident.closed_at, "incident.closed", by, on, detail))


def _decisions(fates: list[Fate], record: Record, dice: Random) -> Iterator[Decision]:
    for fate in fates:
        unit = fate.story.desk.unit
        chain, tip = unit_chain(unit.pk), ("tip", str(fate.tip_id))
        if fate.read_at:
            record.note(chain, Act(fate.read_at, "tip.read", fate.steps[0].by, tip))
        for step in fate.steps:
            yield Decision(
                id=id_at(step.at, dice),
                tip_id=fate.tip_id,
                kind=step.kind,
                by=step.by,
                unit=unit,
                reason=step.reason,
                detail=step.detail,
                at=step.at,
            )
            record.note(chain, Act(step.at, f"tip.{step.kind}", step.by, tip, step.detail))


def _messages(fates: list[Fate]) -> Iterator[DialogueMessage]:
    """Ids of now, since those of the first messages are of now too: the order in a tip counts."""
    for fate in fates:
        channel = "zalo_oa" if fate.story.channel == "zalo_oa" else "web"
        for said in fate.said:
            yield DialogueMessage(
                id=new_id(),
                tip_id=fate.tip_id,
                author=said.author,
                officer=said.by,
                text=said.text,
                channel=channel,
                at=said.at,
                visible_at=said.at,
                read_at=None if said.author == "reporter" else said.at + dt.timedelta(hours=2),
                examined_at=said.at,
            )


def _taken_down(fates: list[Fate], record: Record, dice: Random) -> Iterator[TakenDown]:
    for fate in fates:
        manner = fate.story.channel
        if manner not in _MANNERS:
            continue
        officer = fate.story.desk.duty[0]
        refusal = "" if fate.story.contact else dice.choice(TakenDown.Refusal.values[1:5])
        yield TakenDown(
            id=id_at(fate.story.at, dice),
            tip_id=fate.tip_id,
            officer=officer,
            manner=manner,
            refusal=refusal,
            at=fate.story.at,
            seen_by=dice.randrange(20, 300) if manner == TakenDown.Manner.CHAT else None,
        )
        detail = {"manner": manner, "refused": bool(refusal)}
        act = Act(fate.story.at, "tip.taken_down", officer, ("tip", str(fate.tip_id)), detail)
        record.note(unit_chain(fate.story.desk.unit.pk), act)


def _stand(fate: Fate) -> dict[str, Any]:
    urgency = categories()[fate.category].urgency if fate.category else None
    return {
        "id": fate.tip_id,
        "state": fate.state,
        "kind": fate.kind,
        "category": fate.category,
        "value": fate.value,
        "outcome": fate.outcome,
        "note": fate.note,
        "urgency": urgency,
        "incident": fate.incident_id,
        "duplicate": fate.duplicate_of,
        "assigned": fate.assigned_to.pk if fate.assigned_to else None,
        "read_at": fate.read_at,
        "answered_at": fate.answered_at,
        "waiting_since": fate.waiting_since,
        "suspended_at": fate.suspended_at,
        "closed_at": fate.closed_at,
        "emptied": fate.is_emptied,
    }


def _moments(fate: Fate) -> dict[str, Any]:
    return {
        "id": fate.tip_id,
        "read_at": fate.read_at,
        "sorted_at": fate.sorted_at,
        "closed_at": fate.closed_at,
    }


def _forget_ended(fates: list[Fate]) -> None:
    """Nobody's chat leads to a closed tip; words that were out of scope are gone."""
    ended = [fate.tip_id for fate in fates if fate.state == Tip.State.CLOSED]
    Conversation.objects.filter(tip_ref__in=ended).update(key_hash=None, reply_address_sealed=b"")
    emptied = [fate.tip_id for fate in fates if fate.is_emptied]
    Inbound.objects.filter(tip_ref__in=emptied).update(text="", raw_sealed=b"")
    theirs = DialogueMessage.objects.filter(tip__in=emptied, author="reporter")
    theirs.update(text="")


def _keep_running(fate: Fate) -> None:
    """An open tip that was sorted has the clock to finish it."""
    if fate.sorted_at is None:
        return
    rule = deadlines.clock_rule_in_force(deadlines.FINISH_CLOCK, times.local_date(fate.sorted_at))
    due_at = deadlines.due_by_rule(rule, fate.sorted_at)
    Clock.objects.create(
        tip_id=fate.tip_id,
        rule_code=deadlines.FINISH_CLOCK,
        starts_at=fate.sorted_at,
        due_at=due_at,
    )
    Tip.objects.filter(pk=fate.tip_id).update(due_at=due_at)


def _json(rows: Iterable[dict[str, Any]]) -> str:
    return json.dumps(list(rows), default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
