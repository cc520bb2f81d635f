"""Two people before anybody is asked, and what is asked is what both read."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from keng.accounts.models import Partner
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.releases.errors import HandInIt, TextChanged
from keng.surveys.actions import counting, opening, paper, writing
from keng.surveys.actions.errors import NotOpen, NotReady, WrongState
from keng.surveys.models import Survey
from keng.surveys.tests.stage import FEELS, WHERE, WHY_NOT, Stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage()


def submitted(stage):
    return writing.submit_survey(stage.draft().pk, by=stage.coordinator)


def test_a_survey_opens_after_a_second_person_approved_exactly_these_questions(stage):
    survey = submitted(stage)
    with pytest.raises(WrongState):
        opening.open_survey(survey.pk, by=stage.coordinator)
    opening.approve_survey(survey.pk, seen=survey.digest_now, by=stage.commander)
    assert opening.open_survey(survey.pk, by=stage.coordinator).state == "open"
    acts = Entry.objects.filter(object_id=str(survey.pk)).order_by("seq")
    assert [entry.action for entry in acts][-3:] == [
        "survey.submitted",
        "survey.approved",
        "survey.opened",
    ]


def test_what_was_approved_too_late_does_not_open_and_can_be_given_another_day(
    desk_client, stage, monkeypatch
):
    survey = stage.approved()
    _in_days(monkeypatch, 11)
    address = reverse("survey-open", args=[survey.pk], urlconf="keng.site.desk_urls")
    answer = sign_in(desk_client, stage.coordinator).post(address, follow=True)
    assert "Ngày cuối nhận trả lời đã qua" in answer.content.decode()
    survey.refresh_from_db()
    assert survey.state == "approved"
    survey = opening.send_back_survey(survey.pk, reason="Đổi hạn.", by=stage.coordinator)
    words = {"purpose": "streets", "reach": "open", "content": stage.content()}
    writing.revise_survey(survey.pk, **words, by=stage.coordinator)
    survey = writing.submit_survey(survey.pk, by=stage.coordinator)
    opening.approve_survey(survey.pk, seen=survey.digest_now, by=stage.commander)
    assert opening.open_survey(survey.pk, by=stage.coordinator).state == "open"


def test_the_author_does_not_approve_not_even_by_the_database(stage):
    survey = submitted(stage)
    with pytest.raises(HandInIt):
        opening.approve_survey(survey.pk, seen=survey.digest_now, by=stage.coordinator)
    row = Survey.objects.filter(pk=survey.pk)
    with (
        pytest.raises(IntegrityError, match="survey_is_released_by_nobody_with_a_hand_in_it"),
        transaction.atomic(),
    ):
        row.update(released_by=stage.coordinator, released_at=times.now())


def _refuses(survey, officer):
    with pytest.raises(HandInIt):
        opening.approve_survey(survey.pk, seen=survey.digest_now, by=officer)
    with (
        pytest.raises(IntegrityError, match="survey_is_released_by_nobody"),
        transaction.atomic(),
    ):
        Survey.objects.filter(pk=survey.pk).update(released_by=officer, released_at=times.now())


def test_neither_who_wrote_nor_who_changed_nor_who_handed_in_approves(stage):
    chief = make.officer(unit=stage.province, role="commander")
    survey = stage.draft()
    writing.put_question(survey.pk, WHERE, by=chief)
    survey = writing.submit_survey(survey.pk, by=stage.duty)
    for officer in (stage.coordinator, chief, stage.duty):
        _refuses(survey, officer)
    opening.approve_survey(survey.pk, seen=survey.digest_now, by=stage.commander)


def test_the_author_does_not_approve_what_a_colleague_handed_in(stage):
    survey = writing.submit_survey(stage.draft().pk, by=stage.duty)
    assert survey.author == stage.coordinator
    _refuses(survey, stage.coordinator)


def test_what_changed_since_it_was_read_is_not_approved(stage):
    seen = submitted(stage).digest_now
    survey = Survey.objects.get()
    opening.send_back_survey(survey.pk, reason="Câu 1 khó hiểu", by=stage.commander)
    writing.put_question(survey.pk, WHERE | {"key": "q9"}, by=stage.coordinator)
    writing.submit_survey(survey.pk, by=stage.coordinator)
    with pytest.raises(TextChanged):
        opening.approve_survey(survey.pk, seen=seen, by=stage.commander)


def test_an_approved_survey_cannot_be_changed_by_action_or_in_the_database(stage):
    survey = stage.approved()
    with pytest.raises(WrongState):
        writing.put_question(survey.pk, WHERE, by=stage.coordinator)
    with (
        pytest.raises(IntegrityError, match="asked as it was released"),
        transaction.atomic(),
    ):
        Survey.objects.filter(pk=survey.pk).update(content=survey.content | {"questions": []})


def test_no_survey_opens_without_a_second_person_not_even_by_the_database(stage):
    survey = submitted(stage)
    with (
        pytest.raises(IntegrityError, match="survey_opens_only_after_a_second_person"),
        transaction.atomic(),
    ):
        Survey.objects.filter(pk=survey.pk).update(state="open")


def test_what_was_let_out_may_become_a_draft_again_before_it_opens(stage):
    survey = stage.approved()
    survey = opening.send_back_survey(survey.pk, reason="Đổi câu 1", by=stage.coordinator)
    assert (survey.state, survey.is_released, survey.digest) == ("draft", False, None)
    assert survey.returned_reason == "Đổi câu 1"
    survey = writing.put_question(survey.pk, WHERE | {"key": "q9"}, by=stage.coordinator)
    assert not survey.is_waiting


def test_only_purposes_of_the_closed_list(stage):
    survey = stage.draft()
    with (
        pytest.raises(IntegrityError, match="survey_has_a_purpose_of_the_list"),
        transaction.atomic(),
    ):
        Survey.objects.filter(pk=survey.pk).update(purpose="politics")


def test_a_communes_small_desk_writes_none_until_it_is_switched_on(stage):
    def write():
        return writing.make_survey(
            unit_id=stage.unit.pk,
            purpose="fire",
            reach="open",
            content=stage.content(),
            by=stage.commander,
        )

    with pytest.raises(NotAllowed):
        write()
    stage.commander.full_desk = True
    assert write().unit == stage.unit


def test_a_neighbour_neither_sees_nor_changes_it(stage):
    survey = stage.draft()
    other = make.officer(unit=make.unit(parent=make.province_unit()), role="commander")
    assert not Survey.objects.visible_to(other).exists()
    with pytest.raises(NotAllowed):
        opening.open_survey(survey.pk, by=other)


def test_a_partners_survey_is_no_desks(stage):
    survey = stage.draft()
    partner = Partner.objects.create(
        name="Đoàn phường", kind="youth_union", purposes=["fire"], invited_by_unit=stage.province
    )
    Survey.objects.filter(pk=survey.pk).update(partner=partner, author=None)
    assert not Survey.objects.visible_to(stage.coordinator).exists()


def test_a_condition_on_a_question_that_went_is_gone(stage):
    survey = stage.draft(questions=(FEELS, WHY_NOT))
    after = writing.remove_question(survey.pk, "q1", by=stage.coordinator)
    assert [one["only_if"] for one in after.content["questions"]] == [None]


def test_a_survey_in_english_has_every_question_in_english(stage):
    half = {key: value for key, value in WHERE.items() if key != "en"}
    survey = stage.draft(questions=(FEELS, half))
    with pytest.raises(NotReady, match="english"):
        writing.submit_survey(survey.pk, by=stage.coordinator)


def test_slips_made_before_it_was_given_back_are_good_for_nothing(stage):
    survey = stage.approved(reach="once")
    assert len(set(opening.make_slips(survey.pk, 12, by=stage.coordinator))) == 12
    opening.send_back_survey(survey.pk, reason="x", by=stage.commander)
    assert survey.tokens.count() == 0


def _in_days(monkeypatch, count):
    later = times.now() + datetime.timedelta(days=count)
    monkeypatch.setattr(times, "now", lambda: later)


def test_a_survey_closes_by_itself_after_its_last_day_and_is_counted(
    stage, monkeypatch, public_client
):
    survey = stage.opened()
    stage.answer(survey, 6, q1=1)
    _in_days(monkeypatch, 10)
    assert opening.close_survey_by_day() == 0
    _in_days(monkeypatch, 1)
    assert opening.close_survey_by_day() == 1
    assert opening.close_survey_by_day() == 0
    survey.refresh_from_db()
    assert (survey.state, survey.closed_at) == ("closed", times.now())
    last = Entry.objects.filter(object_id=str(survey.pk)).latest("seq")
    assert (last.action, last.actor_id) == ("survey.closed", "worker")
    with pytest.raises(NotOpen):
        stage.answer(survey, q1=1)
    _in_days(monkeypatch, 0.01)
    assert counting.count_closed_survey() == 1
    address = reverse("survey", args=[survey.code], urlconf="keng.site.public_urls")
    shown = public_client.get(address)
    assert shown.status_code == 200
    assert "Khảo sát này đã đóng" in shown.content.decode()


def test_a_pile_of_paper_that_was_begun_is_waited_for_three_days(stage, monkeypatch):
    survey = stage.opened()
    paper.begin_batch(survey.pk, 2, by=stage.coordinator)
    _in_days(monkeypatch, 13)
    assert opening.close_survey_by_day() == 0
    _in_days(monkeypatch, 1)
    assert opening.close_survey_by_day() == 1


def test_a_finished_pile_is_not_waited_for(stage, monkeypatch):
    survey = stage.opened()
    batch = paper.begin_batch(survey.pk, 2, by=stage.coordinator)
    paper.finish_batch(batch.pk, by=stage.coordinator)
    _in_days(monkeypatch, 11)
    assert opening.close_survey_by_day() == 1


def approve(survey, by):
    return opening.approve_survey(survey.pk, seen=survey.digest_now, by=by)


def test_another_persons_word_opens_no_way_round(stage):
    """The commander's question, changed once more by somebody else: it stays the commander's."""
    survey = stage.draft()
    stage.commander.full_desk = True
    writing.put_question(survey.pk, WHERE | {"key": "q8"}, by=stage.commander)
    writing.put_question(survey.pk, WHERE | {"key": "q9"}, by=stage.duty)
    survey = writing.submit_survey(survey.pk, by=stage.duty)
    assert stage.commander != survey.author
    _refuses(survey, stage.commander)
    chief = make.officer(unit=stage.province, role="commander")
    approve(survey, chief)
    entry = Entry.objects.get(action="survey.approved")
    hands = (stage.coordinator, stage.commander, stage.duty)
    assert entry.detail["hands"] == [str(officer.pk) for officer in hands]


def test_whoever_handed_it_in_stays_a_hand_after_it_came_back(stage):
    survey = writing.submit_survey(stage.draft().pk, by=stage.duty)
    opening.send_back_survey(survey.pk, reason="Xem lại", by=stage.commander)
    survey = writing.submit_survey(survey.pk, by=stage.coordinator)
    _refuses(survey, stage.duty)
    approve(survey, stage.commander)


def test_where_everybody_of_the_desk_had_a_hand_the_province_approves(desk_client, stage):
    survey = stage.draft()
    writing.put_question(survey.pk, WHERE | {"key": "q8"}, by=stage.coordinator)
    stage.commander.full_desk = True
    stage.commander.save()
    writing.put_question(survey.pk, WHERE | {"key": "q9"}, by=stage.commander)
    survey = writing.submit_survey(survey.pk, by=stage.coordinator)
    sign_in(desk_client, stage.commander)
    address = reverse("survey-detail", args=[survey.pk], urlconf="keng.site.desk_urls")
    page = desk_client.get(address).content.decode()
    assert f"tỉnh sẽ duyệt. Người duyệt được ở tỉnh: {stage.duty} (Công an tỉnh)" in page
    assert f"{stage.coordinator}, {stage.commander}" in page
    approve(survey, stage.duty)
