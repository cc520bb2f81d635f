"""The result: one officer hands in the finding and what follows, another lets both out."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.releases.hands import hands_on_record
from keng.surveys import acts, queries, rights
from keng.surveys.actions.errors import NotReady, WrongState
from keng.surveys.actions.writing import locked_survey
from keng.surveys.models import FreeText, Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer

ResultWords = Mapping[str, Mapping[str, str]]


@act(acts.SUBMIT_RESULT)
def submit_result(survey_id: uuid.UUID, outcome: ResultWords, *, by: "Officer") -> Survey:
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
    survey.proposal = {language: dict(words) for language, words in outcome.items()}
    survey.proposed_by, survey.returned_reason = by, ""
    survey.result_hands = list(dict.fromkeys([*survey.result_hands, by.pk]))
    survey.save(update_fields=["proposal", "proposed_by", "result_hands", "returned_reason"])
    hands = hands_on_record(rights.hands_in_result(survey))
    detail: dict[str, object] = {"hash": queries.result_hash(survey).hex(), "hands": hands}
    _record("survey.result_submitted", survey, by, detail)
    return survey


@act(acts.PUBLISH_RESULT)
def publish_result(survey_id: uuid.UUID, *, seen: bytes, by: "Officer") -> Survey:
    """Let out the words and texts exactly as this second person saw them.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged.
    """
    survey = _locked_submitted(survey_id, by)
    if queries.result_hash(survey) != seen:
        raise TextChanged
    # The public site reads what was let through from here, and nothing that waits or was left out.
    survey.outcome = survey.proposal | {"texts": queries.result_texts(survey)}
    survey.outcome_hands = rights.hands_in_result(survey)
    survey.outcome_by, survey.outcome_released_by = survey.proposed_by, by
    survey.proposal, survey.proposed_by, survey.result_hands = {}, None, []
    now = times.now()
    survey.outcome_changed_at = now if survey.published_at else None
    survey.state, survey.published_at = Survey.State.PUBLISHED, survey.published_at or now
    survey.save(
        update_fields=[
            "outcome",
            "outcome_by",
            "outcome_released_by",
            "proposal",
            "proposed_by",
            "result_hands",
            "outcome_hands",
            "outcome_changed_at",
            "state",
            "published_at",
        ]
    )
    detail: dict[str, object] = {"hash": seen.hex(), "hands": hands_on_record(survey.outcome_hands)}
    _record("survey.published", survey, by, detail)
    return survey


@act(acts.SEND_BACK_RESULT)
def send_back_result(survey_id: uuid.UUID, *, reason: str, by: "Officer") -> Survey:
    """Give the words back to be changed. Raises NotAllowed, NothingWaits, HandInIt."""
    survey = _locked_submitted(survey_id, by)
    survey.proposed_by, survey.returned_reason = None, reason
    survey.save(update_fields=["proposed_by", "returned_reason"])
    _record("survey.result_returned", survey, by, {})
    return survey


def _locked_submitted(survey_id: uuid.UUID, by: "Officer") -> Survey:
    survey = locked_survey(survey_id, by)
    if survey.proposed_by_id is None:
        raise NothingWaits
    if not tied_to(by).isdisjoint(rights.hands_in_result(survey)):
        raise HandInIt
    return survey


def _record(action: str, survey: Survey, by: "Officer", detail: dict[str, object]) -> None:
    record(action, by=by, on=survey, chain=unit_chain(survey.unit_id), detail=detail)
