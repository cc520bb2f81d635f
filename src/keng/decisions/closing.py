"""How a tip ends, and how it may begin again."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.locks import lock
from keng.alarms import unheard_danger
from keng.decisions import acts, incident_effect, incident_lead, suspension, undo_ending
from keng.decisions.moving_units import move_to_unit
from keng.decisions.on_record import record_decision, required_reason
from keng.decisions.out_of_scope import seal_content
from keng.delivery.models import Conversation
from keng.kit import times
from keng.places.models import Unit
from keng.tips import chats, deadlines
from keng.tips.errors import NoOutcome, NotClosed, NoText, NoUnitAbove
from keng.tips.letters import closing_sentence
from keng.tips.lock import lock_tip
from keng.tips.messages import ANSWER_HELD_FOR, add_message, mark_answered
from keng.tips.models import Alarm, Decision, DialogueMessage, Tip, TipConcern
from keng.tips.search_words import remove_from_index, return_to_index

# Why something is not handled as a tip -> what it is by law (None: as before), and how it ends
# (None: it does not, the unit above goes on with it). What cannot be checked is unfounded for now:
# it lists nothing, counts in no wave and leaves the search; more about it is a new report.
DECLINED_AS: dict[str, tuple[Tip.Kind | None, Tip.Outcome | None]] = {
    Decision.DeclinedAs.PROCEDURE: (Tip.Kind.PROCEDURE, Tip.Outcome.NOT_A_TIP),
    Decision.DeclinedAs.CIVIL: (Tip.Kind.CIVIL, Tip.Outcome.NOT_A_TIP),
    Decision.DeclinedAs.MUNICIPAL: (Tip.Kind.ADMINISTRATIVE, Tip.Outcome.OUT_OF_COMPETENCE),
    Decision.DeclinedAs.NOT_CHECKABLE: (None, Tip.Outcome.UNFOUNDED),
    Decision.DeclinedAs.SPAM: (None, Tip.Outcome.NOT_A_TIP),
    Decision.DeclinedAs.OUT_OF_SCOPE: (Tip.Kind.OUT_OF_SCOPE, Tip.Outcome.NOT_A_TIP),
    Decision.DeclinedAs.OFFICIAL: (Tip.Kind.OFFICIAL, None),
}


@act(acts.DECLINE_TIP)
def decline_tip(
    tip_id: uuid.UUID,
    *,
    kind: str,
    reply: str,
    by: Officer,
    reason: str = "",
    concerns: Unit | None = None,
    hold: datetime.timedelta = ANSWER_HELD_FOR,
    seen: str | None = None,
) -> Decision:
    """This is no tip, or none we can check: answer the reporter and end it.

    A complaint about officers goes to the province and out of the unit's sight (`concerns` names
    the unit it is about, by default the present one); what is out of scope is sealed at once.
    The answer waits for `hold`. Until it leaves, `undo.take_back_decision` restores the tip.
    Raises NoText, NoUnitAbove, vault.seal.NoKey.
    """
    if not reply.strip():
        raise NoText
    law_kind, outcome = DECLINED_AS[kind]
    tip = incident_lead.lock_leaving_tip(tip_id, by=by, seen=seen)
    stood_in: dict[str, Any] = {"left_incident": str(tip.incident_id)} if tip.incident_id else {}
    lifted = suspension.lift_suspension(tip, by=by) if outcome is not None else {}
    was = undo_ending.snapshot_before_ending(tip) | lifted
    message = add_message(tip, reply, by=by, hold=hold)
    mark_answered(tip)
    tip.kind = law_kind or tip.kind
    if outcome is None:
        was |= move_to_unit_above(tip, concerns or tip.responsible_unit)
        # On the chain of the unit above: the unit it is about keeps no trace.
        chain = tip.responsible_unit_id
        step = record_decision(
            tip,
            Decision.Kind.DECLINED,
            by=by,
            reason=reason,
            chain_of=chain,
            as_kind=kind,
            **stood_in,
        )
        undo_ending.hold_ending(step, was, message=message)
        return step
    taken = seal_content(tip) if kind == Decision.DeclinedAs.OUT_OF_SCOPE else None
    was["left"] = taken.pop("left") if taken else incident_lead.hand_over_lead(tip)
    tip.outcome = outcome
    _end_tip(tip)
    alone = ["incident", "duplicate_of"]
    ended = ["kind", "outcome", "state", "closed_at", "due_at"]
    tip.save(update_fields=[*ended, *alone, *unheard_danger.DANGER_FIELDS])
    step = record_decision(
        tip, Decision.Kind.DECLINED, by=by, reason=reason, as_kind=kind, **stood_in
    )
    copies = taken["files"].values() if taken else ()
    undo_ending.hold_ending(step, was | {"content": taken}, message=message, viewing_copies=copies)
    return step


@act(acts.RECORD_OUTCOME)
def record_outcome(
    tip_id: uuid.UUID,
    *,
    outcome: str,
    by: Officer,
    note: str = "",
    effect: Mapping[str, int] | None = None,
    seen: str | None = None,
) -> Decision:
    """Say what came of the tip; `effect` is kept with its incident. Raises NoOutcome."""
    if not outcome:
        raise NoOutcome
    tip = lock_tip(tip_id, by=by, seen=seen)
    tip.outcome, tip.outcome_note = Tip.Outcome(outcome), note.strip()
    tip.save(update_fields=["outcome", "outcome_note"])
    kept = incident_effect.keep_effect(tip, effect, ends=False, by=by)
    return record_decision(
        tip, Decision.Kind.OUTCOME, by=by, reason=note, outcome=tip.outcome, **kept.on_record
    )


@act(acts.CLOSE_TIP)
def close_tip(
    tip_id: uuid.UUID,
    *,
    by: Officer,
    reason: str = "",
    text: str = "",
    effect: Mapping[str, int] | None = None,
    seen: str | None = None,
    begun: undo_ending.BegunEnding | None = None,
) -> Decision:
    """End a tip that has an outcome; the reporter is told it, by `text` or a fixed sentence.

    `effect` is kept with its incident (`incident_effect.keep_effect`). Until they are told,
    `undo.take_back_decision` restores the tip, and what the same end had `begun` with. Raises
    NoOutcome.
    """
    incident_lead.lock_tip_and_those_behind(tip_id)
    tip = lock_tip(tip_id, by=by, seen=seen)
    if not tip.outcome:
        raise NoOutcome
    lifted = suspension.lift_suspension(tip, by=by)
    was = undo_ending.snapshot_before_ending(tip) | lifted
    was["left"] = incident_lead.hand_over_lead(tip)
    kept = incident_effect.keep_effect(tip, effect, ends=True, by=by)
    was["effect"] = kept.for_undo
    if begun:
        undo_ending.include_first_steps(was, begun)
    message = end_and_tell_reporter(tip, text=text, by=by)
    step = record_decision(
        tip, Decision.Kind.CLOSED, by=by, reason=reason, outcome=tip.outcome, **kept.on_record
    )
    undo_ending.hold_ending(step, was, message=message)
    return step


def end_and_tell_reporter(tip: Tip, *, text: str = "", by: Officer) -> DialogueMessage | None:
    """End one tip and tell its reporter, unless they asked not to be contacted.

    For the actions of this area, inside their transaction and lock.
    """
    message = None
    if text.strip():
        message = add_message(tip, text, by=by)
        mark_answered(tip)
    elif not tip.do_not_contact:
        with translation.override(tip.language):
            message = add_message(tip, closing_sentence(tip), by=None)
    _end_tip(tip)
    ended = ["state", "closed_at", "due_at", "waiting_since"]
    tip.save(update_fields=[*ended, *unheard_danger.DANGER_FIELDS])
    return message


@act(acts.REOPEN_TIP)
def reopen_tip(tip_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None) -> Decision:
    """Begin again with a closed tip. Raises NotClosed, NoReason, ContentIsSealed."""
    said = required_reason(reason)
    incident_lead.lock_tip_and_its_first(tip_id)
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    if tip.is_open:
        raise NotClosed
    was = tip.outcome
    incident_lead.return_to_incident(tip)
    incident_effect.reopen_own_incident(tip)
    tip.assigned_to, tip.closed_at, tip.outcome = by, None, Tip.Outcome.NONE
    unheard_danger.note_danger_heard(tip)
    deadlines.set_due_at(tip)
    alone = ["state", "duplicate_of"]
    opened = [*alone, "assigned_to", "closed_at", "outcome", "due_at"]
    tip.save(update_fields=[*opened, *unheard_danger.DANGER_FIELDS])
    return_to_index(tip)
    return record_decision(tip, Decision.Kind.REOPENED, by=by, reason=said, was=was)


def lock_chats_of_tips(tips: Iterable[Tip]) -> None:
    """Before several tips end: their chats in the order in which the edge takes a batch of them.

    Their alarms first, which end tip by tip.
    """
    ids = [tip.pk for tip in tips]
    list(lock(Alarm.objects.filter(tip__in=ids)).values("pk"))
    list(lock(Conversation.objects.filter(tip_ref__in=ids)).values("pk"))


def _end_tip(tip: Tip) -> None:
    """Closed: no clock runs, and the next message of the same person opens a new tip.

    Nobody waits any more, whether words of ours or a fixed sentence or nothing goes out: what waits
    at a closed tip was written after its end, and lets the desk read one that is kept from use.
    """
    tip.state, tip.closed_at, tip.waiting_since = Tip.State.CLOSED, times.now(), None
    unheard_danger.clear_danger(tip)
    deadlines.set_due_at(tip)
    # The alarm, which ends with the decision, comes before the chat in the order of locks.
    list(lock(Alarm.objects.filter(tip=tip)).values("pk"))
    chats.forget_conversation(tip, but_answer=True)
    if tip.outcome == Tip.Outcome.UNFOUNDED:
        remove_from_index(tip)


def move_to_unit_above(tip: Tip, about: Unit) -> dict[str, Any]:
    """Out of the sight of the unit it is about, on to the desk above it.

    For the actions of this area, inside their transaction and lock. Raises NoUnitAbove.
    Returns what undoing it needs: the row that keeps it out, if it is new, what it led, and what
    was but a guess until then.
    """
    above = about.parent or tip.responsible_unit
    if above.pk == about.pk:
        raise NoUnitAbove
    concern, is_new = TipConcern.objects.get_or_create(tip=tip, unit=about)
    guessed = confirm_guessed_concerns(tip)
    left = move_to_unit(tip, above)
    return {"concern": str(concern.pk) if is_new else None, "left": left, "guessed": guessed}


def confirm_guessed_concerns(tip: Tip) -> list[str]:
    """What an officer has found is no guess any more; which it was, for undoing that."""
    guesses = tip.concerns.filter(is_guess=True)
    guessed = [str(pk) for pk in guesses.values_list("pk", flat=True)]
    guesses.update(is_guess=False)
    return guessed


def restore_guessed_concerns(guessed: list[str]) -> None:
    """Undo `confirm_guessed_concerns`: nobody has found it after all."""
    TipConcern.objects.filter(pk__in=guessed).update(is_guess=True)
