"""Who reads one tip: a matter for named officers, opened in an emergency; recusal from it."""

import datetime
import uuid

from keng.accounts import notices
from keng.accounts.models import Notice, Officer
from keng.accounts.who import OVERSEEING
from keng.acts.act import act
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.decisions import acts
from keng.decisions.on_record import reason_without_people, record_decision, required_reason
from keng.kit import times
from keng.tips.concerns import officers_kept_from
from keng.tips.errors import (
    ForNamedAlready,
    NotForNamed,
    NotNamedForIt,
    NotYours,
    NoWorkHere,
    ReadsItAnyway,
)
from keng.tips.lock import lock_tip
from keng.tips.models import BreakIn, Decision, Recusal, Tip
from keng.tips.models.named_sight import BreakInQuerySet

# Long enough to take it on and call; a named officer is found meanwhile.
OPEN_FOR = datetime.timedelta(hours=1)


@act(acts.NARROW_TIP)
def narrow_tip(tip_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None) -> Decision:
    """Make it a matter for named officers; who is none sees no word of it from then on.

    Raises NoReason, ForNamedAlready.
    """
    said = required_reason(reason)
    tip = lock_tip(tip_id, by=by, seen=seen)
    if tip.is_for_named and tip.is_for_named_decided:
        raise ForNamedAlready
    _set_for_named(tip, value=True)
    return record_decision(tip, Decision.Kind.NARROWED, by=by, reason=said)


@act(acts.WIDEN_TIP)
def widen_tip(tip_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None) -> Decision:
    """Say that it is no such matter: the whole desk reads it.

    By who reads such matters there, not by who broke in. Raises NoReason, NotForNamed,
    NotNamedForIt.
    """
    said = required_reason(reason)
    tip = lock_tip(tip_id, by=by, seen=seen)
    if not tip.is_for_named:
        raise NotForNamed
    if tip.responsible_unit_id not in by.named_unit_ids:
        raise NotNamedForIt
    _set_for_named(tip, value=False)
    return record_decision(tip, Decision.Kind.WIDENED, by=by, reason=said)


@act(acts.BREAK_IN)
def break_in(tip_id: uuid.UUID, *, ground: str, words: str, by: Officer) -> BreakIn:
    """Open a matter for named officers in an emergency, for this officer alone and for an hour.

    The province and data protection are told in the same transaction. Raises NoReason, NotYours,
    ReadsItAnyway.
    """
    said = reason_without_people(words)
    tip = lock(Tip.objects.listed_for(by).select_related("responsible_unit")).filter(pk=tip_id)
    found = tip.first()
    if found is None:
        permit_anywhere()
        raise NotYours
    permit_over(found.responsible_unit_id)
    if Tip.objects.visible_to(by).filter(pk=tip_id).exists():
        raise ReadsItAnyway
    unit, why = found.responsible_unit, BreakIn.Ground(ground)
    opened = BreakIn.objects.create(
        tip=found,
        officer=by,
        unit=unit,
        ground=why,
        words=said,
        until=times.now() + OPEN_FOR,
    )
    told = notices.overseers_of(unit, but=by.pk, kept_from=officers_kept_from(found))
    notices.tell_officers(told, Notice.Act.BROKE_IN, about=by, by=by)
    record_decision(found, Decision.Kind.BROKEN_IN, by=by, reason=said, ground=why.value)
    return opened


def readable_break_ins(officer: Officer) -> BreakInQuerySet:
    """Those that the officer is told of."""
    below = BreakIn.objects.filter(unit__in=OVERSEEING.units(officer))
    return below.told_to(officer.pk, officer.own_unit_ids)


@act(acts.READ_BREAK_IN)
def read_break_in(break_in_id: uuid.UUID, *, by: Officer) -> BreakIn:
    """Say that one has read why somebody opened it. Raises NotAllowed."""
    found = lock_one(readable_break_ins(by), break_in_id)
    if found.read_by_id is None:
        found.read_by, found.read_at = by, times.now()
        found.save(update_fields=["read_by", "read_at"])
        record(
            "tip.break_in_read",
            by=by,
            on=found.officer,
            chain=unit_chain(found.unit_id),
            detail={"tip": str(found.tip_id)},
        )
    return found


@act(acts.RECUSE_ONESELF)
def recuse_oneself(
    tip_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None
) -> Decision:
    """Have nothing more to do with a tip: from then on one sees no trace of it. Raises NoReason."""
    said = required_reason(reason)
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    kept_from = officers_kept_from(tip)
    told = notices.commanders_of(tip.responsible_unit, but=by.pk, kept_from=kept_from)
    return _recuse(tip, by, told, by=by, reason=said)


@act(acts.RECUSE_OFFICER)
def recuse_officer(
    tip_id: uuid.UUID, officer_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None
) -> Decision:
    """Take a colleague out of a tip, who is told that, and not which.

    Raises NoReason, NoWorkHere.
    """
    said = required_reason(reason)
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    officer = Officer.objects.filter(pk=officer_id, is_active=True).first()
    if officer is None or not Tip.objects.listed_for(officer).filter(pk=tip_id).exists():
        raise NoWorkHere
    return _recuse(tip, officer, [officer], by=by, reason=said)


@act(acts.END_RECUSAL)
def end_recusal(recusal_id: uuid.UUID, *, by: Officer) -> Decision:
    """Let an officer back into a tip. Raises NotYours."""
    standing = Recusal.objects.in_force().filter(pk=recusal_id)
    tip_id = standing.values_list("tip", flat=True).first()
    if tip_id is None:
        permit_anywhere()
        raise NotYours
    tip = lock_tip(tip_id, by=by, closed_too=True)
    recusal = lock(standing.select_related("officer")).first()
    if recusal is None:
        raise NotYours
    recusal.ended_at, recusal.ended_by = times.now(), by
    recusal.save(update_fields=["ended_at", "ended_by"])
    notices.tell_officers([recusal.officer], Notice.Act.REJOINED, about=recusal.officer, by=by)
    kind = Decision.Kind.REJOINED
    return record_decision(tip, kind, by=by, officer=str(recusal.officer_id))


def _recuse(
    tip: Tip, officer: Officer, told: list[Officer], *, by: Officer, reason: str
) -> Decision:
    Recusal.objects.get_or_create(tip=tip, officer=officer, ended_at=None, defaults={"by": by})
    if tip.assigned_to_id == officer.pk and tip.is_open:
        # It is nobody's again, and a critical one calls the others.
        tip.assigned_to = None
        tip.save(update_fields=["assigned_to"])
    notices.tell_officers(told, Notice.Act.RECUSED, about=officer, by=by)
    kind = Decision.Kind.RECUSED
    return record_decision(tip, kind, by=by, reason=reason, officer=str(officer.pk))


def _set_for_named(tip: Tip, *, value: bool) -> None:
    tip.is_for_named, tip.is_for_named_decided = value, True
    tip.save(update_fields=["is_for_named", "is_for_named_decided"])
