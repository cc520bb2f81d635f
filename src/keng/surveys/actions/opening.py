"""Two people let a survey open; then it is closed, and the worker counts it."""

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KT

from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.codes import random_code
from keng.releases import steps
from keng.surveys import acts, codes, rights
from keng.surveys.actions.errors import LastDayOver, NotReady, WrongState
from keng.surveys.actions.writing import locked_survey
from keng.surveys.models import PaperBatch, Survey, Token

if TYPE_CHECKING:
    from keng.accounts.models import Officer

PAPER_WAITS = datetime.timedelta(days=3)
MOST_SLIPS = 300
MOST_SLIPS_IN_ALL = 5000


@act(acts.APPROVE_SURVEY)
def approve_survey(survey_id: uuid.UUID, *, seen: bytes, by: "Officer") -> Survey:
    """Let it be opened, exactly as the approver saw it.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged.
    """
    survey = locked_survey(survey_id, by)
    steps.let_out(survey, seen=seen, by=by)
    survey.state = Survey.State.APPROVED
    survey.save(update_fields=["state"])
    _record("survey.approved", survey, by, steps.release_detail(survey))
    return survey


@act(acts.SEND_BACK_SURVEY)
def send_back_survey(survey_id: uuid.UUID, *, reason: str, by: "Officer") -> Survey:
    """Give it back to be changed: by the second person, or taken back before it opened.

    Raises NotAllowed, WrongState.
    """
    survey = locked_survey(survey_id, by)
    if survey.state not in {Survey.State.SUBMITTED, Survey.State.APPROVED}:
        raise WrongState
    if not (rights.may_approve(by, survey) or rights.may_write(by, survey)):
        raise NotAllowed
    # What was let out and is not open yet waits again, and then goes back.
    survey.state = Survey.State.DRAFT
    survey.released_by = survey.released_at = survey.digest = None
    survey.save(update_fields=["state", "released_by", "released_at", "digest"])
    steps.give_back(survey, reason=reason)
    # Slips that were printed for what may become another survey are good for nothing.
    survey.tokens.all().delete()
    _record("survey.returned", survey, by)
    return survey


@act(acts.MAKE_SLIPS)
def make_slips(survey_id: uuid.UUID, count: int, *, by: "Officer") -> list[str]:
    """So many codes, each good for one answer; they are shown now and stored nowhere.

    Raises NotAllowed, WrongState, NotReady("slips") for too many.
    """
    survey = locked_survey(survey_id, by)
    if survey.reach != Survey.Reach.ONCE or survey.state not in {
        Survey.State.APPROVED,
        Survey.State.OPEN,
    }:
        raise WrongState
    there = survey.tokens.count()
    if not 0 < count <= MOST_SLIPS or there + count > MOST_SLIPS_IN_ALL:
        raise NotReady("slips")
    made = [random_code(codes.SLIP_LENGTH) for _ in range(count)]
    rows = [Token(hash=codes.slip_hash(survey.code, code), survey=survey) for code in made]
    Token.objects.bulk_create(rows)
    _record("survey.slips_made", survey, by, {"count": count})
    return made


@act(acts.OPEN_SURVEY)
def open_survey(
    survey_id: uuid.UUID, *, by: "Officer", now: datetime.datetime | None = None
) -> Survey:
    """Take answers from now on. Raises NotAllowed, WrongState, LastDayOver."""
    now = now or times.now()
    survey = locked_survey(survey_id, by)
    if survey.state != Survey.State.APPROVED:
        raise WrongState
    last = survey.content.get("closes_on", "")
    if last and last < times.local_date(now).isoformat():
        raise LastDayOver
    survey.state, survey.opened_at = Survey.State.OPEN, now
    survey.save(update_fields=["state", "opened_at"])
    _record("survey.opened", survey, by)
    return survey


@act(acts.CLOSE_SURVEY)
def close_survey(survey_id: uuid.UUID, *, by: "Officer") -> Survey:
    """Take no more answers; the worker counts them."""
    survey = locked_survey(survey_id, by)
    if survey.state != Survey.State.OPEN:
        raise WrongState
    survey.state, survey.closed_at = Survey.State.CLOSED, times.now()
    survey.save(update_fields=["state", "closed_at"])
    _record("survey.closed", survey, by)
    return survey


@work()
def close_survey_by_day() -> int:
    """Close one survey whose last day is over; 1 when there was one. A job of the worker.

    While a pile of paper is being typed in it waits, three days at the most.
    """
    today = times.local_date(times.now())
    waits = PaperBatch.objects.filter(survey=OuterRef("pk"), finished_at__isnull=True)
    over = (
        Survey.objects.alias(last=KT("content__closes_on"), is_typed_in=Exists(waits))
        .filter(state=Survey.State.OPEN, last__gt="", last__lt=today.isoformat())
        .filter(Q(is_typed_in=False) | Q(last__lt=(today - PAPER_WAITS).isoformat()))
        .order_by("id")
    )
    survey = lock_available(over).first()
    if survey is None:
        return 0
    survey.state, survey.closed_at = Survey.State.CLOSED, times.now()
    survey.save(update_fields=["state", "closed_at"])
    # No desk reads what becomes of a partner's survey.
    chain = partner_chain(survey.partner_id) if survey.partner_id else unit_chain(survey.unit_id)
    record("survey.closed", by="worker", on=survey, chain=chain)
    return 1


def _record(
    action: str, survey: Survey, by: "Officer", detail: dict[str, object] | None = None
) -> None:
    record(action, by=by, on=survey, chain=unit_chain(survey.unit_id), detail=detail)
