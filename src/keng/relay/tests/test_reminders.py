"""Leads who were told and have not confirmed: who is on the list, in which words, and for whom."""

import datetime

import pytest

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Dispatch, RelayTask
from keng.kit import times
from keng.network.models import Group
from keng.network.secret_links import lead_token
from keng.relay import coverage, reminders, tasks_of_leads
from keng.relay import relay_acts as actions
from keng.relay.establishment_reach import establishments_with_rooms
from keng.relay.tests.test_relay import page, url, ward
from tests import make

pytestmark = pytest.mark.django_db
__all__ = ["ward"]


def told_task(hours, **of):
    """Their tasks were handed out so many hours ago."""
    at = times.now() - datetime.timedelta(hours=hours)
    RelayTask.objects.filter(**of).update(handed_out_at=at)


def names(officer, **asked):
    return [one.lead.name for one in reminders.leads_to_remind(officer, **asked)]


def test_who_has_not_confirmed_after_some_hours_is_reminded(ward):
    ward.send(ward.audience())
    assert names(ward.officer) == []
    told_task(3)
    assert names(ward.officer) == ["Bà Mão"]
    assert names(ward.officer, hours=6) == []
    assert names(make.officer(unit=make.unit())) == []
    actions.confirm_tasks([RelayTask.objects.get().pk], lead=ward.lead, via="zalo")
    assert names(ward.officer) == []


def test_the_desk_that_reminds_signs_and_each_group_is_named_once(ward):
    province = make.province_unit("Công an tỉnh Thử")
    for _ in range(2):
        ward.send(ward.audience())
    dispatch = ward.send(ward.audience(), urgent=True)
    Dispatch.objects.filter(pk=dispatch.pk).update(unit=province)
    told_task(3)
    (found,) = reminders.leads_to_remind(ward.officer)
    assert found.message.startswith(f"{ward.unit.name} gửi Bà Mão")
    assert found.message.count("Công an tỉnh Thử") == 1
    assert any(title.endswith("(Công an tỉnh Thử)") for title in found.titles)
    assert found.groups == ("Nhà trọ 2",)


def test_urgent_is_only_what_still_is_and_nobody_is_reminded_of_what_expired(ward):
    dispatch = ward.send(ward.audience(), urgent=True)
    told_task(3)
    assert [one.is_urgent for one in reminders.leads_to_remind(ward.officer)] == [True]
    day = datetime.timedelta(days=1)
    Dispatch.objects.update(created_at=times.now() - 8 * day)
    assert [one.is_urgent for one in reminders.leads_to_remind(ward.officer)] == [False]
    # Its rows may be gone by then: what says when it ends is the dispatch.
    Dispatch.objects.filter(pk=dispatch.pk).update(expires_at=times.now() - day)
    assert names(ward.officer) == []


def test_who_wants_to_do_it_later_or_stopped_is_not(ward):
    ward.send(ward.audience())
    told_task(30)
    actions.note_why_not([RelayTask.objects.get().pk], lead=ward.lead, reason="later")
    assert names(ward.officer) == []
    RelayTask.objects.update(remind_at=times.now() - datetime.timedelta(hours=1))
    assert names(ward.officer) == ["Bà Mão"]
    type(ward.lead).objects.update(stopped_at=times.now())
    assert names(ward.officer) == []


def test_one_tap_notes_it_and_the_words_are_there(desk_client, ward):
    dispatch = ward.send(ward.audience())
    told_task(3)
    sign_in(desk_client, ward.officer)
    address = url("reminders", desk=True)
    shown = desk_client.get(address).content.decode()
    assert "1 đầu mối chưa xác nhận sau 2 giờ" in shown
    assert "chưa biết “" in shown
    assert lead_token(ward.lead) not in shown
    sent = {"hours": "2", "dispatch": str(dispatch.pk)}
    answer = desk_client.post(url("lead-remind", ward.lead.pk, desk=True), sent, follow=True)
    shown = answer.content.decode()
    assert "Đã ghi: đã nhắc Bà Mão" in shown
    assert "Nhắc lại" in shown
    task = RelayTask.objects.get()
    assert task.reminded_by == ward.officer
    assert Entry.objects.get(action="relay.reminded").detail == {"tasks": [str(task.pk)]}
    shown = desk_client.get(url("dispatch-coverage", dispatch.pk, desk=True)).content.decode()
    assert "đã nhắc lúc" in shown
    sign_in(desk_client, make.officer(unit=make.unit()))
    assert desk_client.get(f"{address}?dispatch={dispatch.pk}").status_code == 404
    answer = desk_client.post(url("lead-remind", ward.lead.pk, desk=True), sent)
    assert answer.status_code == 404


def test_whoever_was_reminded_lately_comes_last(ward):
    second = make.lead(unit=ward.unit, groups=(ward.group,), name="Ông Tám")
    ward.send(ward.audience())
    told_task(5, lead=ward.lead)
    told_task(3, lead=second)
    assert names(ward.officer) == ["Bà Mão", "Ông Tám"]
    assert reminders.note_reminded(ward.lead.pk, hours=2, by=ward.officer) == 1
    assert names(ward.officer) == ["Ông Tám", "Bà Mão"]


def test_a_reminder_of_one_warning_notes_no_other(desk_client, ward):
    first, second = ward.send(ward.audience()), ward.send(ward.audience())
    told_task(3)
    sign_in(desk_client, ward.officer)
    sent = {"hours": "2", "dispatch": str(first.pk)}
    desk_client.post(url("lead-remind", ward.lead.pk, desk=True), sent)
    reminded = RelayTask.objects.filter(reminded_at__isnull=False)
    assert [task.dispatch_id for task in reminded] == [first.pk]
    assert names(ward.officer, dispatch=second.pk) == ["Bà Mão"]


def test_a_second_tap_notes_nothing_more_and_no_waiting_task_is_said(desk_client, ward):
    ward.send(ward.audience())
    told_task(3)
    sign_in(desk_client, ward.officer)
    address = url("lead-remind", ward.lead.pk, desk=True)
    for _ in range(2):
        shown = desk_client.post(address, {"hours": "2"}, follow=True).content.decode()
        assert "Đã ghi: đã nhắc Bà Mão" in shown
    assert Entry.objects.filter(action="relay.reminded").count() == 1
    actions.confirm_tasks([RelayTask.objects.get().pk], lead=ward.lead, via="zalo")
    shown = desk_client.post(address, {"hours": "2"}, follow=True).content.decode()
    assert "Đã ghi: đã nhắc" not in shown
    assert "Bà Mão không còn cảnh báo nào chờ xác nhận" in shown


def test_who_answers_to_a_lead_of_another_desk_is_the_own_desks_to_remind(desk_client, ward):
    elsewhere = make.lead(unit=make.unit(), name="Ông Tỉnh")
    type(ward.lead).objects.filter(pk=ward.lead.pk).update(above=elsewhere)
    ward.send(ward.audience())
    told_task(3)
    assert names(ward.officer) == ["Bà Mão"]
    sign_in(desk_client, ward.officer)
    address = url("lead-remind", ward.lead.pk, desk=True)
    shown = desk_client.post(address, {"hours": "2"}, follow=True).content.decode()
    assert "Đã ghi: đã nhắc Bà Mão" in shown


def test_a_school_is_reminded_in_its_own_words(public_client, ward):
    Group.objects.filter(pk=ward.group.pk).update(kind="school")
    teacher = make.lead(unit=ward.unit, groups=(ward.group,), name="Cô Hoa", above=ward.lead)
    ward.send(ward.audience())
    told_task(3)
    (found,) = reminders.leads_to_remind(ward.officer)
    assert "nhờ thầy cô gửi" in found.message
    assert "còn 1 người chưa xác nhận" in found.message
    # Names of those below are the lead's alone, with words to send them that name nobody.
    assert (found.lead, found.below) == (ward.lead, 1)
    assert teacher.name not in found.message
    assert "Kính gửi thầy cô" in found.message
    shown = page(public_client, ward.lead)
    assert "Cô Hoa" in shown
    assert "Kính gửi thầy cô: nhờ thầy cô gửi" in shown


def test_nobody_at_a_school_is_asked_about_rooms(ward):
    made = {"unit": ward.unit, "place": ward.hamlet, "group": ward.group}
    make.establishment(**made)
    assert establishments_with_rooms([ward.group.pk]) == {ward.group.pk: 1}
    Group.objects.filter(pk=ward.group.pk).update(kind="school")
    assert establishments_with_rooms([ward.group.pk]) == {}


def test_a_recall_counts_in_coverage(desk_client, ward):
    first = ward.send(ward.audience())
    recall = ward.send(SameRecipients((first.pk,)), kind="recall")
    sign_in(desk_client, ward.officer)
    found = coverage.recent_dispatches(ward.officer)
    assert recall in found
    shown = desk_client.get(url("coverage", desk=True)).content.decode()
    assert "đã thu hồi" in shown
    counted = coverage.coverage_of_dispatches([each.pk for each in found], officer=ward.officer)
    assert counted.dispatches[recall.pk].waiting == 1
    assert f'data-passed-on="{counted.total.passed_on}"' in shown


def test_the_words_about_a_recall_say_what_to_do_if_it_was_posted_and_if_not(ward):
    first = ward.send(ward.audience())
    (told,) = tasks_of_leads.leads_to_tell(ward.officer)
    assert "thu hồi" not in told.message
    ward.send(SameRecipients((first.pk,)), kind="recall")
    (told,) = tasks_of_leads.leads_to_tell(ward.officer)
    told_task(3)
    (reminded,) = reminders.leads_to_remind(ward.officer)
    for message in (told.message, reminded.message):
        assert "Đã đăng bài bị thu hồi thì xóa bài đó và đăng tin thu hồi" in message
        assert "chưa từng đăng thì không cần đăng gì" in message


def test_of_a_recall_first_those_are_told_who_passed_on_what_was_wrong(ward):
    leads = [
        make.lead(unit=ward.unit, groups=(make.group(unit=ward.unit, place=ward.hamlet),))
        for _ in range(2)
    ]
    first = ward.send(ward.audience())
    done = RelayTask.objects.get(dispatch=first, lead=leads[1])
    actions.confirm_tasks([done.pk], lead=leads[1], via="zalo")
    before = {told.lead for told in tasks_of_leads.leads_to_tell(ward.officer)}
    assert before == {ward.lead, leads[0]}
    ward.send(SameRecipients((first.pk,)), kind="recall")
    told = [each.lead for each in tasks_of_leads.leads_to_tell(ward.officer)]
    assert told[0] == leads[1]
    assert set(told) == {ward.lead, *leads}


def test_stopping_a_recall_is_no_red_button_and_says_what_it_would_do(desk_client, ward):
    first = ward.send(ward.audience())
    recall = ward.send(SameRecipients((first.pk,)), kind="recall")
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(url("dispatch", first.pk, desk=True)).content.decode()
    assert "button stop" in shown
    shown = desk_client.get(url("dispatch", recall.pk, desk=True)).content.decode()
    assert "button stop" not in shown
    assert "nơi chưa biết sẽ không được báo" in shown
    assert desk_client.post(url("dispatch-cancel", recall.pk, desk=True)).status_code == 302
    shown = desk_client.get(url("dispatch", recall.pk, desk=True)).content.decode()
    assert "Dừng thu hồi" not in shown


def test_every_warning_of_the_month_is_counted_and_reached_by_pages(desk_client, ward):
    for _ in range(52):
        ward.send(ward.audience(over_limit_reason="x"))
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(url("coverage", desk=True))
    assert (len(shown.context["rows"]), shown.context["page"].total) == (50, 52)
    assert len(desk_client.get(url("coverage", desk=True) + "?page=1").context["rows"]) == 2


def test_who_answers_to_somebody_who_stopped_is_the_desks_to_remind(ward):
    below = make.lead(unit=ward.unit, groups=(ward.group,), name="Ông Tám", above=ward.lead)
    ward.send(ward.audience())
    told_task(3)
    assert names(ward.officer) == ["Bà Mão"]
    type(ward.lead).objects.filter(pk=ward.lead.pk).update(stopped_at=times.now())
    assert names(ward.officer) == [below.name]
