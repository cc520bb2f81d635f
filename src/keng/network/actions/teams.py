"""The rota of a team, what the desk asks of it, and what its leads say to that."""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import Incomplete, Refused, TooLate
from keng.acts.locks import lock_one
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.network import acts
from keng.network.models import Group, GroupKind, Lead, TeamAnswer, TeamAsk, TeamShift

if TYPE_CHECKING:
    from django.db import models

    from keng.accounts.models import Officer

# More than this at once, and a team answers none of them.
MOST_OPEN_ASKS = 5


class NotInTeam(Incomplete):
    """The lead is none of this team, or takes part no more."""

    sentence = _("Not done: this lead is no longer in the team.")


class TooManyAsks(Refused):
    """So many requests are open that another one would not be read."""

    sentence = _("Five requests are open already. Take one back, or wait until it is over.")


class AskIsOver(TooLate):
    """The request was taken back, or its time is over."""


@dataclass(frozen=True, slots=True)
class ShiftEntry:
    """What a desk writes down about a shift: a weekday or a day, and who holds it."""

    begins: datetime.time
    ends: datetime.time
    weekday: int | None = None
    day: datetime.date | None = None
    role: str = ""
    lead_id: uuid.UUID | None = None


@act(acts.ADD_SHIFT)
def add_shift(
    group_id: uuid.UUID, entry: ShiftEntry, *, by: "Officer", instead_of: uuid.UUID | None = None
) -> TeamShift:
    """Put a shift on the rota; `instead_of` is the one that is handed over and ends with it.

    Raises NotAllowed, NotInTeam.
    """
    group = _team(group_id, by)
    lead = None
    if entry.lead_id is not None:
        lead = group.leads.filter(pk=entry.lead_id, stopped_at__isnull=True).first()
        if lead is None:
            raise NotInTeam
    if instead_of is not None:
        _end(TeamShift.objects.filter(group=group).select_related("group"), instead_of)
    shift = TeamShift.objects.create(
        group=group,
        weekday=entry.weekday,
        day=entry.day,
        begins=entry.begins,
        ends=entry.ends,
        role=entry.role,
        lead=lead,
    )
    action = "group.shift_handed_over" if instead_of else "group.shift_added"
    record(action, by=by, on=shift, chain=unit_chain(group.unit_id), detail=_audit_detail(shift))
    return shift


@act(acts.END_SHIFT)
def end_shift(pk: uuid.UUID, *, by: "Officer") -> TeamShift:
    """Take a shift off the rota; once more changes nothing. Raises NotAllowed."""
    shifts = TeamShift.objects.visible_to(by).select_related("group")
    shift, is_new = _end(shifts, pk)
    if is_new:
        chain = unit_chain(shift.group.unit_id)
        record("group.shift_ended", by=by, on=shift, chain=chain, detail=_audit_detail(shift))
    return shift


@act(acts.ASK_TEAM)
def ask_team(
    group_id: uuid.UUID, words: str, *, until: datetime.datetime, by: "Officer"
) -> TeamAsk:
    """Ask a team for one thing. Raises NotAllowed, TooManyAsks."""
    group = _team(group_id, by)
    waiting = TeamAsk.objects.filter(group=group, ended_at=None, until__gt=times.now())
    if waiting.count() >= MOST_OPEN_ASKS:
        raise TooManyAsks
    made = TeamAsk.objects.create(
        group=group, words=words, until=until, asked_by=by, asked_at=times.now()
    )
    detail = {"until": until.isoformat()}
    record("group.asked", by=by, on=made, chain=unit_chain(group.unit_id), detail=detail)
    return made


@act(acts.END_ASK)
def end_ask(pk: uuid.UUID, *, by: "Officer") -> TeamAsk:
    """Ask no longer; what was answered stays. Raises NotAllowed."""
    visible = TeamAsk.objects.visible_to(by).select_related("group")
    made = lock_one(visible, pk, owner="group.unit_id")
    if made.ended_at is None:
        made.ended_at = times.now()
        made.save(update_fields=["ended_at"])
        record("group.ask_ended", by=by, on=made, chain=unit_chain(made.group.unit_id))
    return made


@act(acts.ANSWER_ASK)
def answer_ask(pk: uuid.UUID, said: str, *, lead: Lead) -> TeamAnswer:
    """A lead says done, seen or cannot; said again before the time is over, it replaces that.

    Raises TeamAsk.DoesNotExist for what none of the lead's teams was asked, and AskIsOver.
    """
    teams = lead.groups.filter(kind=GroupKind.TEAM, is_active=True)
    made = TeamAsk.objects.select_related("group").get(pk=pk, group__in=teams)
    now = times.now()
    if made.ended_at is not None or made.until <= now:
        raise AskIsOver
    kept, _new = TeamAnswer.objects.update_or_create(
        ask=made, lead=lead, defaults={"said": said, "at": now}
    )
    Group.objects.filter(pk=made.group_id).update(last_sign_at=now)
    chain = unit_chain(made.group.unit_id)
    record("group.answered", by=lead, on=made, chain=chain, detail={"said": said})
    return kept


def _team(group_id: uuid.UUID, by: "Officer") -> Group:
    """The team, which nobody else changes meanwhile. Raises NotAllowed."""
    return lock_one(Group.objects.visible_to(by).filter(kind=GroupKind.TEAM), group_id)


def _end(shifts: "models.QuerySet[TeamShift]", pk: uuid.UUID) -> tuple[TeamShift, bool]:
    shift = lock_one(shifts, pk, owner="group.unit_id")
    is_new = shift.ended_at is None
    if is_new:
        shift.ended_at = times.now()
        shift.save(update_fields=["ended_at"])
    return shift, is_new


def _audit_detail(shift: TeamShift) -> dict[str, object]:
    when = shift.day.isoformat() if shift.day else shift.weekday
    return {"when": when, "held_by": "lead" if shift.lead_id else "role"}
