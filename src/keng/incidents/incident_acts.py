"""One event, many reporters: one answer to all, one outcome, one end."""

import datetime
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import NotAllowed, Refused
from keng.acts.locks import lock, lock_all, lock_one
from keng.acts.work import permit_anywhere
from keng.audit.actions import record, unit_chain
from keng.decisions import incident_lead, suspension
from keng.decisions.closing import end_and_tell_reporter, lock_chats_of_tips
from keng.delivery.models import Delivery
from keng.dialogue import answering
from keng.dialogue.dialogue_parts import unanswered_of_tips
from keng.incidents import acts
from keng.kit import times
from keng.kit.ids import new_id
from keng.tips import messages
from keng.tips.errors import (
    AlreadyClosed,
    CannotDecide,
    ChangedMeanwhile,
    DangerUnheard,
    NobodyAnswered,
    NoOutcome,
    NoText,
    NothingToAnswer,
)
from keng.tips.gravity import has_unread_danger
from keng.tips.models import Attachment, Decision, DialogueMessage, Incident, Sighting, Tip

# Longer than for one answer: there is more to look over once it is written.
ANSWER_ALL_HOLD = datetime.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class WithdrawnAnswers:
    """From how many reporters an answer to all was taken back, and to how many it had left."""

    taken: int
    left: int


@dataclass(frozen=True, slots=True)
class EndedIncident:
    """How many tips an end closed, and which it left open."""

    closed: int
    left: list[Tip]


@act(acts.ANSWER_INCIDENT)
def answer_incident(
    incident_id: uuid.UUID, *, text: str, by: Officer, apart: tuple[uuid.UUID, ...] = ()
) -> uuid.UUID:
    """Send one answer to every reporter of the incident, each alone; returns the batch's id.

    Left out: tips in `apart`, which get an answer of their own, and reporters who asked not to be
    contacted. Raises NotAllowed, AlreadyClosed, ChangedMeanwhile, NoText, NothingToAnswer.
    """
    incident, members = _locked_with_open_tips(incident_id, by)
    if not text.strip():
        raise NoText
    tips = [tip for tip in members if not tip.do_not_contact and tip.pk not in apart]
    if not tips:
        raise NothingToAnswer
    batch, steps = new_id(), []
    for tip in tips:
        waiting = answering.waited_since(tip)
        message = messages.add_message(tip, text, by=by, hold=ANSWER_ALL_HOLD)
        messages.mark_answered(tip)
        steps.append(
            _decision_on(
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
    _record_batch("incident.answered", incident, by, tips, batch=str(batch))
    return batch


@act(acts.WITHDRAW_INCIDENT_ANSWER)
def withdraw_incident_answer(batch: uuid.UUID, *, by: Officer) -> WithdrawnAnswers:
    """Take back an answer to all, from each reporter by itself to whom it has not left yet.

    What became of one tip meanwhile is no reason to let it leave for the others.
    Raises NotAllowed, TooLate when it is taken back from nobody.
    """
    permit_anywhere()
    sent = Decision.objects.filter(by=by, detail__batch=str(batch))
    steps = sent.order_by("id").exclude(detail__has_key="taken_back")
    _lock_answers([step.detail["message"] for step in steps])
    refusals: list[CannotDecide | Refused] = []
    # Read again behind the locks: a second press may have waited there for the first one.
    message_ids = [uuid.UUID(step.detail["message"]) for step in steps.all()]
    for message_id in message_ids:
        try:
            answering.withdraw_answer(message_id, by=by)
        except Refused as refusal:
            refusals.append(refusal)
    if len(refusals) == len(message_ids):
        raise refusals[0] if refusals else NotAllowed
    return WithdrawnAnswers(len(message_ids) - len(refusals), len(refusals))


@act(acts.RENAME_INCIDENT)
def rename_incident(incident_id: uuid.UUID, *, title: str, by: Officer) -> Incident:
    """Give the incident a name that says what is new about it.

    Raises NotAllowed, AlreadyClosed, NoText.
    """
    incident = _locked_incident(incident_id, by)
    if not title.strip():
        raise NoText
    incident.title = title.strip()
    incident.save(update_fields=["title"])
    record("incident.renamed", by=by, on=incident, chain=unit_chain(incident.unit_id))
    return incident


@act(acts.RECORD_INCIDENT_OUTCOME)
def record_incident_outcome(
    incident_id: uuid.UUID, *, outcome: str, by: Officer, note: str = "", **effect: int
) -> Incident:
    """Say what came of the event; its open tips get the same outcome.

    `effect` are numbers of `Incident.EFFECT`; those that it does not name stay as they are.
    Raises NotAllowed, AlreadyClosed, ChangedMeanwhile, NoOutcome.
    """
    if not outcome:
        raise NoOutcome
    incident, tips = _locked_with_open_tips(incident_id, by)
    incident.outcome, incident.outcome_note = Tip.Outcome(outcome), note.strip()
    named = [name for name in Incident.EFFECT if name in effect]
    for name in named:
        setattr(incident, name, effect[name])
    incident.save(update_fields=["outcome", "outcome_note", *named])
    Tip.objects.filter(pk__in=[tip.pk for tip in tips]).update(
        outcome=incident.outcome, outcome_note=incident.outcome_note
    )
    detail = {"outcome": incident.outcome, "incident": str(incident.pk)}
    Decision.objects.bulk_create(
        _decision_on(tip, Decision.Kind.OUTCOME, by, note, detail) for tip in tips
    )
    _record_batch("incident.outcome", incident, by, tips, outcome=incident.outcome)
    return incident


@act(acts.CLOSE_INCIDENT)
def close_incident(
    incident_id: uuid.UUID, *, by: Officer, text: str = "", reason: str = ""
) -> EndedIncident:
    """End the open tips of the incident, and the incident with them; each reporter is told.

    Left open are those whose reporter wrote again and has no answer: each is ended by itself, by
    somebody who reads that beside the decision. The incident goes on with them.
    Raises NotAllowed, AlreadyClosed, ChangedMeanwhile, NoOutcome, DangerUnheard, NobodyAnswered.
    """
    incident, members = _locked_with_open_tips(incident_id, by)
    if not incident.outcome:
        raise NoOutcome
    if any(tip.danger_unheard or has_unread_danger(tip) for tip in members):
        raise DangerUnheard
    waiting = unanswered_of_tips(members)
    tips = [tip for tip in members if tip.pk not in waiting]
    left = [tip for tip in members if tip.pk in waiting]
    if left and not tips:
        raise NobodyAnswered
    lock_chats_of_tips(tips)
    for tip in tips:
        suspension.lift_suspension(tip, by=by)
        tip.outcome = incident.outcome
        tip.save(update_fields=["outcome"])
        end_and_tell_reporter(tip, text=text if not tip.do_not_contact else "", by=by)
    for tip in tips:
        if tip.duplicate_of_id is None:
            # Tips of a unit out of this officer's sight are open still, as are those left: one of
            # them leads.
            incident_lead.hand_over_lead(tip)
    if not left:
        incident.closed_at = times.now()
        incident.save(update_fields=["closed_at"])
    detail = {"outcome": incident.outcome, "incident": str(incident.pk)}
    Decision.objects.bulk_create(
        _decision_on(tip, Decision.Kind.CLOSED, by, reason, detail) for tip in tips
    )
    _record_batch("incident.closed", incident, by, tips, left=len(left))
    return EndedIncident(len(tips), left)


def _lock_answers(message_ids: list[str]) -> None:
    """All that goes with them, table by table: the first one taken back by itself would go on to
    the rows of the next in another order.
    """
    # What has left is taken back from nobody.
    said = DialogueMessage.objects.filter(pk__in=message_ids, visible_at__gt=times.now())
    tips = Tip.objects.filter(pk__in=said.values("tip"))
    # An answer has none, but taking a message away looks for them.
    seen_in = Sighting.objects.filter(message__in=said.values("pk"))
    attached = Attachment.objects.filter(message__in=said.values("pk"))
    carried = Delivery.objects.filter(dispatch__in=said.values("dispatch_ref"))
    lock_all(tips.only("pk"))
    list(lock(said).values_list("pk", flat=True))
    list(lock(seen_in).values_list("pk", flat=True))
    list(lock(attached).values_list("pk", flat=True))
    list(lock(carried).values_list("pk", flat=True))


def _locked_incident(incident_id: uuid.UUID, by: Officer) -> Incident:
    """The incident, which goes on. Raises NotAllowed, AlreadyClosed."""
    incident = lock_one(Incident.objects.visible_to(by), incident_id)
    if incident.closed_at is not None:
        raise AlreadyClosed
    return incident


def _locked_with_open_tips(incident_id: uuid.UUID, by: Officer) -> tuple[Incident, list[Tip]]:
    """The incident and its open tips that the officer sees, oldest first.

    The tips are locked first, also those out of sight: one of them may lead when others end.
    Raises NotAllowed, AlreadyClosed; ChangedMeanwhile for what joined it in this moment.
    """
    held = {tip.pk: tip for tip in lock_all(Tip.objects.filter(incident=incident_id))}
    incident = _locked_incident(incident_id, by)
    # What comes to it now has waited for one of these, or came in between the two locks.
    if Tip.objects.filter(incident=incident_id).exclude(pk__in=held).exists():
        raise ChangedMeanwhile
    seen = Tip.objects.visible_to(by).open().filter(pk__in=held).order_by("id")
    return incident, [held[pk] for pk in seen.values_list("pk", flat=True)]


def _decision_on(tip: Tip, kind: str, by: Officer, reason: str, detail: dict[str, Any]) -> Decision:
    return Decision(
        tip=tip,
        kind=kind,
        by=by,
        unit_id=tip.responsible_unit_id,
        reason=reason.strip(),
        detail=detail,
        at=times.now(),
    )


def _record_batch(
    action: str, incident: Incident, by: Officer, tips: list[Tip], **detail: str | int
) -> None:
    """One entry for the whole batch, with a digest of its ordered rows."""
    digest = hashlib.sha256("\n".join(str(tip.pk) for tip in tips).encode()).hexdigest()
    record(
        action,
        by=by,
        on=incident,
        chain=unit_chain(incident.unit_id),
        detail={"tips": len(tips), "digest": digest, **detail},
    )
