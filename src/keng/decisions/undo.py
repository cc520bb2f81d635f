"""Taking a decision back in the minute after it, instead of being asked "are you sure?" before."""

import datetime
import uuid
from typing import Any

from django.db import transaction

from keng.accounts.models import Officer, Post
from keng.accounts.who import WORKING
from keng.alarms import ringing, unheard_danger
from keng.audit.actions import record, unit_chain
from keng.decisions import incident_lead, raising, undo_ending
from keng.decisions.closing import guess_again
from keng.decisions.on_record import plain
from keng.kit import times
from keng.tips import deadlines
from keng.tips.errors import ChangedMeanwhile, IncidentChanged, NotYours, OpenedElsewhere, TooLate
from keng.tips.models import Decision, Tip, TipConcern, TipReader

WITHIN = datetime.timedelta(seconds=60)
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


@transaction.atomic
def take_back(decision_id: uuid.UUID, *, by: Officer, secret: str = "") -> Tip:
    """Restore the tip to what it was before one's own last decision on it.

    A tip that was passed on has left the officer's sight; that the decision is one's own, the last
    one and a minute old stands in for seeing the tip. How a tip ended is taken back with the
    `secret` of that decision, and only before the answer leaves: nobody is told twice.
    What went to another desk stays there once somebody has opened it: its notes are not this
    one's to read. Raises NotYours, TooLate, OpenedElsewhere, ChangedMeanwhile, IncidentChanged.
    """
    decision = Decision.objects.filter(pk=decision_id, by=by, kind__in=_KINDS).first()
    if decision is None or not WORKING.includes(by):
        raise NotYours
    tip = _locked(decision, secret)
    latest = tip.decisions.select_related("by").latest("id")
    if latest.pk != decision.pk:
        raise ChangedMeanwhile(latest)
    # Read again behind the lock: a second press may have waited there for the first one.
    decision = latest
    if decision.at < times.now() - WITHIN or "taken_back" in decision.detail:
        raise TooLate
    if _has_left(decision, tip) and _is_opened(decision, tip):
        raise OpenedElsewhere
    if decision.kind in _ENDINGS:
        undo_ending.give_back(decision, tip, secret=secret)
    else:
        before = dict(decision.detail["before"])
        if raised := before.pop("raised", None):
            raising.lower_again(decision, raised)
        _restore(
            tip,
            before,
            moved=decision.kind in _MOVES or "concern" in before,
            decided=decision.detail.get("urgency", before["urgency"]),
        )
        decision.detail["before"].pop("left", None)
    ringing.settle(tip, by=by)
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


def concerned(decision: Decision) -> set[str]:
    """The other tips that undoing this one, which ended nothing, locks."""
    before = decision.detail.get("before", {})
    others = incident_lead.concerned(before, before.get("left", {}))
    return others | raising.concerned(before)


def _has_left(decision: Decision, tip: Tip) -> bool:
    """Whether it lies with another desk since, or is kept from one."""
    before = decision.detail.get("before", {})
    unit = before.get("responsible_unit_id", plain(tip.responsible_unit_id))
    return unit != plain(tip.responsible_unit_id) or "concern" in before


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


def _locked(decision: Decision, secret: str) -> Tip:
    """The tip, and all that undoing changes, locked in the order in which everybody does."""
    ended = decision.kind in _ENDINGS
    others = undo_ending.concerned(decision, secret=secret) if ended else concerned(decision)
    rows = Tip.objects.filter(pk__in=[str(decision.tip_id), *others]).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(no_key=True)}[decision.tip_id]


def _restore(tip: Tip, before: dict[str, Any], *, moved: bool, decided: str) -> None:
    left = before.pop("left", {})
    if concern := before.pop("concern", None):
        TipConcern.objects.filter(pk=concern).delete()
    guess_again(before.pop("guessed", []))
    if not moved:
        before.pop("incident_id")
        if before.pop("duplicate_of_id") != plain(tip.duplicate_of_id):
            raise IncidentChanged
    unheard_danger.keep_newer(tip, before, decided=decided)
    unheard_danger.find_moment(tip, before)
    deadlines.restore(tip, before.pop("running"))
    unheard_danger.run_on(tip)
    for name, value in before.items():
        setattr(tip, name, value)
    deadlines.settle(tip)
    tip.save(update_fields=[*before, "due_at"])
    if moved:
        incident_lead.take_again(tip, left)
