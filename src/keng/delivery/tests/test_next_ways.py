"""What is urgent takes the next way by itself, and nobody is told twice."""

import datetime

import pytest

from keng.audit.models import Entry
from keng.delivery.actions.next_ways import take_next_ways
from keng.delivery.models import Delivery, RelayTask
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
    second.circuit_open_since = times.now()
    second.save()
    assert worker() == 0
    first.is_active = second.is_active = False
    first.save()
    second.save()
    assert worker() == 1
    assert RelayTask.objects.filter(dispatch=sent).count() == 1
