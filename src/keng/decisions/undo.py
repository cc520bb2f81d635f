"""Taking a decision back in the minute after it, instead of being asked "are you sure?" before."""

import datetime
import uuid
from typing import Any

from keng.accounts.models import Officer, Post
from keng.acts.act import act
from keng.acts.errors import KeptBack
from keng.acts.locks import lock_all
from keng.acts.work import permit_anywhere
from keng.alarms import ringing, unheard_danger
from keng.audit.actions import record, unit_chain
from keng.decisions import acts, incident_lead, raising, undo_ending
from keng.decisions.closing import restore_guessed_concerns
from keng.decisions.money_clock import follow_money
from keng.decisions.on_record import json_value
from keng.kit import times
from keng.tips import deadlines, messages
from keng.tips.errors import ChangedMeanwhile, IncidentChanged, NotYours, OpenedElsewhere, TooLate
from keng.tips.models import Decision, Tip, TipConcern, TipReader

UNDO_WITHIN = datetime.timedelta(seconds=60)
_KINDS = (
    Decision.Kind.ACCEPTED,
    Decision.Kind.DUPLICATE,
    Decision.Kind.ROUTED,
    Decision.Kind.SORTED,
    Decision.Kind.SET_ASIDE,
    Decision.Kind.DECLINED,
    Decision.Kind.CLOSED,
)
# These tell the reporter something, so they can be taken back until it leaves.
_ENDINGS = (Decision.Kind.DECLINED, Decision.Kind.CLOSED)
# These changed with which tips it stands; the others leave that as it is.
_MOVES = (Decision.Kind.DUPLICATE, Decision.Kind.ROUTED)


@act(acts.TAKE_BACK_DECISION)
def take_back_decision(decision_id: uuid.UUID, *, by: Officer, secret: str = "") -> Tip:
    """Restore the tip to what it was before one's own last decision on it.

    A tip that was passed on has left the officer's sight; that the decision is one's own, the last
    one and a minute old stands in for seeing the tip. How a tip ended is taken back with the
    `secret` of that decision, and only before the answer leaves: nobody is told twice.
    What went to another desk stays there once somebody has opened it: its notes are not this
    one's to read. Raises NotYours, TooLate, OpenedElsewhere, ChangedMeanwhile, IncidentChanged.
    """
    permit_anywhere()
    decision = Decision.objects.filter(pk=decision_id, by=by, kind__in=_KINDS).first()
    if decision is None:
        raise NotYours
    if decision.at < times.now() - UNDO_WITHIN:
        # Where it lies with another desk the policy keeps it from this one by now.
        raise TooLate
    tip = _lock_for_undo(decision, secret)
    latest = tip.decisions.select_related("by").latest("id")
    if latest.pk != decision.pk:
        raise ChangedMeanwhile(latest)
    # Read again behind the lock: a second press may have waited there for the first one.
    decision = latest
    if decision.at < times.now() - UNDO_WITHIN or "taken_back" in decision.detail:
        raise TooLate
    if _has_left(decision, tip) and _is_opened(decision, tip):
        raise OpenedElsewhere
    unsent: uuid.UUID | None = None
    if decision.kind in _ENDINGS:
        unsent = undo_ending.restore_ended_tip(decision, tip, secret=secret)
    else:
        before = dict(decision.detail["before"])
        raised = before.pop("raised", None)
        _restore_tip(
            tip,
            before,
            moved=decision.kind in _MOVES or "concern" in before,
            decided=decision.detail.get("urgency", before["urgency"]),
        )
        if raised:
            raising.lower_first_tip(decision, raised)
        decision.detail["before"].pop("left", None)
    ringing.settle_alarm(tip, by=by)
    # Last, since a sender may hold it.
    messages.call_off_dispatch(unsent)
    decision.detail["taken_back"] = True
    decision.save(update_fields=["detail"])
    record(
        "tip.taken_back",
        by=by,
        on=tip,
        chain=unit_chain(decision.unit_id),
        detail={"decision": str(decision.pk), "kind": decision.kind},
    )
    return tip


def release_taken(decision: Decision, tip: Tip) -> None:
    """Make a tip that was taken on nobody's again, in the worker's transaction.

    Only what taking it did is undone: what others decided since stays.
    """
    before = decision.detail["before"]
    tip.assigned_to = None
    if tip.state == Tip.State.ACCEPTED and before["state"] != Tip.State.ACCEPTED:
        tip.state = Tip.State.RECEIVED
    # Without a moment somebody has joined, ended or lowered it, knowing of the danger.
    tip.danger_unheard = tip.danger_unheard or bool(before["danger_unheard"] and tip.danger_at)
    if tip.rings:
        deadlines.resume_until_taken(tip, before["running"])
    follow_money(tip)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["assigned_to", "state", "danger_unheard", "due_at"])
    decision.detail["taken_back"] = True
    decision.save(update_fields=["detail"])


def tips_locked_for_undo(decision: Decision) -> set[str]:
    """The other tips that undoing this one, which ended nothing, locks."""
    before = decision.detail.get("before", {})
    others = incident_lead.tips_locked_for_incident_place(before, before.get("left", {}))
    return others | raising.tips_locked_for_lowering(before)


def _has_left(decision: Decision, tip: Tip) -> bool:
    """Whether it lies with another desk since, or is kept from one."""
    before = decision.detail.get("before", {})
    unit = before.get("responsible_unit_id", json_value(tip.responsible_unit_id))
    return unit != json_value(tip.responsible_unit_id) or "concern" in before


def _is_opened(decision: Decision, tip: Tip) -> bool:
    """Whether somebody else has written on it since, or has it open where it lies now."""
    notes = tip.notes.filter(at__gt=decision.at).exclude(officer=decision.by_id)
    checks = tip.checks.filter(ticked_at__gt=decision.at).exclude(ticked_by=decision.by_id)
    there = (
        Post.objects.current().filter(unit=tip.responsible_unit_id).exclude(unit=decision.unit_id)
    )
    readers = TipReader.objects.filter(
        tip=tip, seen_at__gt=decision.at, officer__in=there.values("officer")
    ).exclude(officer=decision.by_id)
    return notes.exists() or checks.exists() or readers.exists()


def _lock_for_undo(decision: Decision, secret: str) -> Tip:
    """The tip, and all that undoing changes, locked in the order in which everybody does."""
    ended = decision.kind in _ENDINGS
    others = (
        undo_ending.tips_locked_for_ending(decision, secret=secret)
        if ended
        else tips_locked_for_undo(decision)
    )
    try:
        rows = lock_all(Tip.objects.filter(pk__in=[str(decision.tip_id), *others]))
    except KeptBack as kept:
        # One of those among which it stood was passed on meanwhile.
        raise IncidentChanged from kept
    return {row.pk: row for row in rows}[decision.tip_id]


def _restore_tip(tip: Tip, before: dict[str, Any], *, moved: bool, decided: str) -> None:
    left = before.pop("left", {})
    if concern := before.pop("concern", None):
        TipConcern.objects.filter(pk=concern).delete()
    restore_guessed_concerns(before.pop("guessed", []))
    if not moved:
        before.pop("incident_id")
        if before.pop("duplicate_of_id") != json_value(tip.duplicate_of_id):
            raise IncidentChanged
    unheard_danger.keep_newer_danger(tip, before, decided=decided)
    unheard_danger.restore_danger_moment(tip, before)
    deadlines.restore_clocks(tip, before.pop("running"))
    unheard_danger.keep_danger_clock(tip)
    for name, value in before.items():
        setattr(tip, name, value)
    deadlines.set_due_at(tip)
    tip.save(update_fields=[*before, "due_at"])
    if moved:
        incident_lead.restore_incident_place(tip, left)
