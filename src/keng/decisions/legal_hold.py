"""Keeping one tip from being destroyed, and ending that: two officers each time.

From the moment that the first one asks nothing destroys it, so that nothing is lost while the
second one sleeps; who decides too late has let it lapse.
"""

import uuid

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere
from keng.decisions import acts
from keng.decisions.on_record import reason_without_people, record_decision
from keng.kit import times
from keng.tips.errors import HeldAlready, NotHeld, NotTheSecond, NotYours
from keng.tips.lock import lock_tip
from keng.tips.models import Decision, LegalHold, Tip
from keng.tips.models.legal_hold import LegalHoldQuerySet

# Whoever asks for a hold or decides on one has not acted on the report itself.
KINDS = frozenset(
    {
        Decision.Kind.HOLD_ASKED,
        Decision.Kind.HELD,
        Decision.Kind.HOLD_REFUSED,
        Decision.Kind.END_ASKED,
        Decision.Kind.HOLD_ENDED,
    }
)


def is_held(tip: Tip) -> bool:
    """Whether nothing of the tip may be destroyed now."""
    return LegalHold.objects.in_force().filter(tip=tip).exists()


def holds_of_tip(tip: Tip) -> list[LegalHold]:
    """The one that stands first, then those that are over; with who asked and decided."""
    rows = LegalHold.objects.filter(tip=tip)
    return list(
        rows.select_related(
            "asked_by", "agreed_by", "refused_by", "end_asked_by", "ended_by"
        ).order_by("-id")
    )


@act(acts.ASK_FOR_HOLD)
def ask_for_hold(
    tip_id: uuid.UUID, *, ground: str, words: str, by: Officer, seen: str | None = None
) -> LegalHold:
    """Have the tip kept; a second officer agrees or refuses. Raises NoReason, HeldAlready."""
    said = reason_without_people(words)
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    _standing_rows(tip).lapsed().update(refused_at=times.now())
    if _standing_rows(tip).exists():
        raise HeldAlready
    why = LegalHold.Ground(ground)
    hold = LegalHold.objects.create(
        tip=tip, unit=tip.responsible_unit, ground=why, words=said, asked_by=by
    )
    record_decision(tip, Decision.Kind.HOLD_ASKED, by=by, reason=said, ground=why.value)
    return hold


@act(acts.DECIDE_ON_HOLD)
def decide_on_hold(
    hold_id: uuid.UUID, *, is_agreed: bool, by: Officer, words: str = "", seen: str | None = None
) -> Decision:
    """As the second officer: it is kept, or it is not, and why not.

    Raises NoReason, NotYours, NotHeld, NotTheSecond.
    """
    said = "" if is_agreed else reason_without_people(words)
    tip, hold = _locked(hold_id, by=by, seen=seen)
    if not LegalHold.objects.undecided().filter(pk=hold.pk).exists():
        raise NotHeld
    if hold.asked_by_id in tied_to(by):
        raise NotTheSecond
    if is_agreed:
        hold.agreed_by, hold.agreed_at = by, times.now()
        hold.save(update_fields=["agreed_by", "agreed_at"])
        return record_decision(tip, Decision.Kind.HELD, by=by)
    hold.refused_by, hold.refused_at = by, times.now()
    hold.save(update_fields=["refused_by", "refused_at"])
    return record_decision(tip, Decision.Kind.HOLD_REFUSED, by=by, reason=said)


@act(acts.ASK_TO_END_HOLD)
def ask_to_end_hold(
    hold_id: uuid.UUID, *, words: str, by: Officer, seen: str | None = None
) -> Decision:
    """Say why it need not be kept any more. Raises NoReason, NotYours, NotHeld, HeldAlready."""
    said = reason_without_people(words)
    tip, hold = _locked(hold_id, by=by, seen=seen)
    if hold.agreed_at is None or hold.ended_at is not None:
        raise NotHeld
    if hold.is_end_undecided:
        raise HeldAlready
    hold.end_asked_by, hold.end_asked_at, hold.end_words = by, times.now(), said
    hold.save(update_fields=["end_asked_by", "end_asked_at", "end_words"])
    return record_decision(tip, Decision.Kind.END_ASKED, by=by, reason=said)


@act(acts.DECIDE_ON_END_OF_HOLD)
def decide_on_end_of_hold(
    hold_id: uuid.UUID, *, is_agreed: bool, by: Officer, words: str = "", seen: str | None = None
) -> Decision:
    """As the second officer: it ends, or goes on, and why.

    Raises NoReason, NotYours, NotHeld, NotTheSecond.
    """
    said = "" if is_agreed else reason_without_people(words)
    tip, hold = _locked(hold_id, by=by, seen=seen)
    if not hold.is_end_undecided:
        raise NotHeld
    if hold.end_asked_by_id in tied_to(by):
        raise NotTheSecond
    if is_agreed:
        hold.ended_by, hold.ended_at = by, times.now()
        hold.save(update_fields=["ended_by", "ended_at"])
        return record_decision(tip, Decision.Kind.HOLD_ENDED, by=by)
    hold.end_asked_by, hold.end_asked_at, hold.end_words = None, None, ""
    hold.save(update_fields=["end_asked_by", "end_asked_at", "end_words"])
    return record_decision(tip, Decision.Kind.HOLD_REFUSED, by=by, reason=said, of="end")


def _standing_rows(tip: Tip) -> LegalHoldQuerySet:
    return LegalHold.objects.filter(tip=tip, refused_at=None, ended_at=None)


def _locked(hold_id: uuid.UUID, *, by: Officer, seen: str | None) -> tuple[Tip, LegalHold]:
    tip_id = LegalHold.objects.filter(pk=hold_id).values_list("tip", flat=True).first()
    if tip_id is None:
        permit_anywhere()
        raise NotYours
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    return tip, lock(LegalHold.objects.filter(pk=hold_id)).get()
