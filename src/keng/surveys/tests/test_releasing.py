"""Two people before anybody is asked, and what is asked is what both read."""

import pytest
from django.db import IntegrityError, transaction

from keng.accounts.models import Partner
from keng.audit.models import Entry
from keng.surveys.actions import releasing, writing
from keng.surveys.actions.errors import NotReady, NotYours, StaleApproval, WrongState
from keng.surveys.models import Survey
from keng.surveys.tests.stage import FEELS, WHERE, WHY_NOT, Stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage()


def submitted(stage):
    return writing.submit(stage.draft().pk, by=stage.coordinator)


def test_a_survey_opens_after_a_second_person_approved_exactly_these_questions(stage):
    survey = submitted(stage)
    with pytest.raises(WrongState):
        releasing.open_up(survey.pk, by=stage.coordinator)
    releasing.approve(survey.pk, seen=bytes(survey.hash), by=stage.commander)
    assert releasing.open_up(survey.pk, by=stage.coordinator).state == "open"
    acts = Entry.objects.filter(object_id=str(survey.pk)).order_by("seq")
    assert [entry.action for entry in acts][-3:] == [
        "survey.submitted", "survey.approved", "survey.opened"
    ]  # fmt: skip


def test_the_author_does_not_approve_not_even_by_the_database(stage):
    survey = submitted(stage)
    with pytest.raises(NotYours):
        releasing.approve(survey.pk, seen=bytes(survey.hash), by=stage.coordinator)
    row = Survey.objects.filter(pk=survey.pk)
    with (
        pytest.raises(IntegrityError, match="survey_is_approved_by_a_second_person"),
        transaction.atomic(),
    ):
        row.update(approved_by=stage.coordinator)


def test_what_changed_since_it_was_read_is_not_approved(stage):
    seen = bytes(submitted(stage).hash)
    survey = Survey.objects.get()
    releasing.send_back(survey.pk, reason="Câu 1 khó hiểu", by=stage.commander)
    writing.put_question(survey.pk, WHERE | {"key": "q9"}, by=stage.coordinator)
    writing.submit(survey.pk, by=stage.coordinator)
    with pytest.raises(StaleApproval):
        releasing.approve(survey.pk, seen=seen, by=stage.commander)


def test_an_approved_survey_cannot_be_changed_by_action_or_in_the_database(stage):
    survey = stage.approved()
    with pytest.raises(WrongState):
        writing.put_question(survey.pk, WHERE, by=stage.coordinator)
    with (
        pytest.raises(IntegrityError, match="survey_opens_only_as_it_was_approved"),
        transaction.atomic(),
    ):
        Survey.objects.filter(pk=survey.pk).update(hash=b"1" * 32)


def test_only_purposes_of_the_closed_list(stage):
    survey = stage.draft()
    with (
        pytest.raises(IntegrityError, match="survey_has_a_purpose_of_the_list"),
        transaction.atomic(),
    ):
        Survey.objects.filter(pk=survey.pk).update(purpose="politics")


def test_a_communes_small_desk_writes_none_until_it_is_switched_on(stage):
    def write():
        return writing.make(
            unit_id=stage.unit.pk, purpose="fire", reach="open", content=stage.content(),
            by=stage.commander,
        )  # fmt: skip

    with pytest.raises(NotYours):
        write()
    stage.commander.full_desk = True
    assert write().unit == stage.unit


def test_a_neighbour_neither_sees_nor_changes_it(stage):
    survey = stage.draft()
    other = make.officer(unit=make.unit(parent=make.province_unit()), role="commander")
    assert not Survey.objects.visible_to(other).exists()
    with pytest.raises(Survey.DoesNotExist):
        releasing.open_up(survey.pk, by=other)


def test_a_partners_survey_is_no_desks(stage):
    survey = stage.draft()
    partner = Partner.objects.create(
        name="Đoàn phường", kind="youth_union", purposes=["fire"], invited_by_unit=stage.province
    )
    Survey.objects.filter(pk=survey.pk).update(partner=partner)
    assert not Survey.objects.visible_to(stage.coordinator).exists()


def test_a_condition_on_a_question_that_went_is_gone(stage):
    survey = stage.draft(questions=(FEELS, WHY_NOT))
    after = writing.remove_question(survey.pk, "q1", by=stage.coordinator)
    assert [one["only_if"] for one in after.content["questions"]] == [None]


def test_a_survey_in_english_has_every_question_in_english(stage):
    half = {key: value for key, value in WHERE.items() if key != "en"}
    survey = stage.draft(questions=(FEELS, half))
    with pytest.raises(NotReady, match="english"):
        writing.submit(survey.pk, by=stage.coordinator)


def test_slips_made_before_it_was_given_back_are_good_for_nothing(stage):
    survey = stage.approved(reach="once")
    assert len(set(releasing.make_slips(survey.pk, 12, by=stage.coordinator))) == 12
    releasing.send_back(survey.pk, reason="x", by=stage.commander)
    assert survey.tokens.count() == 0
