"""Paper forms, typed in by an officer pile by pile; each answer is marked as paper."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.surveys import rights
from keng.surveys.actions import answering
from keng.surveys.actions.errors import NotYours, WrongState
from keng.surveys.actions.writing import locked_survey
from keng.surveys.content import SurveyContent
from keng.surveys.models import Answer, PaperBatch, Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@transaction.atomic
def begin_batch(survey_id: uuid.UUID, sheets: int, *, by: "Officer") -> PaperBatch:
    """Begin a pile of so many sheets. Raises NotYours, WrongState."""
    survey = locked_survey(survey_id, by)
    if not rights.may_write(by, survey):
        raise NotYours
    if survey.state != Survey.State.OPEN:
        raise WrongState
    batch = PaperBatch.objects.create(survey=survey, made_by=by, sheets=sheets)
    detail = {"sheets": sheets}
    record("survey.paper_begun", by=by, on=survey, chain=unit_chain(survey.unit_id), detail=detail)
    return batch


@transaction.atomic
def type_in_sheet(
    batch_id: uuid.UUID,
    content: SurveyContent,
    said: Mapping[str, Any],
    *,
    slip: str,
    by: "Officer",
) -> PaperBatch:
    """One sheet. Raises NotYours, WrongState for a finished pile, and what `take_answer` raises."""
    batch = _own_batch(batch_id, by)
    if batch.typed >= batch.sheets:
        raise WrongState
    answering.take_answer(batch.survey, content, said, slip=slip, origin=Answer.Origin.PAPER)
    batch.typed += 1
    if batch.typed == batch.sheets:
        _close_batch(batch, by)
    batch.save(update_fields=["typed", "finished_at"])
    return batch


@transaction.atomic
def finish_batch(batch_id: uuid.UUID, *, by: "Officer") -> PaperBatch:
    """The pile is done, though some sheets could not be read."""
    batch = _own_batch(batch_id, by)
    _close_batch(batch, by)
    batch.save(update_fields=["finished_at"])
    return batch


def _own_batch(batch_id: uuid.UUID, by: "Officer") -> PaperBatch:
    found = PaperBatch.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "survey__unit"
    )
    batch = found.get(pk=batch_id, survey__in=Survey.objects.visible_to(by))
    if batch.made_by_id != by.pk or not rights.may_write(by, batch.survey):
        raise NotYours
    if batch.finished_at is not None:
        raise WrongState
    return batch


def _close_batch(batch: PaperBatch, by: "Officer") -> None:
    batch.finished_at = times.now()
    survey = batch.survey
    detail = {"sheets": batch.sheets, "typed": batch.typed}
    record("survey.paper_typed", by=by, on=survey, chain=unit_chain(survey.unit_id), detail=detail)
