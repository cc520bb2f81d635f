"""Who was missed and why; and sending it again to them alone, in the rows that are there."""

import datetime

import pytest
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.actions import dispatch as sending
from keng.delivery.actions.resending import DispatchOver, ask_resend, resend_to_missed
from keng.delivery.models import Delivery, RelayTask
from keng.delivery.queries.missed import count_to_resend, missed_by
from keng.delivery.tests.test_dispatch import Ward, states
from keng.kit import times
from keng.runtime.tests.rights import as_process
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    made = Ward()
    made.group = make.group(
        unit=made.unit, place=made.hamlet, name="Nhóm máy", channel="sandbox", channel_address="a"
    )
    return made


def send_again(ward, sent):
    """As production does it: the desk asks, the worker does."""
    with as_process("desk"):
        asked = ask_resend(sent.pk, by=ward.officer)
    with as_process("worker"):
        resend_to_missed()
    sent.refresh_from_db()
    return asked


def ways(sent):
    return {line.next: line.count for line in missed_by(sent)}


def test_whom_no_account_reached_is_sent_it_once_an_account_works(ward):
    sent = ward.send(ward.audience())
    assert states(sent) == [("sandbox", "rejected", "no_account")]
    assert ways(sent) == {"officer": 1}
    account = make.channel_account(unit=ward.unit)
    assert ways(sent) == {"again": 1}
    assert send_again(ward, sent)
    row = Delivery.objects.get(dispatch=sent)
    assert (row.state, row.code, row.account_id) == ("queued", "", account.pk)
    assert missed_by(sent) == []
    done = Entry.objects.get(action="dispatch.missed_resent")
    assert done.detail == {"again": 1, "relay_tasks": 0}


def test_whoever_has_it_already_is_not_sent_it_again(ward):
    make.group(
        unit=ward.unit, place=ward.hamlet, name="Nhóm đã có", channel="sandbox", channel_address="b"
    )
    sent = ward.send(ward.audience())
    has_it = Delivery.objects.filter(dispatch=sent).latest("id")
    Delivery.objects.filter(pk=has_it.pk).update(state="sent", code="")
    make.channel_account(unit=ward.unit)
    send_again(ward, sent)
    assert sorted(row.state for row in Delivery.objects.filter(dispatch=sent)) == ["queued", "sent"]
    assert Entry.objects.get(action="dispatch.missed_resent").detail["again"] == 1


def test_a_second_tap_asks_nothing_more(ward):
    sent = ward.send(ward.audience())
    make.channel_account(unit=ward.unit)
    assert ask_resend(sent.pk, by=ward.officer) is True
    assert ask_resend(sent.pk, by=ward.officer) is False
    assert Entry.objects.filter(action="dispatch.resend_asked").count() == 1
    assert resend_to_missed() == 1
    assert resend_to_missed() == 0


def test_where_no_account_works_the_lead_is_asked_and_no_machine_sends_it_after_that(ward):
    lead = make.lead(unit=ward.unit, groups=(ward.group,))
    sent = ward.send(ward.audience())
    assert ways(sent) == {"lead": 1}
    send_again(ward, sent)
    assert RelayTask.objects.get(dispatch=sent).lead == lead
    assert ways(sent) == {"asked": 1}
    make.channel_account(unit=ward.unit)
    send_again(ward, sent)
    assert states(sent) == [("sandbox", "rejected", "no_account")]
    assert RelayTask.objects.filter(dispatch=sent).count() == 1


@pytest.mark.parametrize(
    ("change", "way"),
    [
        ({"state": "unknown", "code": "lease_ended"}, "unknown"),
        ({"state": "gone", "code": "no_chat"}, "officer"),
        ({"state": "rejected", "code": "x", "provider_id": "m1"}, "officer"),
        ({"state": "rejected", "code": "expired"}, "officer"),
        ({"state": "rejected", "code": "x", "address": "another"}, "officer"),
    ],
)
def test_whom_it_may_have_reached_and_who_moved_are_not_sent_it_again(ward, change, way):
    make.channel_account(unit=ward.unit)
    sent = ward.send(ward.audience())
    Delivery.objects.filter(dispatch=sent).update(settled_at=times.now(), **change)
    assert ways(sent) == {way: 1}
    send_again(ward, sent)
    assert Delivery.objects.get(dispatch=sent).state == change["state"]


def test_who_stopped_meanwhile_is_not_sent_it_again(ward):
    person = make.subscription(places=(ward.hamlet,))
    sent = ward.send(ward.audience(kinds=()))
    make.channel_account(unit=ward.unit, channel="email")
    assert ways(sent) == {"again": 1}
    person.stopped_at = times.now()
    person.save()
    assert ways(sent) == {"none": 1}


def test_what_was_taken_back_or_is_over_is_not_sent_again(ward):
    sent = ward.send(ward.audience())
    sent.expires_at = times.now() - datetime.timedelta(minutes=1)
    sent.save()
    with pytest.raises(DispatchOver):
        ask_resend(sent.pk, by=ward.officer)
    sending.cancel_dispatch(sent.pk, by=ward.officer)
    with pytest.raises(sending.DispatchTakenBack):
        ask_resend(sent.pk, by=ward.officer)


def test_taken_back_between_the_tap_and_the_worker_nothing_leaves(ward):
    sent = ward.send(ward.audience())
    make.channel_account(unit=ward.unit)
    ask_resend(sent.pk, by=ward.officer)
    sending.cancel_dispatch(sent.pk, by=ward.officer)
    assert resend_to_missed() == 0
    assert Delivery.objects.get(dispatch=sent).state == "rejected"


def test_the_page_says_who_was_missed_and_the_sheet_names_nobody(desk_client, ward):
    make.group(unit=ward.unit, place=ward.hamlet, name="Nhóm tay", kind="landlords")
    sent = ward.send(ward.audience())
    make.channel_account(unit=ward.unit)
    assert count_to_resend(missed_by(sent)) == 1
    sign_in(desk_client, ward.officer)
    page = desk_client.get(reverse("dispatch", args=[sent.pk])).content.decode()
    assert "Gửi lại cho 1 nơi chưa nhận được" in page
    sheet = desk_client.get(reverse("dispatch-export", args=[sent.pk])).content.decode("utf-8-sig")
    assert "không có ai đăng" in sheet
    assert "Nhóm máy" not in sheet
    assert "Nhóm tay" not in sheet
    answered = desk_client.post(reverse("dispatch-resend-missed", args=[sent.pk]), follow=True)
    assert "Đang gửi lại." in answered.content.decode()
