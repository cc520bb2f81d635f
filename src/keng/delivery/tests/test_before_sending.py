"""What a sender is shown before sending: cost, forecast, and who had enough warnings."""

import datetime

import pytest

from keng.channels.wire import OutgoingMessage
from keng.delivery.audience import plan_audience
from keng.delivery.audience_words import audience_in_words
from keng.delivery.credentials import keep_secrets
from keng.delivery.forecast import HORIZON
from keng.delivery.models import Delivery, Dispatch
from keng.delivery.queries.before_sending import look_ahead
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network.models import LeadWay, Subscription
from keng.runtime.tests.rights import as_process
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward.of_a_landlord()


def ahead_of(ward, **changes):
    asked = {"kind": "warning", "is_urgent": False, "texts": {"vi": OutgoingMessage("Cảnh báo")}}
    return look_ahead(ward.audience(), **asked | changes)


def long_ago(dispatch, *, days, minutes=None):
    """As if it had been sent so many days ago, and passed on after so many minutes."""
    began = times.now() - datetime.timedelta(days=days)
    passed_on = {}
    if minutes is not None:
        after = began + datetime.timedelta(minutes=minutes)
        passed_on = {"state": Delivery.State.RELAYED, "settled_at": after}
    Dispatch.objects.filter(pk=dispatch.pk).update(created_at=began)
    for row in Delivery.objects.filter(dispatch=dispatch):
        key = row.pk.hex[12:]
        stamp = f"{int(began.timestamp() * 1000):012x}"
        Delivery.objects.filter(pk=row.pk).update(id=stamp + key, created_at=began, **passed_on)


def test_a_text_message_says_what_it_costs(ward):
    account = make.channel_account(unit=ward.unit, channel="sms")
    keep_secrets(account, {"profile": "esms", "price_per_part": "750"})
    account.save()
    for _ in range(3):
        make.subscription(places=(ward.hamlet,), channel="sms")
    two_parts = "A" * 200
    cost = ahead_of(ward, texts={"vi": OutgoingMessage(two_parts)}).cost
    assert (cost.messages, cost.parts, cost.dong) == (3, 6, 4500)


def test_without_a_price_the_number_of_parts_is_said_and_no_sum(ward):
    account = make.channel_account(unit=ward.unit, channel="sms")
    keep_secrets(account, {"profile": "esms"})
    account.save()
    make.subscription(places=(ward.hamlet,), channel="sms")
    cost = ahead_of(ward).cost
    assert (cost.parts, cost.dong) == (1, None)


def test_whom_a_long_text_does_not_reach_is_said_and_a_short_form_reaches_them(ward):
    account = make.channel_account(unit=ward.unit, channel="sms")
    keep_secrets(account, {"profile": "esms", "price_per_part": "750"})
    account.save()
    for language in ("vi", "vi", "en"):
        make.subscription(places=(ward.hamlet,), channel="sms", language=language)
    ward.group.is_active = False
    ward.group.save()
    whole = {"vi": OutgoingMessage("Cảnh báo. " * 60), "en": OutgoingMessage("Warning")}
    found = ahead_of(ward, texts=whole)
    refused = [(one.account, one.language, one.count) for one in found.cost.refused]
    assert refused == [(account.name, "vi", 2)]
    # Two of three never get it: nine tenths cannot.
    assert (found.forecast.median, found.forecast.percent_in_a_day) == (None, 33)
    short = {**whole, "vi": OutgoingMessage("Cảnh báo. " * 60, short="Cúp máy")}
    found = ahead_of(ward, texts=short)
    assert (found.cost.too_long, found.cost.parts, found.cost.dong) == (0, 3, 2250)
    assert found.forecast.median is not None


def test_whose_chat_the_channel_last_called_closed_is_counted(ward):
    account = make.channel_account(unit=ward.unit, channel="zalo_oa")
    people = [
        make.subscription(places=(ward.hamlet,), channel="zalo_oa", account_ref=account.pk)
        for _ in range(3)
    ]
    dispatch = ward.send(ward.audience())
    rows = Delivery.objects.filter(dispatch=dispatch)
    for person, code in zip(people, ("-230", "-232", "quiet_hours"), strict=True):
        rows.filter(recipient_ref=person.pk).update(state="not_now", code=code)
    assert ahead_of(ward).windows.closed == 2
    # Told meanwhile: the chat was open again.
    rows.filter(recipient_ref=people[0].pk).update(state="sent", code="")
    assert ahead_of(ward).windows.closed == 1


def days_ago(days):
    return times.local_date(times.now()) - datetime.timedelta(days=days)


def test_the_day_of_the_last_word_says_who_is_free_charged_or_closed(ward):
    """By the day alone: where the hour would decide, it counts as charged, and as closed."""
    account = make.channel_account(unit=ward.unit, channel="zalo_oa")
    group = make.group(unit=ward.unit, place=ward.hamlet, channel="by_hand")
    for days in (0, 1, 2, 6, 7, 90, None):
        wrote_on = None if days is None else days_ago(days)
        make.subscription(
            places=(ward.hamlet,), channel="zalo_oa", account_ref=account.pk, wrote_on=wrote_on
        )
        lead = make.lead(unit=ward.unit, groups=(group,))
        LeadWay.objects.create(
            lead=lead,
            channel="zalo_oa",
            account_ref=account.pk,
            address_sealed=b"x",
            confirmed_at=times.now(),
            wrote_on=wrote_on,
        )
    found = ahead_of(ward).windows
    assert (found.free, found.charged, found.closed, found.closed_leads) == (4, 4, 2, 2)
    assert found.dong is None
    keep_secrets(account, {"price_after_two_days": "55"})
    account.save()
    with as_process("desk"):
        assert ahead_of(ward).windows.dong == 220


def test_whoever_is_closed_is_not_foreseen_to_have_it(ward):
    account = make.channel_account(unit=ward.unit, channel="zalo_oa", rate_per_minute=600)
    ward.group.is_active = False
    ward.group.save()
    for _ in range(3):
        make.subscription(
            places=(ward.hamlet,), channel="zalo_oa", account_ref=account.pk, wrote_on=days_ago(1)
        )
    assert ahead_of(ward).forecast.median is not None
    closed = Subscription.objects.order_by("id")[:2]
    Subscription.objects.filter(pk__in=closed).update(wrote_on=days_ago(8))
    found = ahead_of(ward).forecast
    assert (found.median, found.percent_in_a_day) == (None, 33)


def test_what_costs_nothing_has_no_cost(ward):
    assert ahead_of(ward).cost is None


def test_the_forecast_waits_for_five_dispatches_that_were_passed_on(ward):
    for days in (40, 35, 30, 25):
        long_ago(ward.send(ward.audience()), days=days, minutes=60)
    assert ahead_of(ward).forecast is None
    # One of today says nothing yet: its time is not over.
    ward.send(ward.audience())
    assert ahead_of(ward).forecast is None
    long_ago(ward.send(ward.audience()), days=20, minutes=60)
    found = ahead_of(ward).forecast
    assert found.dispatches == 5
    assert found.early < found.median < times.now() + HORIZON


def test_what_waits_at_the_account_goes_first(ward):
    account = make.channel_account(unit=ward.unit, rate_per_minute=1)
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox", channel_address="a")
    Delivery.objects.all().delete()
    ward.group.is_active = False
    ward.group.save()
    alone = ahead_of(ward).forecast.median
    ward.send(ward.audience())
    assert Delivery.objects.filter(account=account, state="queued").count() == 1
    behind = ahead_of(ward).forecast.median
    assert behind - alone >= datetime.timedelta(seconds=50)


def test_the_desk_may_read_all_of_it(ward):
    with as_process("desk"):
        found = ahead_of(ward)
    assert (found.groups_by_machine, found.groups_by_hand) == (0, 1)
    assert [group.name for group in found.sample] == ["Nhà trọ 2"]


def test_urgent_warnings_neither_count_nor_are_held_back(ward):
    for _ in range(3):
        ward.send(ward.audience(), urgent=True)
    assert plan_audience(ward.audience()).groups == 1
    for _ in range(3):
        ward.send(ward.audience())
    assert plan_audience(ward.audience()).groups == 0
    assert plan_audience(ward.audience(minimum_severity=3)).groups == 1


def test_a_month_has_its_own_budget(ward, settings):
    settings.WARNINGS_A_WEEK, settings.WARNINGS_A_MONTH = 3, 2
    for _ in range(2):
        long_ago(ward.send(ward.audience()), days=12)
    full = plan_audience(ward.audience())
    assert (full.groups, full.over_limit[0].recent, full.over_limit[0].month) == (0, 0, 2)
    settings.WARNINGS_A_MONTH = 3
    assert plan_audience(ward.audience()).groups == 1


def test_the_audience_is_said_in_words(ward):
    words = audience_in_words(ward.audience(kinds=("landlords",), subscribers=False))
    assert ward.place.name in words
    assert "Chủ" in words or "Landlords" in words
