"""How soon a recall was handed over, beside what the limit of its account allows."""

import datetime

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.delivery.audience import SameRecipients
from keng.delivery.models import ChannelAccount, Delivery, Dispatch
from keng.delivery.queries.handing_over import handing_over
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db
_GROUPS = 20
_PER_MINUTE = 60


@pytest.fixture
def ward():
    """Twenty groups by machine and one by hand, and a recall of what all of them got."""
    made = Ward.of_a_landlord()
    made.account = make.channel_account(unit=made.unit, rate_per_minute=_PER_MINUTE)
    for _ in range(_GROUPS):
        make.group(unit=made.unit, place=made.hamlet, channel="sandbox")
    made.first = made.send(made.audience())
    Delivery.objects.filter(dispatch=made.first).update(state="sent")
    made.recall = made.send(SameRecipients((made.first.pk,)), kind="recall", urgent=True)
    return made


def leave(dispatch, *seconds):
    """Its first rows, each handed over so many seconds after the act."""
    rows = Delivery.objects.filter(dispatch=dispatch, channel="sandbox").order_by("id")
    for row, after in zip(rows, seconds, strict=False):
        row.state = "sent"
        row.settled_at = dispatch.created_at + datetime.timedelta(seconds=after)
        row.save()


def test_it_took_until_the_last_of_95_percent_was_handed_over(ward):
    leave(ward.recall, *range(1, 19))
    (found,) = handing_over(ward.recall)
    assert (found.recipients, found.handed_over, found.took) == (_GROUPS, 18, None)
    leave(ward.recall, *range(1, 21))
    (found,) = handing_over(ward.recall)
    assert found.took == datetime.timedelta(seconds=19)
    assert found.allowed == datetime.timedelta(seconds=19)


def test_what_was_refused_is_waited_for_by_nobody(ward):
    rows = Delivery.objects.filter(dispatch=ward.recall, channel="sandbox").order_by("id")
    refused = list(rows.values_list("pk", flat=True)[:10])
    Delivery.objects.filter(pk__in=refused).update(
        state="rejected", settled_at=ward.recall.created_at
    )
    (found,) = handing_over(ward.recall)
    assert (found.recipients, found.handed_over) == (10, 0)


def test_what_a_gateway_took_was_handed_over_though_it_did_not_arrive(ward):
    leave(ward.recall, *range(1, 21))
    Delivery.objects.filter(dispatch=ward.recall, channel="sandbox").update(
        state="rejected", code="not_delivered"
    )
    (found,) = handing_over(ward.recall)
    assert found.took == datetime.timedelta(seconds=19)


def test_each_account_is_counted_by_itself_and_one_without_a_limit_allows_everything(ward):
    other = make.channel_account(unit=ward.unit, rate_per_minute=0)
    rows = Delivery.objects.filter(dispatch=ward.recall, channel="sandbox").order_by("id")
    some = list(rows.values_list("pk", flat=True)[:5])
    Delivery.objects.filter(pk__in=some).update(account=other)
    found = handing_over(ward.recall)
    assert [(one.account, one.recipients) for one in found] == [
        (ward.account.name, 15),
        (other.name, 5),
    ]
    assert found[1].allowed == datetime.timedelta(0)


def test_of_what_may_wait_for_a_morning_nothing_is_said(ward):
    assert handing_over(ward.first) == []


def test_what_was_held_begins_when_it_was_let_go(ward):
    leave(ward.recall, *range(1, 21))
    let_go = ward.recall.created_at + datetime.timedelta(seconds=10)
    Dispatch.objects.filter(pk=ward.recall.pk).update(let_go_people=30, materialised_at=let_go)
    ward.recall.refresh_from_db()
    (found,) = handing_over(ward.recall)
    assert found.took == datetime.timedelta(seconds=9)


def page_of(desk_client, ward):
    sign_in(desk_client, ward.officer)
    answer = desk_client.get(reverse("dispatch", args=[ward.recall.pk]))
    return " ".join(answer.content.decode().split())


def test_the_page_says_it_while_it_leaves_and_afterwards(desk_client, ward):
    leave(ward.recall, 1, 2)
    page = page_of(desk_client, ward)
    assert (
        f"{ward.account.name}: đã giao cho kênh 2 trong 20 tin; "
        "theo giới hạn 60 tin mỗi phút thì xong 95 % lúc " in page
    )
    leave(ward.recall, *range(2, 22))
    page = page_of(desk_client, ward)
    assert (
        f"{ward.account.name}: sau 20 giây đã giao cho kênh 95 % của 20 tin; "
        "giới hạn 60 tin mỗi phút cho phép sớm nhất là 19 giây." in page
    )
    ChannelAccount.objects.filter(pk=ward.account.pk).update(rate_per_minute=0)
    assert "95 % của 20 tin; tài khoản này không có giới hạn." in page_of(desk_client, ward)


def test_an_account_that_is_late_forecasts_no_moment_that_has_passed(desk_client, ward):
    begun = times.now() - datetime.timedelta(minutes=20)
    Dispatch.objects.filter(pk=ward.recall.pk).update(created_at=begun)
    ward.recall.refresh_from_db()
    leave(ward.recall, 1, 2)
    (found,) = handing_over(ward.recall)
    assert found.is_behind
    page = page_of(desk_client, ward)
    assert "chậm hơn giới hạn 60 tin mỗi phút cho phép (lẽ ra xong 95 % lúc " in page
    assert "thì xong 95 %" not in page
    leave(ward.recall, *range(1, 21))
    (found,) = handing_over(ward.recall)
    assert not found.is_behind
