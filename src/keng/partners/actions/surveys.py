"""Surveys of a partner: written by its members, opened by one of them without a hand in it.

No officer reads one before its result is out, nor is any of them its second person.
"""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from keng.accounts.models import PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record
from keng.kit import times
from keng.kit.codes import random_code
from keng.partners import acts
from keng.partners.errors import NoSecondMember, NotTheirPurpose, TooManyOpen
from keng.partners.hints import require_checked
from keng.partners.queries import members_without_hand
from keng.releases import steps
from keng.releases.errors import NothingWaits
from keng.surveys import codes
from keng.surveys.actions.errors import LastDayOver, LastDayTooFar, NotReady, WrongState
from keng.surveys.actions.questions import (
    StoredContent,
    require_ready,
    with_question,
    with_question_earlier,
    without_question,
)
from keng.surveys.actions.results import ResultWords
from keng.surveys.content import MOST_PARTNER_DAYS
from keng.surveys.models import Survey, SurveyResult
from keng.surveys.queries import MOST_OF_ONE_PARTNER


@act(acts.MAKE_PARTNER_SURVEY)
def make_partner_survey(*, purpose: str, content: StoredContent, by: PartnerMember) -> Survey:
    """Begin a survey. Raises NotTheirPurpose."""
    permit_over(by.partner_id)
    _require_purpose(purpose, by)
    survey = Survey(
        unit_id=by.partner.invited_by_unit_id,
        partner=by.partner,
        # One of a billion: two alike are refused by the database.
        code=random_code(codes.SURVEY_LENGTH),
        purpose=purpose,
        reach=Survey.Reach.OPEN,
        content={"questions": [], "places": [], **content},
        hands=[by.pk],
    )
    with in_partner_role():
        survey.save(force_insert=True)
    _record("partner_survey.made", survey, by)
    return survey


@act(acts.REVISE_PARTNER_SURVEY)
def revise_partner_survey(
    survey_id: uuid.UUID, *, purpose: str, content: StoredContent, by: PartnerMember
) -> Survey:
    """Change the words around the questions. Raises NotAllowed, WrongState, NotTheirPurpose."""
    survey = _locked_draft(survey_id, by)
    _require_purpose(purpose, by)
    survey.purpose = purpose
    return _save_change(survey, {**survey.content, **content}, by)


@act(acts.PUT_PARTNER_QUESTION)
def put_partner_question(
    survey_id: uuid.UUID, question: Mapping[str, Any], *, by: PartnerMember
) -> Survey:
    """Add a question, or change the one with its key.

    In choices, never in the own words of whoever answers: those are for the partner's inbox, where
    they are sealed. Raises NotAllowed, WrongState, NotReady("questions").
    """
    survey = _locked_draft(survey_id, by)
    if question["kind"] == "text":
        raise NotAllowed
    return _save_change(survey, with_question(survey.content, question), by)


@act(acts.REMOVE_PARTNER_QUESTION)
def remove_partner_question(survey_id: uuid.UUID, key: str, *, by: PartnerMember) -> Survey:
    """Take a question out; whatever depended on it is asked of everybody."""
    survey = _locked_draft(survey_id, by)
    return _save_change(survey, without_question(survey.content, key), by)


@act(acts.MOVE_PARTNER_QUESTION_UP)
def move_partner_question_up(survey_id: uuid.UUID, key: str, *, by: PartnerMember) -> Survey:
    """Ask a question one place earlier."""
    survey = _locked_draft(survey_id, by)
    return _save_change(survey, with_question_earlier(survey.content, key), by)


@act(acts.SUBMIT_PARTNER_SURVEY)
def submit_partner_survey(
    survey_id: uuid.UUID, *, checked: bool = False, by: PartnerMember
) -> Survey:
    """Hand it in for another member.

    Raises NotAllowed, WrongState, NotReady, NoSecondMember, LastDayTooFar, MarksUnchecked.
    """
    survey = _locked_draft(survey_id, by)
    require_ready(survey.content)
    _require_last_day(survey)
    require_checked(survey, checked=checked)
    if not members_without_hand(by.partner_id, [*survey.hands, by.pk]):
        raise NoSecondMember
    survey.state = Survey.State.SUBMITTED
    with in_partner_role():
        survey.save(update_fields=["state"])
        steps.submit(survey, by=by)
    _record("partner_survey.submitted", survey, by, steps.release_detail(survey))
    return survey


@act(acts.GIVE_BACK_PARTNER_SURVEY)
def give_back_partner_survey(survey_id: uuid.UUID, *, reason: str, by: PartnerMember) -> Survey:
    """A draft again, with a reason: by any member. Raises NotAllowed, NothingWaits."""
    survey = _locked_survey(survey_id, by)
    survey.state = Survey.State.DRAFT
    with in_partner_role():
        steps.give_back(survey, reason=reason)
        survey.save(update_fields=["state"])
    _record("partner_survey.returned", survey, by)
    return survey


@act(acts.OPEN_PARTNER_SURVEY)
def open_partner_survey(
    survey_id: uuid.UUID, *, seen: bytes, checked: bool = False, by: PartnerMember
) -> Survey:
    """Take answers from now on, to exactly what this second person read.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged, LastDayOver, LastDayTooFar, TooManyOpen,
    MarksUnchecked.
    """
    # All of the partner's, so that two that are opened at once count each other.
    survey = _locked_survey(survey_id, by, with_others=True)
    steps.require_second_person(survey, seen=seen, by=by)
    require_checked(survey, checked=checked)
    _require_last_day(survey)
    with in_partner_role():
        is_open = Survey.objects.of_partner(by.partner_id).filter(state=Survey.State.OPEN)
        if is_open.count() >= MOST_OF_ONE_PARTNER:
            raise TooManyOpen
    now = times.now()
    if survey.content["closes_on"] < times.local_date(now).isoformat():
        raise LastDayOver
    survey.state, survey.opened_at = Survey.State.OPEN, now
    _let_out(survey, "state", "opened_at", seen=seen, by=by)
    _record("partner_survey.opened", survey, by, steps.release_detail(survey))
    return survey


@act(acts.CLOSE_PARTNER_SURVEY)
def close_partner_survey(survey_id: uuid.UUID, *, by: PartnerMember) -> Survey:
    """Take no more answers; the worker counts them. Raises NotAllowed, WrongState."""
    survey = _locked_survey(survey_id, by)
    if survey.state != Survey.State.OPEN:
        raise WrongState
    survey.state, survey.closed_at = Survey.State.CLOSED, times.now()
    with in_partner_role():
        survey.save(update_fields=["state", "closed_at"])
    _record("partner_survey.closed", survey, by)
    return survey


@act(acts.SUBMIT_PARTNER_RESULT)
def submit_partner_result(
    survey_id: uuid.UUID, words: ResultWords, *, checked: bool = False, by: PartnerMember
) -> SurveyResult:
    """Hand in what the partner says of the figures, the first time or changed.

    Raises NotAllowed, WrongState, NotReady("figures"), NoSecondMember, MarksUnchecked.
    """
    survey = _locked_survey(survey_id, by)
    if survey.state not in {Survey.State.CLOSED, Survey.State.PUBLISHED}:
        raise WrongState
    if survey.figures is None:
        raise NotReady("figures")
    in_hand = _result_in_hand(survey)
    result = in_hand or SurveyResult(survey=survey)
    if not members_without_hand(by.partner_id, [*result.hands, by.pk]):
        raise NoSecondMember
    result.words = {language: dict(said) for language, said in words.items()}
    require_checked(result, checked=checked)
    result.hand_in(by)
    changed = ["words", "hands", "submitted_at", "returned_reason"]
    with in_partner_role():
        result.save(update_fields=changed if in_hand else None)
    _record("partner_survey.result_submitted", survey, by, steps.release_detail(result))
    return result


@act(acts.PUBLISH_PARTNER_RESULT)
def publish_partner_result(
    survey_id: uuid.UUID, *, seen: bytes, checked: bool = False, by: PartnerMember
) -> SurveyResult:
    """Let everybody read the words, as this second person read them, and the figures.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged, MarksUnchecked.
    """
    survey = _locked_survey(survey_id, by)
    result = _required_result(survey)
    steps.require_second_person(result, seen=seen, by=by)
    require_checked(result, checked=checked)
    with in_partner_role():
        for earlier in SurveyResult.objects.filter(survey=survey).released():
            steps.end(earlier)
    _let_out(result, seen=seen, by=by)
    survey.state = Survey.State.PUBLISHED
    survey.published_at = survey.published_at or result.released_at
    with in_partner_role():
        survey.save(update_fields=["state", "published_at"])
    _record("partner_survey.published", survey, by, steps.release_detail(result))
    return result


@act(acts.WITHDRAW_PARTNER_RESULT)
def withdraw_partner_result(survey_id: uuid.UUID, *, by: PartnerMember) -> Survey:
    """Take the result out of sight, by any member; another one may be written.

    Raises NotAllowed, WrongState.
    """
    survey = _locked_survey(survey_id, by)
    with in_partner_role():
        result = SurveyResult.objects.filter(survey=survey).released().first()
    if survey.state != Survey.State.PUBLISHED or result is None:
        raise WrongState
    result.survey = survey
    survey.state = Survey.State.CLOSED
    with in_partner_role():
        steps.end(result)
        survey.save(update_fields=["state"])
    _record("partner_survey.withdrawn", survey, by, steps.release_detail(result))
    return survey


@act(acts.GIVE_BACK_PARTNER_RESULT)
def give_back_partner_result(survey_id: uuid.UUID, *, reason: str, by: PartnerMember) -> None:
    """Give the words back to be changed. Raises NotAllowed, NothingWaits."""
    survey = _locked_survey(survey_id, by)
    result = _required_result(survey)
    with in_partner_role():
        steps.give_back(result, reason=reason)
    _record("partner_survey.result_returned", survey, by)


def _locked_survey(survey_id: uuid.UUID, by: PartnerMember, *, with_others: bool = False) -> Survey:
    """One of the member's own partner, locked; perhaps with the others of it. Raises NotAllowed."""
    permit_over(by.partner_id)
    own = Survey.objects.of_partner(by.partner_id)
    with in_partner_role():
        locked = lock(own if with_others else own.filter(pk=survey_id))
        survey = next((one for one in locked if one.pk == survey_id), None)
    if survey is None:
        raise NotAllowed
    survey.partner = by.partner
    return survey


def _locked_draft(survey_id: uuid.UUID, by: PartnerMember) -> Survey:
    survey = _locked_survey(survey_id, by)
    if survey.state != Survey.State.DRAFT:
        raise WrongState
    return survey


def _save_change(survey: Survey, content: StoredContent, by: PartnerMember) -> Survey:
    survey.content = content
    survey.add_hand(by)
    with in_partner_role():
        survey.save(update_fields=["purpose", "content", "hands"])
    _record("partner_survey.changed", survey, by)
    return survey


def _require_purpose(purpose: str, by: PartnerMember) -> None:
    if purpose not in by.partner.purposes:
        raise NotTheirPurpose


def _require_last_day(survey: Survey) -> None:
    furthest = times.local_date(times.now()) + datetime.timedelta(days=MOST_PARTNER_DAYS)
    last = survey.content.get("closes_on")
    if not last or last > furthest.isoformat():
        raise LastDayTooFar


def _result_in_hand(survey: Survey) -> SurveyResult | None:
    with in_partner_role():
        result = SurveyResult.objects.filter(survey=survey).in_hand().first()
    if result is not None:
        result.survey = survey
    return result


def _required_result(survey: Survey) -> SurveyResult:
    result = _result_in_hand(survey)
    if result is None:
        raise NothingWaits
    return result


def _let_out(text: Survey | SurveyResult, *also: str, seen: bytes, by: PartnerMember) -> None:
    """As `steps.let_out`, in the name of a member; `also` are columns that change with it."""
    text.released_by_member, text.released_at, text.digest = by, times.now(), seen
    with in_partner_role():
        text.save(update_fields=["released_by_member", "released_at", "digest", *also])


def _record(
    action: str, survey: Survey, by: PartnerMember, detail: dict[str, object] | None = None
) -> None:
    record(action, by=by, on=survey, chain=partner_chain(by.partner_id), detail=detail)
