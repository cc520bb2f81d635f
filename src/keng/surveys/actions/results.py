"""The result: one officer hands in the finding and what follows, another lets both out."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.audit.actions import record, unit_chain
from keng.releases import steps
from keng.releases.errors import HandInIt, NothingWaits
from keng.surveys import acts, queries
from keng.surveys.actions.errors import NotReady, WrongState
from keng.surveys.actions.writing import locked_survey
from keng.surveys.models import FreeText, Survey, SurveyResult

if TYPE_CHECKING:
    from keng.accounts.models import Officer

ResultWords = Mapping[str, Mapping[str, str]]


@act(acts.SUBMIT_RESULT)
def submit_result(survey_id: uuid.UUID, outcome: ResultWords, *, by: "Officer") -> SurveyResult:
    """Hand in the words of the result, the first ones or changed ones.

    Raises WrongState, NotAllowed, NotReady("figures") and NotReady("texts") while something waits.
    """
    survey = locked_survey(survey_id, by)
    if survey.state not in {Survey.State.CLOSED, Survey.State.PUBLISHED}:
        raise WrongState
    if survey.figures is None:
        raise NotReady("figures")
    if survey.free_texts.filter(state=FreeText.State.WAITING).exists():
        raise NotReady("texts")
    result = survey.results.in_hand().first() or SurveyResult(survey=survey)
    result.survey = survey
    result.words = {language: dict(words) for language, words in outcome.items()}
    result.texts = queries.result_texts(survey)
    result.hand_in(by)
    if survey.state == Survey.State.CLOSED:
        for text in survey.free_texts.filter(state=FreeText.State.SHOWN).select_related("read_by"):
            if text.read_by is not None:
                result.add_hand(text.read_by)
    result.save()
    _record("survey.result_submitted", result, by, steps.release_detail(result))
    return result


@act(acts.PUBLISH_RESULT)
def publish_result(survey_id: uuid.UUID, *, seen: bytes, by: "Officer") -> SurveyResult:
    """Let out the words and texts exactly as this second person saw them.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged.
    """
    result = _locked_result(survey_id, by)
    survey = result.survey
    for earlier in survey.results.released():
        steps.end(earlier)
    steps.let_out(result, seen=seen, by=by)
    survey.state = Survey.State.PUBLISHED
    survey.published_at = survey.published_at or result.released_at
    survey.save(update_fields=["state", "published_at"])
    _record("survey.published", result, by, steps.release_detail(result))
    return result


@act(acts.SEND_BACK_RESULT)
def send_back_result(survey_id: uuid.UUID, *, reason: str, by: "Officer") -> SurveyResult:
    """Give the words back to be changed. Raises NotAllowed, NothingWaits, HandInIt."""
    result = _locked_result(survey_id, by)
    if result.has_hand_of(by):
        raise HandInIt
    steps.give_back(result, reason=reason)
    _record("survey.result_returned", result, by, {})
    return result


def _locked_result(survey_id: uuid.UUID, by: "Officer") -> SurveyResult:
    """What is in hand, with its survey locked: nobody changes the one without the other."""
    survey = locked_survey(survey_id, by)
    result = survey.results.in_hand().first()
    if result is None:
        raise NothingWaits
    result.survey = survey
    return result


def _record(action: str, result: SurveyResult, by: "Officer", detail: dict[str, object]) -> None:
    survey = result.survey
    record(action, by=by, on=survey, chain=unit_chain(survey.unit_id), detail=detail)
