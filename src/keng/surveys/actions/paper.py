"""Paper forms, typed in by an officer pile by pile; each answer is marked as paper."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_one
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.surveys import acts
from keng.surveys.actions import answering
from keng.surveys.actions.errors import WrongState
from keng.surveys.actions.writing import locked_survey
from keng.surveys.content import SurveyContent
from keng.surveys.models import Answer, PaperBatch, Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.BEGIN_BATCH)
def begin_batch(survey_id: uuid.UUID, sheets: int, *, by: "Officer") -> PaperBatch:
    """Begin a pile of so many sheets. Raises NotAllowed, WrongState."""
    survey = locked_survey(survey_id, by)
    if survey.state != Survey.State.OPEN:
        raise WrongState
    batch = PaperBatch.objects.create(survey=survey, made_by=by, sheets=sheets)
    detail = {"sheets": sheets}
    record("survey.paper_begun", by=by, on=survey, chain=unit_chain(survey.unit_id), detail=detail)
    return batch


@act(acts.TYPE_IN_SHEET)
def type_in_sheet(
    batch_id: uuid.UUID,
    content: SurveyContent,
    said: Mapping[str, Any],
    *,
    slip: str,
    by: "Officer",
) -> PaperBatch:
    """One sheet.

    Raises NotAllowed, WrongState for a finished pile, NotOpen, SlipUnknown, SlipUsed.
    """
    batch = _own_batch(batch_id, by)
    if batch.typed >= batch.sheets:
        raise WrongState
    answering.take_answer(batch.survey, content, said, slip=slip, origin=Answer.Origin.PAPER)
    batch.typed += 1
    if batch.typed == batch.sheets:
        _close_batch(batch, by)
    batch.save(update_fields=["typed", "finished_at"])
    return batch


@act(acts.FINISH_BATCH)
def finish_batch(batch_id: uuid.UUID, *, by: "Officer") -> PaperBatch:
    """The pile is done, though some sheets could not be read."""
    batch = _own_batch(batch_id, by)
    _close_batch(batch, by)
    batch.save(update_fields=["finished_at"])
    return batch


def _own_batch(batch_id: uuid.UUID, by: "Officer") -> PaperBatch:
    visible = PaperBatch.objects.filter(survey__in=Survey.objects.visible_to(by))
    batch = lock_one(visible.select_related("survey"), batch_id, owner="survey.unit_id")
    if batch.made_by_id != by.pk:
        raise NotAllowed
    if batch.finished_at is not None:
        raise WrongState
    return batch


def _close_batch(batch: PaperBatch, by: "Officer") -> None:
    batch.finished_at = times.now()
    survey = batch.survey
    detail = {"sheets": batch.sheets, "typed": batch.typed}
    record("survey.paper_typed", by=by, on=survey, chain=unit_chain(survey.unit_id), detail=detail)
