"""The words of a result are handed in by one officer and let out by another."""

import pytest
from django.db import IntegrityError, transaction

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.releases.errors import NothingWaits, TextChanged
from keng.surveys import queries
from keng.surveys.actions import free_texts, results
from keng.surveys.models import Survey
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


def seen(survey):
    return queries.result_hash(survey)


def test_nobody_lets_out_their_own_words_not_even_by_the_database(stage):
    survey = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    with pytest.raises(NotAllowed):
        results.publish_result(survey.pk, seen=seen(survey), by=stage.coordinator)
    survey = results.publish_result(survey.pk, seen=seen(survey), by=stage.commander)
    with (
        pytest.raises(IntegrityError, match="survey_result_is_released_by_a_second_person"),
        transaction.atomic(),
    ):
        Survey.objects.filter(pk=survey.pk).update(outcome_released_by=stage.coordinator)


def test_words_changed_meanwhile_are_not_let_out(stage):
    survey = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    before = seen(survey)
    results.submit_result(survey.pk, OTHER, by=stage.duty)
    with pytest.raises(TextChanged):
        results.publish_result(survey.pk, seen=before, by=stage.commander)


def test_a_change_after_publication_waits_for_a_second_person_too(stage):
    survey = stage.published(counted(stage))
    assert survey.outcome_changed_at is None
    changed = results.submit_result(survey.pk, OTHER, by=stage.coordinator)
    assert changed.outcome["vi"] == RESULT["vi"]
    with pytest.raises(NotAllowed):
        results.publish_result(survey.pk, seen=seen(changed), by=stage.coordinator)
    changed = results.publish_result(survey.pk, seen=seen(changed), by=stage.commander)
    assert changed.outcome["vi"] == OTHER["vi"]
    assert changed.published_at == survey.published_at
    assert changed.outcome_changed_at > survey.published_at


def test_what_was_given_back_is_let_out_by_nobody(stage):
    survey = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    results.send_back_result(survey.pk, reason="Thiếu ngày", by=stage.commander)
    with pytest.raises(NothingWaits):
        results.publish_result(survey.pk, seen=seen(survey), by=stage.commander)


def test_another_persons_word_opens_no_way_round(stage):
    """Words handed in, given back, changed by a colleague: they stay the first one's, too."""
    survey = results.submit_result(counted(stage).pk, RESULT, by=stage.coordinator)
    results.send_back_result(survey.pk, reason="Thiếu ngày", by=stage.commander)
    survey = results.submit_result(survey.pk, OTHER, by=stage.duty)
    for hand in (stage.coordinator, stage.duty):
        with pytest.raises(NotAllowed):
            results.publish_result(survey.pk, seen=seen(survey), by=hand)
    survey = results.publish_result(survey.pk, seen=seen(survey), by=stage.commander)
    assert survey.outcome_hands == [stage.coordinator.pk, stage.duty.pk]
    with pytest.raises(IntegrityError, match="nobody_with_a_hand_in_it"), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(outcome_released_by=stage.coordinator)
    entry = Entry.objects.get(action="survey.published")
    assert entry.detail["hands"] == [str(stage.coordinator.pk), str(stage.duty.pk)]


def test_a_hand_in_what_was_let_out_before_is_none_in_its_correction(stage):
    survey = stage.published(counted(stage))
    changed = results.submit_result(survey.pk, OTHER, by=stage.duty)
    results.publish_result(survey.pk, seen=seen(changed), by=stage.coordinator)


def test_whoever_covered_a_text_that_is_shown_had_a_hand_in_the_result(stage):
    survey = stage.opened()
    stage.answer(survey, 5, q1=0, q4="Ngõ sau chợ tối lắm")
    survey = stage.counted(survey)
    for text in queries.texts_to_read(survey):
        free_texts.decide_free_text(text.pk, words="Ngõ sau chợ", by=stage.duty)
    survey = results.submit_result(survey.pk, RESULT, by=stage.coordinator)
    with pytest.raises(NotAllowed):
        results.publish_result(survey.pk, seen=seen(survey), by=stage.duty)
    results.publish_result(survey.pk, seen=seen(survey), by=stage.commander)
