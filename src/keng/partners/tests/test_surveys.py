"""A partner's survey: two of its people, its own figures, and no officer in between."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from keng.accounts.partner_role import in_partner_role
from keng.accounts.partner_signing import partner_chain
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.kit import times
from keng.partners.actions import surveys as actions
from keng.partners.errors import NoSecondMember, NotTheirPurpose
from keng.partners.survey_queries import own_survey
from keng.partners.tests.stage import Stage, signed_in
from keng.releases.errors import HandInIt
from keng.runtime.tests.rights import as_owner
from keng.surveys.actions import answering, counting, opening
from keng.surveys.models import Answer, Survey, SurveyResult
from keng.surveys.queries import content_of
from keng.surveys.tests.stage import FEELS, PATROL, RESULT, WHERE
from keng.surveys.tests.stage import Stage as DeskStage

pytestmark = pytest.mark.django_db


class SurveyStage(Stage):
    """The Front of a ward with two members, and a survey of its own."""

    def content(self):
        today = times.local_date(times.now())
        return {
            "vi": {"title": "Đèn đường trong tổ", "why": "Để chọn chỗ xin lắp đèn."},
            "en": None,
            "places": [],
            "closes_on": (today + datetime.timedelta(days=10)).isoformat(),
            "results_on": (today + datetime.timedelta(days=20)).isoformat(),
        }

    def draft(self):
        made = actions.make_partner_survey(purpose="fraud", content=self.content(), by=self.thu)
        for question in (FEELS, PATROL):
            actions.put_partner_question(made.pk, question, by=self.thu)
        return made

    def opened(self):
        survey = actions.submit_partner_survey(self.draft().pk, by=self.thu)
        return actions.open_partner_survey(survey.pk, seen=survey.digest_now, by=self.binh)

    def counted(self, answers=7):
        survey = self.opened()
        for _ in range(answers):
            answering.take_answer(survey, content_of(survey, "vi"), {"q1": 2, "q3": 1})
        actions.close_partner_survey(survey.pk, by=self.thu)
        moved = times.now() - datetime.timedelta(minutes=1)
        Survey.objects.filter(pk=survey.pk).update(closed_at=moved)
        assert counting.count_closed_survey() == 1
        return own_survey(survey.pk, self.thu).survey


@pytest.fixture
def stage():
    return SurveyStage()


def test_a_second_member_opens_it_and_the_first_one_cannot(stage):
    survey = actions.submit_partner_survey(stage.draft().pk, by=stage.thu)
    with pytest.raises(HandInIt):
        actions.open_partner_survey(survey.pk, seen=survey.digest_now, by=stage.thu)
    opened = actions.open_partner_survey(survey.pk, seen=survey.digest_now, by=stage.binh)
    assert (opened.state, opened.released_by_member) == (Survey.State.OPEN, stage.binh)


def test_a_partner_of_one_opens_no_survey_and_the_police_do_not_for_it(stage):
    alone = stage.alone()
    made = actions.make_partner_survey(purpose="fraud", content=stage.content(), by=alone)
    actions.put_partner_question(made.pk, FEELS, by=alone)
    with pytest.raises(NoSecondMember):
        actions.submit_partner_survey(made.pk, by=alone)
    with pytest.raises(NotAllowed):
        opening.approve_survey(made.pk, seen=made.digest_now, by=stage.coordinator)


def test_it_asks_for_its_purposes_and_for_no_words(stage):
    with pytest.raises(NotTheirPurpose):
        actions.make_partner_survey(purpose="fire", content=stage.content(), by=stage.thu)
    with pytest.raises(NotAllowed):
        actions.put_partner_question(stage.draft().pk, WHERE, by=stage.thu)


def test_members_of_another_partner_neither_see_nor_change_it(stage):
    other = stage.invited(name="Mặt trận phường Nếnh", username="hoa", kind="front").member
    survey = stage.opened()
    assert own_survey(survey.pk, other) is None
    with pytest.raises(NotAllowed):
        actions.close_partner_survey(survey.pk, by=other)


def test_its_figures_are_the_partners_until_its_result_is_out(stage, client):
    survey = stage.counted()
    assert survey.figures["answers"] == 7
    # Four of the five cells have nobody: none of them is told.
    assert survey.figures["questions"]["q3"]["rows"].count(None) >= 4
    address = reverse("survey", args=[survey.code])
    assert "7 người" not in client.get(address).content.decode()
    result = actions.submit_partner_result(survey.pk, RESULT, by=stage.thu)
    with pytest.raises(HandInIt):
        actions.publish_partner_result(survey.pk, seen=result.digest_now, by=stage.thu)
    actions.publish_partner_result(survey.pk, seen=result.digest_now, by=stage.binh)
    shown = client.get(address).content.decode()
    assert "6 trên 10 người chưa yên tâm" in shown
    assert stage.partner.name in shown
    assert f"{stage.province.name} ·" not in shown


def test_the_worker_closes_it_by_its_day_in_the_partners_own_chain(become, stage, monkeypatch):
    survey = stage.opened()
    later = times.now() + datetime.timedelta(days=11)
    monkeypatch.setattr(times, "now", lambda: later)
    become("worker")
    assert opening.close_survey_by_day() == 1
    with as_owner():
        entry = Entry.objects.filter(object_id=str(survey.pk)).latest("id")
    assert (entry.action, entry.chain) == ("survey.closed", partner_chain(stage.partner.pk))


def test_the_desk_reads_no_row_of_it_and_the_partners_role_none_of_the_desks(become, stage):
    own, theirs = stage.counted(), DeskStage(hamlets=()).opened(places=False)
    answering.take_answer(theirs, content_of(theirs, "vi"), {"q1": 1})
    result = actions.submit_partner_result(own.pk, RESULT, by=stage.thu)
    with in_partner_role():
        assert list(Survey.objects.values_list("pk", flat=True)) == [own.pk]
        assert set(Answer.objects.values_list("survey", flat=True)) == {own.pk}
        assert Survey.objects.filter(pk=theirs.pk).update(code="ABCDEF") == 0
    for column in ("said", "*"):
        with pytest.raises(DatabaseError), transaction.atomic(), in_partner_role():
            connection.cursor().execute(f"SELECT {column} FROM surveys_answer")
    become("desk")
    assert list(Survey.objects.values_list("pk", flat=True)) == [theirs.pk]
    assert set(Answer.objects.values_list("survey", flat=True)) == {theirs.pk}
    assert not SurveyResult.objects.filter(pk=result.pk).exists()
    assert Survey.objects.filter(pk=own.pk).update(code="ABCDEF") == 0


def test_the_public_site_reads_none_of_its_drafts_and_no_figures(become, stage):
    draft = stage.draft()
    become("public")
    assert not Survey.objects.filter(pk=draft.pk).only("code").exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Survey.objects.values_list("figures"))


def test_the_public_site_does_all_of_it_with_its_own_rights(become, stage):
    become("public")
    survey = stage.opened()
    answering.take_answer(survey, content_of(survey, "vi"), {"q1": 2})
    assert own_survey(survey.pk, stage.binh).answer_count == 1
    closed = actions.close_partner_survey(survey.pk, by=stage.thu)
    assert closed.state == Survey.State.CLOSED


def test_its_pages_say_what_is_missing_and_keep_what_was_typed(stage, client):
    signed_in(client, stage.thu)
    sent = client.post("/partner/surveys/new/", {"title": "Đèn đường", "purpose": "fire"})
    assert sent.status_code == 422
    assert "Đèn đường" in sent.content.decode()
    draft = actions.make_partner_survey(purpose="fraud", content=stage.content(), by=stage.thu)
    empty = client.post(f"/partner/surveys/{draft.pk}/edit/", {"do": "submit"})
    assert empty.status_code == 422
    assert "viết ít nhất một câu hỏi" in empty.content.decode()


def test_a_survey_is_closed_once_and_the_second_tap_is_told(stage, client):
    survey = stage.opened()
    signed_in(client, stage.thu)
    address = f"/partner/surveys/{survey.pk}/close/"
    assert client.post(address).status_code == 303
    assert client.post(address).status_code == 409
