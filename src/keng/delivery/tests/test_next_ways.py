"""What is urgent takes the next way by itself, and nobody is told twice."""

import datetime

import pytest

from keng.audit.models import Entry
from keng.delivery.actions.next_ways import take_next_ways
from keng.delivery.models import Delivery, Dispatch, RelayTask
from keng.delivery.queries.missed import missed_by
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.runtime.tests.rights import give_rights
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    """A ward with one group that a machine posts to."""
    made = Ward()
    made.group = make.group(
        unit=made.unit, place=made.hamlet, channel="sandbox", channel_address="a"
    )
    return made


@pytest.fixture
def worker(become):
    """Works as the worker does, with its rights and triggers."""
    give_rights()

    def work():
        become("worker")
        taken = take_next_ways()
        become("owner")
        return taken

    return work


def end(sent, **fields):
    """What became of the one row of a dispatch."""
    Delivery.objects.filter(dispatch=sent).update(settled_at=times.now(), **fields)


def urgent(ward):
    make.lead(unit=ward.unit, groups=(ward.group,))
    return ward.send(ward.audience(), urgent=True)


def test_where_no_account_reaches_a_group_its_lead_is_asked_without_an_officer(ward, worker):
    sent = urgent(ward)
    assert worker() == 1
    assert RelayTask.objects.get(dispatch=sent).group == ward.group
    done = Entry.objects.get(action="dispatch.missed_resent")
    assert done.detail == {"again": 0, "relay_tasks": 1, "by_itself": True}
    assert (worker(), RelayTask.objects.count()) == (0, 1)


def test_what_is_not_urgent_waits_for_an_officer(ward, worker):
    make.lead(unit=ward.unit, groups=(ward.group,))
    ward.send(ward.audience())
    assert (worker(), RelayTask.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "unknown", "code": "lease_ended"},
        {"state": "rejected", "code": "x", "provider_id": "m1"},
        {"state": "sent"},
    ],
)
def test_what_may_have_arrived_goes_no_other_way(ward, worker, fields):
    make.channel_account(unit=ward.unit)
    sent = urgent(ward)
    end(sent, **fields)
    assert (worker(), RelayTask.objects.count()) == (0, 0)
    assert Delivery.objects.get(dispatch=sent).state == fields["state"]


def test_a_group_that_cannot_be_posted_to_for_long_is_told_by_its_lead_alone(ward, worker):
    make.channel_account(unit=ward.unit)
    sent = urgent(ward)
    Delivery.objects.filter(dispatch=sent).update(
        state="not_now", code="-237", not_before=times.now() + datetime.timedelta(minutes=5)
    )
    assert worker() == 0
    Delivery.objects.filter(dispatch=sent).update(
        not_before=times.now() + datetime.timedelta(hours=1)
    )
    assert worker() == 1
    row = Delivery.objects.get(dispatch=sent)
    # This way has ended: the account does not post there hours after the lead did.
    assert (row.state, row.code, RelayTask.objects.count()) == ("rejected", "put_off", 1)


def test_another_account_is_tried_once_and_then_the_lead(ward, worker):
    first = make.channel_account(unit=ward.unit)
    sent = urgent(ward)
    end(sent, state="rejected", code="-201")
    first.circuit_open_since = times.now()
    first.save()
    second = make.channel_account(unit=ward.unit, slug="second")
    assert worker() == 1
    row = Delivery.objects.get(dispatch=sent)
    assert (row.state, row.account) == ("queued", second)
    end(sent, state="rejected", code="-201")
    first.circuit_open_since = None
    first.save()
    assert worker() == 1
    row = Delivery.objects.get(dispatch=sent)
    assert (row.state, row.account) == ("rejected", second)
    assert RelayTask.objects.filter(dispatch=sent).count() == 1
    assert worker() == 0


def test_each_row_has_another_account_once_however_often_its_dispatch_was_sent_again(ward, worker):
    first = make.channel_account(unit=ward.unit)
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox", channel_address="b")
    sent = ward.send(ward.audience(), urgent=True)
    second = make.channel_account(unit=ward.unit, slug="second")
    rows = list(Delivery.objects.filter(dispatch=sent).order_by("id"))
    for row in rows:
        assert row.account == first
        end(sent, state="rejected", code="-201")
        Delivery.objects.filter(dispatch=sent).exclude(pk=row.pk).update(state="sent")
        assert worker() == 1
        row.refresh_from_db()
        assert (row.state, row.account) == ("queued", second)
    end(sent, state="rejected", code="-201")
    assert worker() == 0


def test_a_lead_who_said_no_is_not_asked_again_and_nothing_goes_round(ward, worker):
    urgent(ward)
    sent = Dispatch.objects.get()
    assert worker() == 1
    RelayTask.objects.update(cannot_reason="not_mine")
    # Beside it is what a working account refused, and no other way reaches.
    account = make.channel_account(unit=ward.unit)
    assert worker() == 1
    end(sent, state="rejected", code="-201")
    assert Delivery.objects.get(dispatch=sent).account == account
    for _ in range(3):
        assert worker() == 0
    assert Entry.objects.filter(action="dispatch.missed_resent").count() == 2
    assert [line.next for line in missed_by(sent)] == ["again"]
    account.is_active = False
    account.save()
    assert [line.next for line in missed_by(sent)] == ["officer"]


@pytest.mark.parametrize(
    "fields", [{"earlier_ref": make.some_id()}, {"deletes_post": True}, {"address": "moved"}]
)
def test_what_is_put_off_does_not_end_where_no_other_way_follows(ward, worker, fields):
    make.channel_account(unit=ward.unit)
    sent = urgent(ward)
    hour = times.now() + datetime.timedelta(hours=1)
    Delivery.objects.filter(dispatch=sent).update(
        state="not_now", code="-237", not_before=hour, **fields
    )
    assert worker() == 0
    assert Delivery.objects.get(dispatch=sent).state == "not_now"


def test_what_is_put_off_is_sent_by_another_account_now_and_not_hours_later(ward, worker):
    make.channel_account(unit=ward.unit)
    sent = urgent(ward)
    second = make.channel_account(unit=ward.unit, slug="second")
    hour = times.now() + datetime.timedelta(hours=1)
    Delivery.objects.filter(dispatch=sent).update(state="not_now", code="-237", not_before=hour)
    assert worker() == 1
    row = Delivery.objects.get(dispatch=sent)
    assert (row.state, row.account) == ("queued", second)
    assert row.not_before <= times.now()


def test_however_many_have_no_way_left_the_next_one_has_its_turn(ward, worker):
    for _ in range(21):
        ward.send(ward.audience(), urgent=True)
    # A group of another unit: it has a lead, whom those before cannot ask.
    other = Ward()
    group = make.group(unit=other.unit, place=other.hamlet, channel="sandbox", channel_address="b")
    make.lead(unit=other.unit, groups=(group,))
    other.send(other.audience(), urgent=True)
    assert worker() == 1
    assert RelayTask.objects.get().group == group
