"""The first decisions on a tip: take it on, join it to another, pass it on, sort it, rate it."""

import uuid
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.alarms import unheard_danger
from keng.decisions import acts, incident_lead, raising
from keng.decisions.closing import (
    close_tip,
    confirm_guessed_concerns,
    decline_tip,
    move_to_unit_above,
    record_outcome,
    reopen_tip,
)
from keng.decisions.money_clock import follow_money, follow_money_of
from keng.decisions.moving_units import move_to_unit
from keng.decisions.on_record import record_decision, required_reason, tip_snapshot
from keng.kit.sql_names import alphabetically
from keng.kit.urgency import Urgency
from keng.language.taxonomy import is_for_named_officers
from keng.places.models import Unit
from keng.tips import deadlines
from keng.tips.errors import (
    AlreadyClosed,
    AlreadyTaken,
    CannotGoThere,
    CriticalBehindCalm,
    NotInAnIncident,
    SameTip,
)
from keng.tips.gravity import sorted_band
from keng.tips.incident_titles import title_of_tips
from keng.tips.lock import lock_tip, lock_tips
from keng.tips.models import Decision, Incident, Tip

__all__ = [
    "accept_tip",
    "close_tip",
    "decline_tip",
    "make_critical",
    "mark_duplicate",
    "rate_tip",
    "record_outcome",
    "reopen_tip",
    "route_tip",
    "separate_tip",
    "sort_tip",
    "units_to_route",
]

_NARROWING = ("is_for_named", "is_for_named_decided")


@act(acts.ACCEPT_TIP)
def accept_tip(
    tip_id: uuid.UUID,
    *,
    by: Officer,
    seen: str | None = None,
    take_over: bool = False,
    by_link: bool = False,
) -> Decision:
    """Take the tip on. The first taker owns it; `take_over` takes it from a colleague.

    `by_link`: by that of a call, which is put on record.

    One that calls people anew is free for the first who comes; if it is closed, it opens again.
    Raises AlreadyTaken.
    """
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    if not tip.is_open:
        if not tip.danger_unheard:
            raise AlreadyClosed
        return reopen_tip(tip_id, reason=_("The reporter told of danger after the end"), by=by)
    is_free = take_over or tip.danger_unheard
    if tip.assigned_to_id != by.pk and not is_free and tip.assigned_to:
        raise AlreadyTaken(tip.assigned_to)
    before = tip_snapshot(tip)
    tip.assigned_to = by
    unheard_danger.note_danger_heard(tip)
    if tip.state == Tip.State.RECEIVED:
        tip.state = Tip.State.ACCEPTED
    deadlines.stop_clocks(tip, *deadlines.UNTIL_TAKEN)
    follow_money(tip)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["assigned_to", "state", "due_at", *unheard_danger.DANGER_FIELDS])
    how: dict[str, Any] = {"by_link": True} if by_link else {}
    return record_decision(tip, Decision.Kind.ACCEPTED, by=by, before=before, **how)


@act(acts.MARK_DUPLICATE)
def mark_duplicate(
    tip_id: uuid.UUID, *, of: uuid.UUID, by: Officer, reason: str = "", seen: str | None = None
) -> Decision:
    """Join the tip to the incident of another one, which must be open and visible too.

    Chains of duplicates would hide a tip two clicks deep, so it always points at the first tip. Nor
    does what is urgent hide behind what is not: a first tip is looked at as soon as the one that
    joins it, and a critical one joins no calmer one. Raises SameTip, CriticalBehindCalm.
    """
    # Two officers may join two tips to each other at once. Those behind the tip come along, and the
    # other one may stand behind a first one itself.
    first_of_other = Tip.objects.filter(pk=of).values("duplicate_of")
    lock_tips(Q(pk__in=[tip_id, of]) | Q(duplicate_of=tip_id) | Q(pk__in=first_of_other))
    tip = lock_tip(tip_id, by=by, seen=seen)
    first = _first_of(of, by)
    if first.pk == tip.pk:
        raise SameTip
    if tip.urgency == Urgency.P0 and first.urgency != Urgency.P0:
        raise CriticalBehindCalm
    if tip.assigned_to_id == by.pk and first.assigned_to_id is None and first.urgency != Urgency.P0:
        # What was mine stays mine behind the tip that leads. A critical one is taken on by itself.
        accept_tip(first.pk, by=by)
        first.refresh_from_db()
    before, incident = tip_snapshot(tip), _incident_of(first, tip, by)
    before["left"] = incident_lead.join_incident(tip, first, incident)
    if raised := raising.raise_first_tip(first, tip):
        before["raised"] = raised
    tip.duplicate_of, tip.incident = first, incident
    tip.state, tip.assigned_to = Tip.State.DUPLICATE, tip.assigned_to or by
    unheard_danger.clear_danger(tip)
    deadlines.stop_clocks(tip, *deadlines.UNTIL_TAKEN, deadlines.SORT_CLOCK, deadlines.MONEY_CLOCK)
    deadlines.set_due_at(tip)
    joined = ["duplicate_of", "incident", "state", "assigned_to", "due_at"]
    tip.save(update_fields=[*joined, *unheard_danger.DANGER_FIELDS])
    return record_decision(
        tip,
        Decision.Kind.DUPLICATE,
        by=by,
        reason=reason,
        before=before,
        of=str(first.pk),
        incident=str(incident.pk),
        first_urgency=first.urgency,
    )


@act(acts.SEPARATE_TIP)
def separate_tip(
    tip_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None
) -> Decision:
    """Take the tip out of its incident: it stands alone again and must be sorted by itself.

    Raises NotInAnIncident, NoReason.
    """
    said = required_reason(reason)
    tip = incident_lead.lock_leaving_tip(tip_id, by=by, seen=seen)
    if tip.incident_id is None:
        raise NotInAnIncident
    left, first = str(tip.incident_id), incident_lead.first_in_sight(tip_id, by)
    incident_lead.leave_incident(tip)
    tip.state = Tip.State.ACCEPTED if tip.assigned_to_id else Tip.State.RECEIVED
    deadlines.stop_clocks(tip, deadlines.FINISH_CLOCK)
    if not tip.category:
        deadlines.resume_clock(tip, deadlines.SORT_CLOCK)
    follow_money(tip)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["incident", "duplicate_of", "state", "due_at"])
    if first is not None:
        follow_money_of(first)
    return record_decision(tip, Decision.Kind.SEPARATED, by=by, reason=said, incident=left)


@act(acts.ROUTE_TIP)
def route_tip(
    tip_id: uuid.UUID, *, to: Unit, reason: str, by: Officer, seen: str | None = None
) -> Decision:
    """Pass the tip to another unit of the tree. It leaves the old unit's sight; its clocks go on.

    Raises CannotGoThere, NoReason.
    """
    said = required_reason(reason)
    tip = incident_lead.lock_leaving_tip(tip_id, by=by, seen=seen)
    if to.pk not in {unit.pk for unit in units_to_route(tip)}:
        raise CannotGoThere
    before, left = tip_snapshot(tip), tip.responsible_unit_id
    before["left"] = move_to_unit(tip, to)
    return record_decision(
        tip,
        Decision.Kind.ROUTED,
        by=by,
        reason=said,
        chain_of=left,
        before=before,
        to=str(to.pk),
    )


def units_to_route(tip: Tip) -> list[Unit]:
    """The provincial desk and the desks below it, without the present one and those it concerns."""
    present = tip.responsible_unit
    root = present.parent_id or present.pk
    return list(
        Unit.objects.filter(Q(pk=root) | Q(parent=root))
        .exclude(pk=present.pk)
        .exclude(pk__in=tip.concerns.values("unit"))
        .order_by("-kind", alphabetically())
    )


@act(acts.SORT_TIP)
def sort_tip(
    tip_id: uuid.UUID,
    *,
    category: str,
    by: Officer,
    kind: str | None = None,
    urgency: str | None = None,
    reason: str = "",
    seen: str | None = None,
) -> Decision:
    """Say what the tip is: category, and if given kind by law and urgency.

    A complaint about officers leaves the sight of a commune's desk for the one above, at once.
    Raises NoUnitAbove.
    """
    if kind == Tip.Kind.OFFICIAL:
        tip = incident_lead.lock_leaving_tip(tip_id, by=by, seen=seen)
    else:
        tip = lock_tip(tip_id, by=by, seen=seen)
    before, was = tip_snapshot(tip), tip.urgency
    tip.category = category
    if is_for_named_officers(category):
        # Taken back with the decision, and by no other one: the machine may narrow it meanwhile.
        before |= {name: getattr(tip, name) for name in _NARROWING}
        tip.is_for_named = tip.is_for_named_decided = True
    tip.kind, tip.urgency = kind or tip.kind, urgency or tip.urgency
    # From now on it stands as the officer says, also below what the machine reads.
    tip.urgency_is_rated = True
    deadlines.stop_clocks(tip, deadlines.SORT_CLOCK, deadlines.LOOK_CLOCK, deadlines.TAKE_CLOCK)
    if tip.urgency != Urgency.P0:
        unheard_danger.clear_danger(tip)
        deadlines.stop_clocks(tip, deadlines.URGENT_CLOCK)
    if tip.urgency == Urgency.P0 and was != Urgency.P0 and tip.assigned_to_id is None:
        deadlines.start_clock(tip, deadlines.URGENT_CLOCK)
    tip.gravity_band = sorted_band(tip)
    follow_money(tip)
    deadlines.set_due_at(tip)
    rated = ["category", "kind", "urgency", "urgency_is_rated", "gravity_band", "due_at"]
    tip.save(update_fields=[*rated, *_NARROWING, *unheard_danger.DANGER_FIELDS])
    if tip.kind == Tip.Kind.OFFICIAL:
        if tip.responsible_unit.kind == Unit.Kind.COMMUNE:
            before |= move_to_unit_above(tip, tip.responsible_unit)
        else:
            before["guessed"] = confirm_guessed_concerns(tip)
    return record_decision(
        tip,
        Decision.Kind.SORTED,
        by=by,
        reason=reason,
        before=before,
        category=category,
        law_kind=tip.kind,
        urgency=tip.urgency,
    )


@act(acts.MAKE_CRITICAL)
def make_critical(tip_id: uuid.UUID, *, by: Officer, seen: str | None = None) -> Decision:
    """Somebody is in danger now: P0 with one press, before anybody has sorted it."""
    tip = lock_tip(tip_id, by=by, seen=seen)
    before, was = tip_snapshot(tip), tip.urgency
    tip.urgency, tip.urgency_is_rated = Urgency.P0, True
    if was != Urgency.P0 and tip.assigned_to_id is None:
        deadlines.start_clock(tip, deadlines.URGENT_CLOCK)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["urgency", "urgency_is_rated", "due_at"])
    return record_decision(
        tip,
        Decision.Kind.SORTED,
        by=by,
        before=before,
        category=tip.category,
        law_kind=tip.kind,
        urgency=Urgency.P0,
    )


@act(acts.RATE_TIP)
def rate_tip(
    tip_id: uuid.UUID, *, value: str, by: Officer, reason: str = "", seen: str | None = None
) -> Decision:
    """Say whether the tip was of value. A closed tip can be rated too."""
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    tip.value = Tip.Value(value)
    tip.save(update_fields=["value"])
    return record_decision(tip, Decision.Kind.RATED, by=by, reason=reason, value=tip.value)


def _first_of(tip_id: uuid.UUID, by: Officer) -> Tip:
    """The tip that others are duplicates of: always the first, never a duplicate itself."""
    named = lock_tip(tip_id, by=by)
    return lock_tip(named.duplicate_of_id, by=by) if named.duplicate_of_id else named


def _incident_of(first: Tip, joining: Tip, by: Officer) -> Incident:
    if first.incident is None:
        first.incident = Incident.objects.create(
            title=title_of_tips([first, joining]),
            unit_id=first.responsible_unit_id,
            place_id=first.place_id,
            category=first.category,
            opened_by=by,
        )
        first.save(update_fields=["incident"])
    return first.incident
