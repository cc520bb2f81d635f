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
from keng.partners.errors import MarksUnchecked, NoSecondMember, NotTheirPurpose, TooManyOpen
from keng.partners.survey_queries import own_survey
from keng.partners.tests.stage import signed_in
from keng.partners.tests.survey_stage import SurveyStage
from keng.releases.errors import HandInIt
from keng.runtime.tests.rights import as_owner
from keng.surveys.actions import answering, counting, opening
from keng.surveys.actions.errors import LastDayTooFar, WrongState
from keng.surveys.models import Answer, Survey, SurveyResult
from keng.surveys.queries import (
    content_of,
    open_partner_surveys,
    open_surveys,
    public_survey,
    published_partner_surveys,
)
from keng.surveys.tests.stage import FEELS, PATROL, RESULT, WHERE
from keng.surveys.tests.stage import Stage as DeskStage

pytestmark = pytest.mark.django_db


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
        assert Survey.objects.filter(pk=theirs.pk).update(purpose="fraud") == 0
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


def test_what_a_closed_partner_asked_and_found_is_out_of_sight(become, stage):
    asked, told = stage.opened(), stage.published()
    assert [one.pk for one in open_partner_surveys()] == [asked.pk]
    assert [one.pk for one in published_partner_surveys()] == [told.pk]
    stage.partner.is_active = False
    stage.partner.save(update_fields=["is_active"])
    assert not open_partner_surveys()
    assert not published_partner_surveys()
    assert public_survey(asked.code) is None
    become("public")
    assert not Survey.objects.only("code").exists()
    assert not SurveyResult.objects.only("words").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM surveys_publishedfigures")
        assert cursor.fetchone() is None


def test_numbers_in_a_survey_are_looked_at_by_both_who_let_it_out(stage):
    draft = stage.draft()
    words = {**PATROL["vi"], "hint": "Gọi 0912 345 678 nếu cần."}
    actions.put_partner_question(draft.pk, {**PATROL, "vi": words}, by=stage.thu)
    with pytest.raises(MarksUnchecked):
        actions.submit_partner_survey(draft.pk, by=stage.thu)
    survey = actions.submit_partner_survey(draft.pk, checked=True, by=stage.thu)
    with pytest.raises(MarksUnchecked):
        actions.open_partner_survey(survey.pk, seen=survey.digest_now, by=stage.binh)


def test_the_page_keeps_a_result_with_a_number_in_it_until_it_is_ticked(stage, client):
    survey = stage.counted()
    signed_in(client, stage.thu)
    address = f"/partner/surveys/{survey.pk}/result/"
    words = {"headline": "Gọi 0912 345 678", "deeds": "Lắp đèn."}
    shown = client.post(address, words)
    assert shown.status_code == 422
    assert "Gọi 0912 345 678" in shown.content.decode()
    assert own_survey(survey.pk, stage.thu).written is None
    assert client.post(address, {**words, "checked": "on"}).status_code == 303


def test_a_partner_has_three_surveys_open_and_none_for_ever(stage):
    for _ in range(3):
        stage.opened()
    with pytest.raises(TooManyOpen):
        stage.opened()
    draft = stage.draft()
    last = times.local_date(times.now()) + datetime.timedelta(days=91)
    long = {**stage.content(), "closes_on": last.isoformat()}
    actions.revise_partner_survey(draft.pk, purpose="fraud", content=long, by=stage.thu)
    with pytest.raises(LastDayTooFar):
        actions.submit_partner_survey(draft.pk, by=stage.thu)


def test_surveys_of_partners_take_no_place_among_those_of_desks(stage):
    desks = DeskStage(hamlets=()).opened(places=False)
    stage.opened()
    assert [one.pk for one in open_surveys(limit=1)] == [desks.pk]


def test_a_result_is_taken_back_and_another_one_published(stage, client):
    survey = stage.published()
    signed_in(client, stage.thu)
    address = f"/partner/surveys/{survey.pk}/result/withdraw/"
    assert client.post(address).status_code == 303
    assert "6 trên 10" not in client.get(reverse("survey", args=[survey.code])).content.decode()
    with pytest.raises(WrongState):
        actions.withdraw_partner_result(survey.pk, by=stage.thu)
    result = actions.submit_partner_result(survey.pk, RESULT, by=stage.thu)
    actions.publish_partner_result(survey.pk, seen=result.digest_now, by=stage.binh)
    assert public_survey(survey.code).state == Survey.State.PUBLISHED


def _refused(statement, *values):
    """Whether the database refuses this to a process that took the partner's role."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE keng_partner")
            cursor.execute(statement, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except DatabaseError as error:
        return error.__cause__.sqlstate == "42501"
    return False


def test_the_database_holds_a_partners_survey_to_its_steps(stage):
    other = stage.invited(name="Mặt trận phường Nếnh", username="hoa", kind="front").member
    waiting = actions.submit_partner_survey(stage.draft().pk, by=stage.thu)
    opens = (
        "UPDATE surveys_survey SET state = 'open', opened_at = now(), released_at = now(),"
        " digest = %s, released_by_member_id = %s WHERE id = %s"
    )
    made_up = (
        "INSERT INTO surveys_survey (id, unit_id, partner_id, code, state, purpose, reach, content,"
        " hands, figures) SELECT gen_random_uuid(), unit_id, partner_id, 'ABCDEF', %s, purpose,"
        " reach, content, %s, NULL FROM surveys_survey WHERE id = %s"
    )
    # A draft in the name of one of its people is the only beginning.
    assert not _refused(made_up, "draft", [stage.thu.pk], waiting.pk)
    assert _refused(made_up, "draft", [], waiting.pk)
    assert _refused(made_up, "draft", [other.pk], waiting.pk)
    assert _refused(made_up, "submitted", [stage.thu.pk], waiting.pk)
    change = "UPDATE surveys_survey SET {} WHERE id = %s"
    for changed in ("figures = '{}'", "content = '{}'", "state = 'closed'", "code = 'ABCDEF'"):
        assert _refused(change.format(changed), waiting.pk), changed
    # Opened by somebody of another partner, or by one of its own and not on record.
    assert _refused(opens, waiting.digest_now, other.pk, waiting.pk)
    assert _refused(opens, waiting.digest_now, stage.binh.pk, waiting.pk)


def test_the_database_holds_a_partners_result_to_its_steps(stage):
    survey = stage.published()
    out = SurveyResult.objects.get(survey=survey)
    change = "UPDATE surveys_surveyresult SET {} WHERE id = %s"
    assert _refused(change.format("words = '{}'"), out.pk)
    # It goes when that is on record.
    assert _refused(change.format("ended_at = now()"), out.pk)
    assert _refused("UPDATE surveys_survey SET state = 'closed' WHERE id = %s", survey.pk)
    waiting = actions.submit_partner_result(survey.pk, RESULT, by=stage.thu)
    release = "released_at = now(), digest = sha256(''), released_by_member_id = %s"
    other = stage.invited(name="Mặt trận phường Nếnh", username="hoa", kind="front").member
    assert _refused(change.format(release), other.pk, waiting.pk)


def test_answers_go_ninety_days_after_it_closed_whatever_became_of_its_result(stage):
    """Also where the result was taken back, or nobody may publish one any more."""
    survey = stage.published()
    actions.withdraw_partner_result(survey.pk, by=stage.binh)
    assert Answer.objects.filter(survey=survey).exists()
    assert counting.forget_answers() == 0
    closed = times.now() - datetime.timedelta(days=91)
    with as_owner():
        Survey.objects.filter(pk=survey.pk).update(closed_at=closed)
    assert counting.forget_answers() > 0
    assert not Answer.objects.filter(survey=survey).exists()
