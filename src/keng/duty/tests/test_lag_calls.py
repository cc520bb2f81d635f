"""The desk of an urgent warning is called when a part of it falls behind."""

import datetime

import pytest

from keng.audit.models import Entry
from keng.delivery.actions.lagging import notice_lags, see_lags
from keng.delivery.models import Delivery, Dispatch, DispatchLag
from keng.delivery.tests.test_dispatch import Ward
from keng.duty import pager_acts
from keng.duty.lag_calls import call_about_lags
from keng.duty.tasks import TASKS
from keng.kit import times
from keng.network.models import Group
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(monkeypatch):
    keys.make_sender_key()
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, _code: True)
    made = Ward()
    for channel in ("email", "voice", "sandbox"):
        make.channel_account(channel=channel, slug=channel, unit=made.unit)
    pager_acts.add_email_pager("truc@congan.example", by=made.officer)
    pager_acts.add_phone_pager("901234567", "voice", by=made.officer)
    return made


def urgent_with_a_slow_kind(ward, *, state, code="", urgent=True):
    """Two kinds of group; one arrived after a minute, of the other all rows are in this state."""
    for n in range(4):
        for kind in ("landlords", "residents"):
            make.group(
                unit=ward.unit, place=ward.hamlet, channel="sandbox", kind=kind, name=f"{kind}{n}"
            )
    sent = ward.send(ward.audience(), urgent=urgent)
    began = times.now() - datetime.timedelta(hours=1)
    Dispatch.objects.filter(pk=sent.pk).update(materialised_at=began)
    rows = Delivery.objects.filter(dispatch=sent)
    slow = Group.objects.filter(kind="residents").values("pk")
    rows.exclude(recipient_ref__in=slow).update(
        state="sent", settled_at=began + datetime.timedelta(minutes=1)
    )
    rows.filter(recipient_ref__in=slow).update(state=state, code=code)
    notice_lags()
    return sent


def calls():
    return list(Delivery.objects.filter(dispatch__source_kind="dispatch_lag"))


def test_one_call_by_what_does_not_ring_and_none_the_second_time(ward, become):
    sent = urgent_with_a_slow_kind(ward, state="queued")
    become("worker")
    assert [call_about_lags() for _ in range(2)] == [1, 0]
    become("owner")
    (call,) = calls()
    assert (call.channel, call.dispatch.source_ref) == ("email", sent.pk)
    entry = Entry.objects.get(action="dispatch.lag_called")
    assert entry.detail == {"parts": 1, "officers": 2, "pagers": 1}
    task = next(one for one in TASKS if one.name == "call about what falls behind")
    assert task.every <= datetime.timedelta(minutes=2)


@pytest.mark.parametrize(("code", "calls_made"), [("limit", 1), ("quiet_hours", 0)])
def test_what_an_account_cannot_send_now_is_behind_and_quiet_hours_are_not(ward, code, calls_made):
    urgent_with_a_slow_kind(ward, state="not_now", code=code)
    assert call_about_lags() == calls_made


def test_nobody_is_called_of_what_is_not_urgent_or_was_seen(ward):
    urgent_with_a_slow_kind(ward, state="queued", urgent=False)
    assert DispatchLag.objects.exists()
    assert call_about_lags() == 0
    Dispatch.objects.update(is_urgent=True)
    see_lags(DispatchLag.objects.first().dispatch_id, by=ward.officer)
    assert call_about_lags() == 0
