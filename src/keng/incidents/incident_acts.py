"""One event, many reporters: one answer to all, one outcome, one end."""

import datetime
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.decisions import incident_lead, suspension
from keng.decisions.closing import end_and_tell, hold_chats_of
from keng.delivery.models import Delivery
from keng.dialogue import answering
from keng.kit import times
from keng.kit.ids import new_id
from keng.tips import messages
from keng.tips.errors import (
    AlreadyClosed,
    CannotDecide,
    DangerUnheard,
    NoOutcome,
    NoText,
    NothingToAnswer,
    NotYours,
)
from keng.tips.gravity import has_unread_danger
from keng.tips.models import Decision, DialogueMessage, Incident, Sighting, Tip
from keng.tips.models.tip import TipQuerySet

# Longer than for one answer: there is more to look over once it is written.
HOLD = datetime.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """From how many reporters an answer to all was taken back, and to how many it had left."""

    taken: int
    left: int


@transaction.atomic
def answer_all(
    incident_id: uuid.UUID, *, text: str, by: Officer, apart: tuple[uuid.UUID, ...] = ()
) -> uuid.UUID:
    """Send one answer to every reporter of the incident, each alone; returns the batch's id.

    Left out: tips in `apart`, which get an answer of their own, and reporters who asked not to be
    contacted. Raises NoText, NothingToAnswer.
    """
    incident = _lock(incident_id, by)
    if not text.strip():
        raise NoText
    tips = list(
        unclear(incident, by).exclude(pk__in=apart).select_for_update(of=("self",), no_key=True)
    )
    if not tips:
        raise NothingToAnswer
    batch, steps = new_id(), []
    for tip in tips:
        waiting = answering.waited_since(tip)
        message = messages.say(tip, text, by=by, hold=HOLD)
        messages.answered(tip)
        steps.append(
            _step(
                tip,
                Decision.Kind.REPLIED,
                by,
                "",
                {
                    "message": str(message.pk),
                    "batch": str(batch),
                    "was_waiting": waiting,
                },
            )
        )
    Decision.objects.bulk_create(steps)
    _record("incident.answered", incident, by, tips, batch=str(batch))
    return batch


@transaction.atomic
def withdraw_answer(batch: uuid.UUID, *, by: Officer) -> TakenBack:
    """Take back an answer to all, from each reporter by itself to whom it has not left yet.

    What became of one tip meanwhile is no reason to let it leave for the others.
    Raises NotYours, TooLate when it is taken back from nobody.
    """
    sent = Decision.objects.filter(by=by, detail__batch=str(batch))
    # Unit by unit: some may have been passed on, and each puts it on record in its unit's chain.
    sent = sent.order_by("tip__responsible_unit", "id")
    steps = sent.exclude(detail__has_key="taken_back")
    _hold_answers([step.detail["message"] for step in steps])
    refusals: list[CannotDecide] = []
    # Read again behind the locks: a second press may have waited there for the first one.
    message_ids = [uuid.UUID(step.detail["message"]) for step in steps.all()]
    for message_id in message_ids:
        try:
            answering.withdraw(message_id, by=by)
        except CannotDecide as refusal:
            refusals.append(refusal)
    if len(refusals) == len(message_ids):
        raise refusals[0] if refusals else NotYours
    return TakenBack(len(message_ids) - len(refusals), len(refusals))


def unclear(incident: Incident, officer: Officer) -> TipQuerySet:
    """The open tips of an incident whose reporters take an answer, oldest first."""
    visible = Tip.objects.visible_to(officer).open()
    return visible.filter(incident=incident, do_not_contact=False).order_by("id")


@transaction.atomic
def rename(incident_id: uuid.UUID, *, title: str, by: Officer) -> Incident:
    """Give the incident a name that says what is new about it. Raises NoText."""
    incident = _lock(incident_id, by)
    if not title.strip():
        raise NoText
    incident.title = title.strip()
    incident.save(update_fields=["title"])
    record("incident.renamed", by=by, on=incident, chain=unit_chain(incident.unit_id))
    return incident


@transaction.atomic
def record_outcome(
    incident_id: uuid.UUID,
    *,
    outcome: str,
    by: Officer,
    note: str = "",
    money_lost: int = 0,
    money_saved: int = 0,
    money_recovered: int = 0,
    persons_helped: int = 0,
) -> Incident:
    """Say what came of the event; its open tips get the same outcome. Raises NoOutcome."""
    if not outcome:
        raise NoOutcome
    incident = _lock(incident_id, by)
    incident.outcome, incident.outcome_note = Tip.Outcome(outcome), note.strip()
    incident.money_lost, incident.money_saved = money_lost, money_saved
    incident.money_recovered, incident.persons_helped = money_recovered, persons_helped
    incident.save(
        update_fields=[
            "outcome",
            "outcome_note",
            "money_lost",
            "money_saved",
            "money_recovered",
            "persons_helped",
        ]
    )
    tips = _open_tips(incident, by)
    Tip.objects.filter(pk__in=[tip.pk for tip in tips]).update(
        outcome=incident.outcome, outcome_note=incident.outcome_note
    )
    detail = {"outcome": incident.outcome, "incident": str(incident.pk)}
    Decision.objects.bulk_create(
        _step(tip, Decision.Kind.OUTCOME, by, note, detail) for tip in tips
    )
    _record("incident.outcome", incident, by, tips, outcome=incident.outcome)
    return incident


@transaction.atomic
def close(incident_id: uuid.UUID, *, by: Officer, text: str = "", reason: str = "") -> Incident:
    """End the incident and all its open tips; each reporter is told.

    Raises NoOutcome, DangerUnheard.
    """
    incident = _lock(incident_id, by)
    if not incident.outcome:
        raise NoOutcome
    tips = _open_tips(incident, by)
    if any(tip.danger_unheard or has_unread_danger(tip) for tip in tips):
        raise DangerUnheard
    hold_chats_of(tips)
    for tip in tips:
        suspension.lift(tip, by=by)
        tip.outcome = incident.outcome
        tip.save(update_fields=["outcome"])
        end_and_tell(tip, text=text if not tip.do_not_contact else "", by=by)
    for tip in tips:
        if tip.duplicate_of_id is None:
            # Tips of a unit out of this officer's sight are open still: one of them leads.
            incident_lead.hand_over(tip)
    incident.closed_at = times.now()
    incident.save(update_fields=["closed_at"])
    detail = {"outcome": incident.outcome, "incident": str(incident.pk)}
    Decision.objects.bulk_create(
        _step(tip, Decision.Kind.CLOSED, by, reason, detail) for tip in tips
    )
    _record("incident.closed", incident, by, tips)
    return incident


def _hold_answers(message_ids: list[str]) -> None:
    """All that goes with them before the first is put on record: the audit chain is taken last."""
    said = DialogueMessage.objects.filter(pk__in=message_ids)
    tips = Tip.objects.filter(pk__in=said.values("tip"))
    # An answer has none, but taking a message away looks for them.
    seen_in = Sighting.objects.filter(message__in=said.values("pk"))
    carried = Delivery.objects.filter(dispatch__in=said.values("dispatch_ref"))
    for rows in (tips, said, seen_in, carried):
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _lock(incident_id: uuid.UUID, by: Officer) -> Incident:
    # Not its key: whoever joins a tip to it meanwhile holds that tip, and would wait for us.
    visible = Incident.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    incident = visible.filter(pk=incident_id).first()
    if incident is None:
        raise NotYours
    if incident.closed_at is not None:
        raise AlreadyClosed
    return incident


def _open_tips(incident: Incident, by: Officer) -> list[Tip]:
    visible = Tip.objects.visible_to(by).open().select_for_update(of=("self",), no_key=True)
    return list(visible.filter(incident=incident).order_by("id"))


def _step(tip: Tip, kind: str, by: Officer, reason: str, detail: dict[str, Any]) -> Decision:
    return Decision(
        tip=tip,
        kind=kind,
        by=by,
        unit_id=tip.responsible_unit_id,
        reason=reason.strip(),
        detail=detail,
        at=times.now(),
    )


def _record(action: str, incident: Incident, by: Officer, tips: list[Tip], **detail: str) -> None:
    """One entry for the whole batch, with a digest of its ordered rows."""
    digest = hashlib.sha256("\n".join(str(tip.pk) for tip in tips).encode()).hexdigest()
    record(
        action,
        by=by,
        on=incident,
        chain=unit_chain(incident.unit_id),
        detail={"tips": len(tips), "digest": digest, **detail},
    )
