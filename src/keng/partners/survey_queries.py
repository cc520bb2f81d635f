"""Surveys of a partner as its members read them, each in the role that may (accounts.partner_role).

What was answered nobody reads: answers are counted here, and their figures come from the worker.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from keng.accounts.models import Partner, PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.surveys.models import Answer, Survey, SurveyResult
from keng.surveys.queries import content_of, place_names_in


@dataclass(frozen=True, slots=True)
class OwnSurvey:
    """One survey of a member's partner, with what is written of its result."""

    survey: Survey
    written: SurveyResult | None
    """The result that is written and not out."""
    result_out: SurveyResult | None
    answer_count: int

    @property
    def to_read(self) -> Survey | SurveyResult | None:
        """What waits for a second person."""
        both = (self.survey, self.written)
        return next((text for text in both if text is not None and text.is_waiting), None)


def surveys_of_partner(partner: Partner) -> list[Survey]:
    """All of the partner's, newest first, with their words."""
    with in_partner_role():
        found = list(Survey.objects.of_partner(partner.pk).order_by("-id"))
    for survey in found:
        survey.words = content_of(survey)
    return found


def own_survey(pk: uuid.UUID, member: PartnerMember) -> OwnSurvey | None:
    """One of the member's partner; None where it is no survey of theirs."""
    with in_partner_role():
        survey = Survey.objects.of_partner(member.partner_id).filter(pk=pk).first()
        if survey is None:
            return None
        results = list(SurveyResult.objects.filter(survey=pk, ended_at=None))
        answer_count = Answer.objects.filter(survey=pk).values("id").count()
    survey.partner = member.partner
    for result in results:
        result.survey = survey
    written = next((one for one in results if one.released_at is None), None)
    result_out = next((one for one in results if one.released_at is not None), None)
    return OwnSurvey(survey, written, result_out, answer_count)


def place_names_of_partner(partner: Partner) -> list[str]:
    """What "Where do you live?" offers: the places below the partner's own."""
    return place_names_in([partner.place_id]) if partner.place_id else []


def text_to_carry(survey: Survey) -> str:
    """What members send into their own groups, in Vietnamese."""
    words: dict[str, Any] = survey.content["vi"]
    address = f"{settings.PUBLIC_URL}/s/{survey.code}"
    return "\n".join([words["title"], f"{survey.asked_by}: {words['why']}", address])
