"""What is done about a breach, step by step, each with its entry in the record."""

import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.acts.errors import Incomplete, NotAllowed
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.breaches import acts, calls
from keng.breaches.authority_form import form_of
from keng.breaches.data_classes import BY_CODE, Telling
from keng.breaches.errors import (
    AlreadyNotified,
    BreachClosed,
    NoReporterReached,
    NotAssessed,
    NoticeUnderWay,
    NotNotified,
    WaivedItself,
    WaiverDecided,
)
from keng.breaches.harm import STEP_CODES, HarmAnswer, rate_harm
from keng.breaches.models import Breach, BreachFiling, BreachNotice, BreachWaiver
from keng.kit import times
from keng.places.models import Unit


@act(acts.RECORD_BREACH)
def record_breach(
    unit_id: uuid.UUID,
    *,
    kind: str,
    words: str,
    detected_at: datetime.datetime,
    began_at: datetime.datetime | None = None,
    by: Officer,
) -> Breach:
    """Begin the record; the clock runs from `detected_at`. The same form sent twice is one breach.

    Raises NotAllowed, Incomplete.
    """
    unit = lock(Unit.objects.filter(pk=unit_id, kind=Unit.Kind.PROVINCE)).first()
    permit_over(unit_id)
    if unit is None:
        raise NotAllowed
    is_backwards = began_at is not None and began_at > detected_at
    if kind not in Breach.Kind.values or detected_at > times.now() or is_backwards:
        raise Incomplete
    values = {
        "unit": unit,
        "kind": kind,
        "words": words,
        "detected_at": detected_at,
        "began_at": began_at,
        "recorded_by": by,
    }
    # Nobody takes a second one away: it ends with a letter to the authority, or by two people.
    if earlier := Breach.objects.filter(**values, closed_at=None).first():
        return earlier
    breach = Breach.objects.create(**values)
    calls.call_recorders(breach, but=by)
    _note("breach.recorded", breach, by, {"kind": kind})
    return breach


@act(acts.ASSESS_BREACH)
def assess_breach(
    breach_id: uuid.UUID,
    *,
    reached: Collection[str],
    harm: Mapping[str, str],
    measures: str,
    by: Officer,
) -> Breach:
    """Say what was reached, how bad it may become and what was done. As often as more is known.

    A waiver, asked for or agreed to, ends when one of the first two changes: it was about them.
    Raises BreachClosed, Incomplete.
    """
    breach = _open_one(breach_id)
    if not reached or set(reached) - BY_CODE.keys() or set(harm) != set(STEP_CODES):
        raise Incomplete
    if set(harm.values()) - set(HarmAnswer.values):
        raise Incomplete
    before = (breach.reached, breach.harm)
    breach.reached = [code for code in BY_CODE if code in reached]
    breach.harm, breach.measures = dict(harm), measures
    breach.assessed_by, breach.assessed_at = by, times.now()
    breach.save(update_fields=["reached", "harm", "measures", "assessed_by", "assessed_at"])
    rating, _rule = rate_harm(harm)
    detail: dict[str, Any] = {"reached": breach.reached, "harm": rating.value}
    if (breach.reached, breach.harm) != before and (ended := _end_waivers(breach, by)):
        detail["waivers_ended"] = ended
    _note("breach.assessed", breach, by, detail)
    return breach


@act(acts.FILE_BREACH)
def note_filing(
    breach_id: uuid.UUID,
    *,
    sent_at: datetime.datetime,
    paper_number: str = "",
    words: str = "",
    by: Officer,
) -> BreachFiling:
    """That the form went to the authority; the second and later ones are supplements.

    A supplement may follow a breach that was closed. The same form sent twice is one filing.
    Raises NotAssessed, Incomplete.
    """
    breach = lock_one(Breach.objects.all(), breach_id)
    if breach.assessed_at is None:
        raise NotAssessed
    number = breach.filings.count() + 1
    is_first = number == 1
    if sent_at > times.now() or sent_at < breach.detected_at or (not is_first and not words):
        raise Incomplete
    values = {"sent_at": sent_at, "paper_number": paper_number, "words": words, "filed_by": by}
    if earlier := breach.filings.filter(**values).first():
        return earlier
    filing = BreachFiling.objects.create(
        breach=breach, number=number, form=form_of(breach).as_json(), **values
    )
    action = "breach.notified" if is_first else "breach.supplemented"
    late = int(sent_at > breach.notify_by)
    _note(action, breach, by, {"number": number, "late": late})
    return filing


@act(acts.ASK_WAIVER)
def ask_waiver(breach_id: uuid.UUID, *, reason: str, by: Officer) -> BreachWaiver:
    """Propose that the authority is not notified; the clock goes on until somebody else agrees.

    Raises BreachClosed, NotAssessed, AlreadyNotified, WaiverDecided.
    """
    breach = _open_one(breach_id)
    if breach.assessed_at is None:
        raise NotAssessed
    if breach.filings.exists():
        raise AlreadyNotified
    if breach.waivers.filter(refused_at=None).exists():
        raise WaiverDecided
    waiver = BreachWaiver.objects.create(breach=breach, reason=reason, asked_by=by)
    _note("breach.waiver_asked", breach, by)
    return waiver


@act(acts.DECIDE_ON_WAIVER)
def decide_on_waiver(waiver_id: uuid.UUID, *, is_agreed: bool, by: Officer) -> BreachWaiver:
    """As the second person. Raises WaiverDecided, WaivedItself, AlreadyNotified, BreachClosed."""
    found = BreachWaiver.objects.filter(pk=waiver_id).first()
    if found is None:
        raise NotAllowed
    breach = _open_one(found.breach_id)
    waiver = lock(BreachWaiver.objects.all()).get(pk=waiver_id)
    if waiver.agreed_at or waiver.refused_at:
        raise WaiverDecided
    if waiver.asked_by_id in tied_to(by):
        raise WaivedItself
    if is_agreed and breach.filings.exists():
        raise AlreadyNotified
    if is_agreed:
        waiver.agreed_by, waiver.agreed_at = by, times.now()
    else:
        waiver.refused_by, waiver.refused_at = by, times.now()
    waiver.save(update_fields=["agreed_by", "agreed_at", "refused_by", "refused_at"])
    _note("breach.waiver_agreed" if is_agreed else "breach.waiver_refused", breach, by)
    return waiver


@act(acts.TELL_REPORTERS)
def tell_reporters(
    breach_id: uuid.UUID,
    *,
    received_from: datetime.datetime | None = None,
    received_until: datetime.datetime | None = None,
    by: Officer,
) -> BreachNotice:
    """Have the worker put the neutral notice on the pages of reports that came in between.

    Raises BreachClosed, NoReporterReached, NoticeUnderWay, Incomplete.
    """
    breach = _open_one(breach_id)
    if not any(BY_CODE[code].telling == Telling.STATUS_PAGE for code in breach.reached):
        raise NoReporterReached
    if breach.notices.filter(done_at=None).exists():
        raise NoticeUnderWay
    until = received_until or times.now()
    if received_from and received_from > until:
        raise Incomplete
    notice = BreachNotice.objects.create(
        breach=breach, received_from=received_from, received_until=until, asked_by=by
    )
    _note("breach.notice_asked", breach, by)
    return notice


@act(acts.CLOSE_BREACH)
def close_breach(breach_id: uuid.UUID, *, words: str, by: Officer) -> Breach:
    """End the work on it. Raises BreachClosed, NotNotified, NoticeUnderWay, Incomplete."""
    breach = _open_one(breach_id)
    if not words:
        raise Incomplete
    if not breach.filings.exists() and not breach.waivers.in_force().exists():
        raise NotNotified
    if breach.notices.filter(done_at=None).exists():
        raise NoticeUnderWay
    breach.closing_words, breach.closed_by, breach.closed_at = words, by, times.now()
    breach.save(update_fields=["closing_words", "closed_by", "closed_at"])
    _note("breach.closed", breach, by)
    return breach


def _end_waivers(breach: Breach, by: Officer) -> int:
    standing = breach.waivers.filter(refused_at=None)
    return standing.update(refused_by=by, refused_at=times.now())


def _open_one(breach_id: uuid.UUID) -> Breach:
    breach = lock_one(Breach.objects.all(), breach_id)
    if breach.closed_at:
        raise BreachClosed
    return breach


def _note(action: str, breach: Breach, by: Officer, detail: dict[str, Any] | None = None) -> None:
    record(action, by=by, on=breach, chain=unit_chain(breach.unit_id), detail=detail)
