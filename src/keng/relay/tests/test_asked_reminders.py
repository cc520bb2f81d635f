"""The reminder that a lead asked for: sent once, at its hour, and promised only where it comes."""

import datetime

import pytest

from keng.channels.by_hand import BY_HAND
from keng.conftest import sign_in
from keng.delivery.actions import dispatch as sending
from keng.delivery.models import Delivery, RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network.actions import lead_ways
from keng.network.actions.lead_ways import QuietHours
from keng.network.models import LeadWay
from keng.relay import asked_reminders, stopping
from keng.relay import relay_acts as actions
from keng.relay.asked_reminders import hour_to_remind, send_asked_reminders
from keng.relay.tests.test_relay import cannot, page, url
from keng.relay.tests.test_telling_leads import agreed
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db
AT_NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=times.VIETNAM)


@pytest.fixture
def ward():
    keys.make_sender_key()
    made = Ward.of_a_landlord()
    make.channel_account(unit=made.unit, channel="email")
    return made


def put_off(ward, dispatch, hours=1):
    """The lead asked for a reminder, and its hour came so long ago."""
    tasks = RelayTask.objects.filter(dispatch=dispatch, lead=ward.lead)
    actions.note_why_not([one.pk for one in tasks], lead=ward.lead, reason="later")
    tasks.update(remind_at=times.now() - datetime.timedelta(hours=hours))


def reminders():
    return list(Delivery.objects.filter(dispatch__source_kind="relay_reminder").order_by("id"))


def in_every_quiet_hour(ward):
    now = times.now().astimezone(times.VIETNAM)
    until = now + datetime.timedelta(hours=2)
    lead_ways.choose_quiet_hours(ward.lead, QuietHours(now.time(), until.time()))


def test_who_asked_is_reminded_once_by_their_own_channel(ward, become):
    lead_ways.choose_quiet_hours(ward.lead, QuietHours(None, None))
    agreed(ward.lead)
    first, second = ward.send(ward.audience()), ward.send(ward.audience())
    put_off(ward, first, hours=-1)
    assert send_asked_reminders() == 0
    for dispatch in (first, second):
        put_off(ward, dispatch)
    become("worker")
    # One message for all that was put off, and a worker that starts again writes no second one.
    assert [send_asked_reminders() for _ in range(2)] == [1, 0]
    become("owner")
    (row,) = reminders()
    assert (row.channel, row.recipient_ref, row.state) == ("email", ward.lead.pk, "queued")


def confirms(ward, dispatch):
    tasks = RelayTask.objects.filter(dispatch=dispatch)
    actions.confirm_tasks([one.pk for one in tasks], lead=ward.lead, via="zalo")


def says_it_is_not_theirs(ward, dispatch):
    tasks = RelayTask.objects.filter(dispatch=dispatch)
    actions.note_why_not([one.pk for one in tasks], lead=ward.lead, reason="not_mine")


def stops(ward, dispatch):
    stopping.stop_lead(ward.lead)


def is_taken_back(ward, dispatch):
    sending.cancel_dispatch(dispatch.pk, by=ward.officer)


@pytest.mark.parametrize("end", [confirms, says_it_is_not_theirs, stops, is_taken_back])
@pytest.mark.parametrize("is_written", [True, False])
def test_nobody_is_reminded_of_what_is_over(ward, become, end, is_written):
    agreed(ward.lead)
    sent = ward.send(ward.audience())
    put_off(ward, sent)
    if is_written:
        assert send_asked_reminders() == 1
    become("desk" if end is is_taken_back else "public")
    end(ward, sent)
    become("owner")
    assert send_asked_reminders() == 0
    assert {one.state for one in reminders()} <= {"cancelled"}


def test_what_else_was_put_off_is_reminded_of_when_one_is_done(ward):
    agreed(ward.lead)
    first, second = ward.send(ward.audience()), ward.send(ward.audience())
    put_off(ward, first, hours=2)
    put_off(ward, second)
    send_asked_reminders()
    confirms(ward, first)
    assert send_asked_reminders() == 1
    called_off, again = reminders()
    assert called_off.state == "cancelled"
    assert again.dispatch.source_ref == second.pk


def test_in_quiet_hours_and_after_an_officer_reminded_nothing_comes(ward):
    agreed(ward.lead)
    in_every_quiet_hour(ward)
    sent = ward.send(ward.audience())
    put_off(ward, sent)
    RelayTask.objects.update(reminded_at=times.now(), reminded_by=ward.officer)
    assert send_asked_reminders() == 0
    RelayTask.objects.update(reminded_at=None, reminded_by=None)
    assert send_asked_reminders() == 1
    assert reminders()[0].code == "quiet_hours"


@pytest.mark.parametrize(
    ("quiet", "is_urgent", "at"),
    [
        (("21:00", "06:00"), False, "20 20:30"),
        (("20:00", "06:00"), False, "21 06:00"),
        (("20:00", "06:00"), True, "20 20:30"),
    ],
)
def test_the_hour_that_the_page_names_lies_outside_the_quiet_hours(
    monkeypatch, quiet, is_urgent, at
):
    monkeypatch.setattr(asked_reminders.times, "now", lambda: AT_NOON)
    begins, ends = map(datetime.time.fromisoformat, quiet)
    named = hour_to_remind(LeadWay(quiet_from=begins, quiet_to=ends), is_urgent=is_urgent)
    assert f"{named.astimezone(times.VIETNAM):%d %H:%M}" == at


def test_the_page_promises_a_reminder_only_to_whom_one_comes(ward, public_client):
    sent = ward.send(ward.audience())
    assert "nhắc tôi lúc" not in page(public_client, ward.lead)
    cannot(public_client, ward.lead, sent, "later")
    assert "Không có tin nào nhắc bạn" in page(public_client, ward.lead)
    agreed(ward.lead)
    shown = page(public_client, ward.lead)
    assert "nhắc tôi lúc" in shown
    assert "sẽ có tin nhắc bạn" in shown


def test_the_desk_has_the_hour_of_whom_no_machine_reminds(ward, desk_client):
    put_off(ward, ward.send(ward.audience()), hours=-2)
    sign_in(desk_client, ward.officer)
    hand_outs = url("hand-outs", desk=True)
    assert "Hẹn làm sau" in desk_client.get(hand_outs).content.decode()
    agreed(ward.lead)
    assert "Hẹn làm sau" not in desk_client.get(hand_outs).content.decode()


def test_the_desk_has_the_hour_of_whom_the_reminder_did_not_reach(ward):
    agreed(ward.lead)
    sent = ward.send(ward.audience())
    put_off(ward, sent)
    send_asked_reminders()
    assert asked_reminders.hours_named_to_desk(ward.officer) == []
    Delivery.objects.exclude(channel=BY_HAND).update(
        state="gone", settled_at=times.now(), address_sealed=None, text_sealed=None
    )
    (named,) = asked_reminders.hours_named_to_desk(ward.officer)
    assert (named.lead, named.did_not_arrive) == (ward.lead, True)
    assert asked_reminders.hours_named_to_desk(make.officer(unit=make.unit())) == []
