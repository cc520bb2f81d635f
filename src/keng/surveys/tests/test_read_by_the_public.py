"""What the role of the public process can read of a survey: nothing before it is out."""

import pytest
from django.db import ProgrammingError, connection, transaction

from keng.kit import times
from keng.surveys import queries
from keng.surveys.actions.answering import take_answer
from keng.surveys.models import Survey, SurveyResult
from keng.surveys.tests.stage import FEELS, Stage

pytestmark = pytest.mark.django_db
FIGURES = {"answers": 40}


def rows(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def surveys():
    """One survey in each state, all counted, each with a result in hand and nothing more."""
    stage, now, made = Stage(), times.now(), {}
    for number, state in enumerate(Survey.State):
        is_drafted = state in {Survey.State.DRAFT, Survey.State.SUBMITTED}
        made[state] = Survey.objects.create(
            unit=stage.unit,
            author=stage.duty,
            code=f"KS{number}",
            state=state,
            purpose="streets",
            content=stage.content() | {"questions": [FEELS]},
            figures=FIGURES,
            released_by=None if is_drafted else stage.commander,
            released_at=None if is_drafted else now,
            published_at=now if state == Survey.State.PUBLISHED else None,
        )
        words = {"vi": {"headline": "Chưa ai duyệt"}}
        SurveyResult.objects.create(survey=made[state], words=words)
    return made


def let_out(survey):
    SurveyResult.objects.filter(survey=survey).update(released_at=times.now())


def test_no_result_is_read_before_a_second_person_let_it_out(become, surveys):
    become("public")
    assert rows("SELECT words FROM surveys_surveyresult") == []
    become("owner")
    let_out(surveys[Survey.State.PUBLISHED])
    become("public")
    assert len(rows("SELECT words FROM surveys_surveyresult")) == 1
    become("owner")
    SurveyResult.objects.update(ended_at=times.now())
    become("public")
    assert rows("SELECT words FROM surveys_surveyresult") == []


def test_no_figure_is_read_before_that_and_no_draft_at_all(become, surveys):
    become("public")
    seen = {state for (state,) in rows("SELECT state FROM surveys_survey")}
    assert seen == {"open", "closed", "published"}
    assert len(rows("SELECT figures FROM surveys_publishedfigures")) == 1
    for column in ("figures", "author_id", "*"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            rows(f"SELECT {column} FROM surveys_survey")


def test_the_public_pages_read_what_they_need(become, surveys):
    let_out(surveys[Survey.State.PUBLISHED])
    become("public")
    (shown,) = queries.published_surveys()
    assert (shown.figures, len(shown.results_out)) == (FIGURES, 1)
    assert [each.code for each in queries.open_surveys()] == [surveys[Survey.State.OPEN].code]
    for state in (Survey.State.OPEN, Survey.State.CLOSED, Survey.State.PUBLISHED):
        found = queries.public_survey(surveys[state].code)
        assert found.figures == (FIGURES if state == Survey.State.PUBLISHED else None)
    assert queries.public_survey(surveys[Survey.State.DRAFT].code) is None
    found = queries.public_survey(surveys[Survey.State.OPEN].code)
    take_answer(found, queries.content_of(found), {}, slip="")
    become("owner")
    assert surveys[Survey.State.OPEN].answers.count() == 1
