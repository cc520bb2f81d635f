"""A partner of two people with surveys of their own, at every step."""

import datetime

from keng.kit import times
from keng.partners.actions import surveys as actions
from keng.partners.survey_queries import own_survey
from keng.partners.tests.stage import Stage
from keng.surveys.actions import answering, counting
from keng.surveys.models import Survey
from keng.surveys.queries import content_of
from keng.surveys.tests.stage import FEELS, PATROL, RESULT


class SurveyStage(Stage):
    """The Front of a ward with two members, and a survey of its own."""

    def content(self):
        """The words around its questions."""
        today = times.local_date(times.now())
        return {
            "vi": {"title": "Đèn đường trong tổ", "why": "Để chọn chỗ xin lắp đèn."},
            "en": None,
            "places": [],
            "closes_on": (today + datetime.timedelta(days=10)).isoformat(),
            "results_on": (today + datetime.timedelta(days=20)).isoformat(),
        }

    def draft(self, by=None):
        """Of two questions, in the hand of the first one or of this one."""
        by = by or self.thu
        made = actions.make_partner_survey(purpose="fraud", content=self.content(), by=by)
        for question in (FEELS, PATROL):
            actions.put_partner_question(made.pk, question, by=by)
        return made

    def opened(self):
        """By the second one."""
        survey = actions.submit_partner_survey(self.draft().pk, by=self.thu)
        return actions.open_partner_survey(survey.pk, seen=survey.digest_now, by=self.binh)

    def counted(self, answers=7):
        """Closed, and its answers counted."""
        survey = self.opened()
        for _ in range(answers):
            answering.take_answer(survey, content_of(survey, "vi"), {"q1": 2, "q3": 1})
        actions.close_partner_survey(survey.pk, by=self.thu)
        moved = times.now() - datetime.timedelta(minutes=1)
        Survey.objects.filter(pk=survey.pk).update(closed_at=moved)
        assert counting.count_closed_survey() == 1
        return own_survey(survey.pk, self.thu).survey

    def published(self):
        """Its result is out."""
        survey = self.counted()
        result = actions.submit_partner_result(survey.pk, RESULT, by=self.thu)
        actions.publish_partner_result(survey.pk, seen=result.digest_now, by=self.binh)
        return survey
