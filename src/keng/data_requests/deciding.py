"""What data protection does with a data request, whom it asks, and who agrees to a deletion."""

import uuid

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import ANSWERING_DATA_REQUESTS
from keng.acts.act import act
from keng.acts.errors import Incomplete, NotAllowed
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.data_requests import acts
from keng.data_requests.due_dates import extended_due
from keng.data_requests.errors import (
    ExtendedBefore,
    KeptFromErasure,
    KeptFromRestriction,
    NoSuchNumber,
    NotRestricted,
    RequestSettled,
    SamePerson,
)
from keng.data_requests.models import DataRequest
from keng.kit import times
from keng.tips.held_back import why_kept
from keng.tips.models import Restriction, Tip, TipConcern

Outcome = DataRequest.Outcome


@act(acts.ACKNOWLEDGE)
def acknowledge_request(request_id: uuid.UUID, *, by: Officer) -> DataRequest:
    """Confirm to the asker that it is there, and until when it is decided. Raises AlreadyDone."""
    request = _undecided(request_id, by)
    if request.acknowledged_at:
        raise RequestSettled
    request.acknowledged_by, request.acknowledged_at = by, times.now()
    request.save(update_fields=["acknowledged_by", "acknowledged_at"])
    _note("data_request.acknowledged", request, by)
    return request


@act(acts.EXTEND)
def extend_request(request_id: uuid.UUID, *, reason: str, by: Officer) -> DataRequest:
    """Give it more time, once, with the reason that its asker reads. Raises ExtendedBefore."""
    request = _undecided(request_id, by)
    if request.extended_at:
        raise ExtendedBefore
    if not reason.strip():
        raise Incomplete
    request.extended_at, request.extension_reason = times.now(), reason.strip()
    request.decide_by = extended_due(request)
    request.save(update_fields=["extended_at", "extension_reason", "decide_by"])
    _note("data_request.extended", request, by)
    return request


@act(acts.ASK_DESK)
def ask_desk(request_id: uuid.UUID, *, number: str = "", by: Officer) -> DataRequest:
    """Ask the desk that has the report: the asker's own, or the one of the number that was given.

    Raises NoSuchNumber.
    """
    request = _undecided(request_id, by)
    request.desk_tip = request.tip or _tip_of_number(number, by)
    request.desk_asked_at = times.now()
    request.save(update_fields=["desk_tip", "desk_asked_at"])
    _note("data_request.desk_asked", request, by)
    return request


@act(acts.SAY_FOR_DESK)
def say_for_desk(request_id: uuid.UUID, *, words: str, by: Officer) -> DataRequest:
    """Say what there is to it, as somebody who reads the report. Raises Incomplete."""
    theirs = Tip.objects.visible_to(by).values("pk")
    asked = DataRequest.objects.undecided().filter(desk_tip__in=theirs)
    request = lock(asked).filter(pk=request_id).first()
    if request is None or request.desk_tip is None:
        permit_anywhere()
        raise NotAllowed
    permit_over(request.desk_tip.responsible_unit_id)
    if not words.strip():
        raise Incomplete
    request.desk_words = words.strip()
    request.desk_said_by, request.desk_said_at = by, times.now()
    request.save(update_fields=["desk_words", "desk_said_by", "desk_said_at"])
    _note("data_request.desk_said", request, by)
    return request


@act(acts.DECIDE)
def decide_request(
    request_id: uuid.UUID, *, outcome: str, ground: str = "", answer: str = "", by: Officer
) -> DataRequest:
    """Say what is done. Deleting a report then waits for the second person; to use it less, once
    that is granted, is done by this.

    Raises Incomplete, KeptFromErasure, KeptFromRestriction, RequestSettled.
    """
    request = _undecided(request_id, by)
    result = Outcome(outcome)
    if request.is_erasure:
        _require_erasable(request, result)
    if not answer.strip() or (result == Outcome.REFUSED and not ground):
        raise Incomplete
    if request.is_restriction and result == Outcome.DONE:
        _restrict(request, by)
    now = times.now()
    request.outcome, request.answer = result, answer.strip()
    request.ground = DataRequest.Ground(ground) if result == Outcome.REFUSED else ""
    request.decided_by, request.decided_at = by, now
    request.acknowledged_by = request.acknowledged_by or by
    request.acknowledged_at = request.acknowledged_at or now
    if not (request.is_erasure and result == Outcome.DONE):
        request.settled_at = now
    request.save(
        update_fields=[
            "outcome",
            "ground",
            "answer",
            "decided_by",
            "decided_at",
            "acknowledged_by",
            "acknowledged_at",
            "settled_at",
        ]
    )
    _note("data_request.decided", request, by, outcome=str(request.outcome), ground=request.ground)
    return request


@act(acts.DECIDE_ON_ERASURE)
def decide_on_erasure(request_id: uuid.UUID, *, is_agreed: bool, by: Officer) -> DataRequest:
    """As the second person: the report is deleted, or data protection decides anew.

    The worker then deletes it as it does when a period is over. Raises RequestSettled, SamePerson,
    KeptFromErasure.
    """
    request = lock_one(DataRequest.objects.visible_to(by), request_id)
    if request.settled_at or not request.decided_at:
        raise RequestSettled
    if request.decided_by_id in tied_to(by):
        raise SamePerson
    if not is_agreed:
        request.outcome, request.answer = "", ""
        request.decided_by, request.decided_at = None, None
        request.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
        _note("data_request.erasure_returned", request, by)
        return request
    _require_erasable(request, Outcome.DONE)
    request.agreed_by, request.settled_at = by, times.now()
    request.save(update_fields=["agreed_by", "settled_at"])
    _note("data_request.erasure_agreed", request, by)
    return request


@act(acts.LIFT_RESTRICTION)
def lift_restriction(request_id: uuid.UUID, *, ground: str, by: Officer) -> DataRequest:
    """Let the desk use the report again. Raises NotRestricted."""
    seen = DataRequest.objects.visible_to(by)
    tip_id = seen.filter(pk=request_id).values_list("tip", flat=True).first()
    standing = lock(Restriction.objects.in_force().filter(tip=tip_id)).first()
    request = lock_one(seen, request_id)
    if standing is None or standing.number != request.number:
        raise NotRestricted
    standing.lift_ground = Restriction.LiftGround(ground)
    standing.lifted_by, standing.lifted_at = by, times.now()
    standing.save(update_fields=["lift_ground", "lifted_by", "lifted_at"])
    _note("data_request.restriction_lifted", request, by, ground=ground)
    return request


def _restrict(request: DataRequest, by: Officer) -> None:
    """Of an open report the law has the desk go on."""
    tip = request.tip
    if tip is None or tip.is_open:
        raise KeptFromRestriction
    Restriction.objects.get_or_create(
        tip=tip, lifted_at=None, defaults={"number": request.number, "by": by}
    )


def _undecided(request_id: uuid.UUID, by: Officer) -> DataRequest:
    """Locked; what only the second person reads is not theirs to decide."""
    request = lock_one(DataRequest.objects.visible_to(by), request_id)
    if request.decided_at:
        raise RequestSettled
    return request


def _require_erasable(request: DataRequest, outcome: str) -> None:
    """A report is deleted whole or not at all, and not while it is needed."""
    if outcome == Outcome.PARTLY:
        raise Incomplete
    if outcome == Outcome.DONE and request.tip_id and (why := why_kept(request.tip_id)):
        raise KeptFromErasure(str(why))


def _tip_of_number(number: str, by: Officer) -> Tip:
    """The one that data protection may know of: its number, and no word."""
    units = ANSWERING_DATA_REQUESTS.unit_ids(by)
    about_us = TipConcern.objects.filter(unit__in=by.own_unit_ids).values("tip")
    tips = Tip.objects.filter(responsible_unit__in=units, reference=number.strip())
    found = tips.exclude(reference="").exclude(pk__in=about_us).first()
    if found is None:
        raise NoSuchNumber
    return found


def _note(action: str, request: DataRequest, by: Officer, **detail: str) -> None:
    kept = {"kind": str(request.kind)} | {key: value for key, value in detail.items() if value}
    record(action, by=by, on=request, chain=unit_chain(request.unit_id), detail=kept)
