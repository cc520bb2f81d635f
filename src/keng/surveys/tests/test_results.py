"""The words of a result are handed in by one officer and let out by another."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from keng.audit.models import Entry
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.surveys import queries
from keng.surveys.actions import free_texts, results
from keng.surveys.models import Survey, SurveyResult
from keng.surveys.tests.stage import RESULT, Stage

pytestmark = pytest.mark.django_db
OTHER = {"vi": {"headline": "Mọi người đều yên tâm", "deeds": "Không làm gì."}}


@pytest.fixture
def stage():
    return Stage()


def counted(stage):
    survey = stage.opened()
    stage.answer(survey, 5, q1=0)
    return stage.counted(survey)


def publish(result, by):
    return results.publish_result(result.survey_id, seen=result.digest_now, by=by)


def test_nobody_lets_out_their_own_words_not_even_by_the_database(stage):
    result = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    with pytest.raises(HandInIt):
        publish(result, stage.coordinator)
    publish(result, stage.commander)
    with pytest.raises(IntegrityError, match="nobody_with_a_hand_in_it"), transaction.atomic():
        SurveyResult.objects.update(released_by=stage.coordinator)


def test_words_changed_meanwhile_are_not_let_out(stage):
    result = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    results.submit_result(result.survey_id, OTHER, by=stage.duty)
    assert SurveyResult.objects.count() == 1
    with pytest.raises(TextChanged):
        publish(result, stage.commander)


def test_a_change_after_publication_waits_for_a_second_person_too(stage):
    survey = stage.published(counted(stage))
    first = queries.published_result(survey)
    assert first.released_at == survey.published_at
    changed = results.submit_result(survey.pk, OTHER, by=stage.coordinator)
    assert queries.published_result(survey).words == RESULT
    with pytest.raises(HandInIt):
        publish(changed, stage.coordinator)
    publish(changed, stage.commander)
    assert queries.published_result(survey).words == OTHER
    first.refresh_from_db()
    assert (first.is_released, first.words) == (False, RESULT)
    changed.refresh_from_db()
    assert changed.released_at > survey.published_at
    assert Survey.objects.get().published_at == survey.published_at


def test_what_was_given_back_is_let_out_by_nobody(stage):
    result = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    results.send_back_result(result.survey_id, reason="Thiếu ngày", by=stage.commander)
    result.refresh_from_db()
    assert result.returned_reason == "Thiếu ngày"
    with pytest.raises(NothingWaits):
        publish(result, stage.commander)


def test_another_persons_word_opens_no_way_round(stage):
    """Words handed in, given back, changed by a colleague: they stay the first one's, too."""
    result = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    results.send_back_result(result.survey_id, reason="Thiếu ngày", by=stage.commander)
    result = results.submit_result(result.survey_id, OTHER, by=stage.duty)
    for hand in (stage.coordinator, stage.duty):
        with pytest.raises(HandInIt):
            publish(result, hand)
    published = publish(result, stage.commander)
    assert published.hands == [stage.coordinator.pk, stage.duty.pk]
    entry = Entry.objects.get(action="survey.published")
    assert entry.detail["hands"] == [str(stage.coordinator.pk), str(stage.duty.pk)]


def test_a_hand_in_what_was_let_out_before_is_none_in_its_correction(stage):
    survey = stage.published(counted(stage))
    publish(results.submit_result(survey.pk, OTHER, by=stage.duty), stage.coordinator)


def test_whoever_covered_a_text_that_is_shown_had_a_hand_in_the_result(stage):
    survey = stage.opened()
    stage.answer(survey, 5, q1=0, q4="Ngõ sau chợ tối lắm")
    survey = stage.counted(survey)
    for text in queries.texts_to_read(survey):
        free_texts.decide_free_text(text.pk, words="Ngõ sau chợ", by=stage.duty)
    result = results.submit_result(survey.pk, RESULT, by=stage.coordinator)
    with pytest.raises(HandInIt):
        publish(result, stage.duty)
    publish(result, stage.commander)


def test_the_public_site_reads_the_words_and_nobody_behind_them(stage, become, public_client):
    survey = stage.published(counted(stage))
    become("public")
    page = public_client.get(f"/s/{survey.code}").content.decode()
    assert RESULT["vi"]["headline"] in page
    assert [one.results_out[0].words for one in queries.published_surveys()] == [RESULT]
    for column in ("hands", "released_by_id", "returned_reason"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM surveys_surveyresult")
