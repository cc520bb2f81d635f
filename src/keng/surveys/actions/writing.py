"""Writing a survey: words, questions, and handing it in. None who did so approves it."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keng.acts.act import act
from keng.acts.locks import lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.kit.codes import random_code
from keng.releases import steps
from keng.surveys import acts, codes
from keng.surveys.actions.errors import WrongState
from keng.surveys.actions.questions import (
    StoredContent,
    require_ready,
    with_question,
    with_question_earlier,
    without_question,
)
from keng.surveys.models import Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer


def locked_survey(survey_id: uuid.UUID, by: "Officer") -> Survey:
    """The survey, locked; only one the officer can see and may do this to. Raises NotAllowed."""
    return lock_one(Survey.objects.visible_to(by).select_related("unit"), survey_id)


@act(acts.MAKE_SURVEY)
def make_survey(
    *, unit_id: uuid.UUID, purpose: str, reach: str, content: StoredContent, by: "Officer"
) -> Survey:
    """Begin a survey. Raises NotAllowed."""
    permit_over(unit_id)
    content = {"questions": [], "places": [], **content}
    survey = Survey.objects.create(
        unit_id=unit_id,
        author=by,
        code=_free_code(),
        purpose=purpose,
        reach=reach,
        content=content,
        hands=[by.pk],
    )
    record("survey.made", by=by, on=survey, chain=unit_chain(unit_id))
    return survey


@act(acts.REVISE_SURVEY)
def revise_survey(
    survey_id: uuid.UUID, *, purpose: str, reach: str, content: StoredContent, by: "Officer"
) -> Survey:
    """Change the words around the questions. Raises NotAllowed, WrongState."""
    survey = _locked_draft(survey_id, by)
    return _save_change(survey, {**survey.content, **content}, by, purpose=purpose, reach=reach)


@act(acts.PUT_QUESTION)
def put_question(survey_id: uuid.UUID, question: Mapping[str, Any], *, by: "Officer") -> Survey:
    """Add a question, or change the one with its key. Raises NotReady("questions") for too many."""
    survey = _locked_draft(survey_id, by)
    return _save_change(survey, with_question(survey.content, question), by)


@act(acts.REMOVE_QUESTION)
def remove_question(survey_id: uuid.UUID, key: str, *, by: "Officer") -> Survey:
    """Take a question out; whatever depended on it is asked of everybody."""
    survey = _locked_draft(survey_id, by)
    return _save_change(survey, without_question(survey.content, key), by)


@act(acts.MOVE_QUESTION_UP)
def move_question_up(survey_id: uuid.UUID, key: str, *, by: "Officer") -> Survey:
    """Ask a question one place earlier."""
    survey = _locked_draft(survey_id, by)
    return _save_change(survey, with_question_earlier(survey.content, key), by)


@act(acts.SUBMIT_SURVEY)
def submit_survey(survey_id: uuid.UUID, *, by: "Officer") -> Survey:
    """Hand it in for a second person. Raises NotReady."""
    survey = _locked_draft(survey_id, by)
    require_ready(survey.content)
    survey.state = Survey.State.SUBMITTED
    survey.save(update_fields=["state"])
    steps.submit(survey, by=by)
    record(
        "survey.submitted",
        by=by,
        on=survey,
        chain=unit_chain(survey.unit_id),
        detail=steps.release_detail(survey),
    )
    return survey


def _locked_draft(survey_id: uuid.UUID, by: "Officer") -> Survey:
    survey = locked_survey(survey_id, by)
    if survey.state != Survey.State.DRAFT:
        raise WrongState
    return survey


def _save_change(
    survey: Survey, content: StoredContent, by: "Officer", *, purpose: str = "", reach: str = ""
) -> Survey:
    survey.purpose, survey.reach = purpose or survey.purpose, reach or survey.reach
    survey.add_hand(by)
    survey.content = content
    survey.save(update_fields=["purpose", "reach", "content", "hands"])
    record("survey.changed", by=by, on=survey, chain=unit_chain(survey.unit_id))
    return survey


def _free_code() -> str:
    while Survey.objects.filter(code=(code := random_code(codes.SURVEY_LENGTH))).exists():
        pass
    return code
