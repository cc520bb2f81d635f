"""What a sender is shown before sending: cost, forecast, and who had enough warnings."""

import datetime

import pytest

from keng.channels.wire import OutgoingMessage
from keng.delivery.audience import plan_audience
from keng.delivery.audience_words import audience_in_words
from keng.delivery.credentials import keep_secrets
from keng.delivery.forecast import HORIZON
from keng.delivery.models import ChannelAccount, Delivery, Dispatch
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


def subscribers_of_zalo(ward, account, *ages):
    """As many as days are given, who asked so many days ago."""
    made = [
        make.subscription(places=(ward.hamlet,), channel="zalo_oa", account_ref=account.pk)
        for _age in ages
    ]
    for subscriber, age in zip(made, ages, strict=True):
        asked_at = times.now() - datetime.timedelta(days=age)
        Subscription.objects.filter(pk=subscriber.pk).update(asked_at=asked_at)
    return made


def leads_of_zalo(ward, account, *ages):
    group = make.group(unit=ward.unit, place=ward.hamlet, channel="by_hand")
    leads = [make.lead(unit=ward.unit, groups=(group,)) for _age in ages]
    for lead, age in zip(leads, ages, strict=True):
        LeadWay.objects.create(
            lead=lead,
            channel="zalo_oa",
            account_ref=account.pk,
            address_sealed=b"x",
            confirmed_at=times.now() - datetime.timedelta(days=age),
        )
    return leads


def refuse(dispatch, people, code):
    """What waits for these people after the provider refused it."""
    rows = Delivery.objects.filter(dispatch=dispatch, recipient_ref__in=[one.pk for one in people])
    assert rows.update(state="not_now", code=code) == len(people)


def counts_on_page(windows):
    return (windows.free, windows.charged, windows.closed, windows.closed_leads)


def test_chats_are_counted_from_when_people_asked_and_closed_after_a_refusal(ward):
    account = make.channel_account(unit=ward.unit, channel="zalo_oa")
    subscribers = subscribers_of_zalo(ward, account, *[1] * 12, *[3] * 25)
    leads = leads_of_zalo(ward, account, *[1] * 5, *[30] * 14)
    assert counts_on_page(ahead_of(ward).windows) == (10, 30, 0, 0)
    dispatch = ward.send(ward.audience())
    refuse(dispatch, subscribers[12:24], "-230")
    refuse(dispatch, subscribers[24:25], "quiet_hours")
    for lead in leads[5:15]:
        Delivery.objects.create(
            dispatch=dispatch,
            channel="zalo_oa",
            recipient_kind=Delivery.RecipientKind.LEAD,
            recipient_ref=lead.pk,
            state="rejected",
            code="-230",
            settled_at=times.now(),
        )
    windows = ahead_of(ward).windows
    assert counts_on_page(windows) == (10, 10, 10, 10)
    assert windows.charge is None
    keep_secrets(account, {"price_after_two_days": "55"})
    account.save()
    with as_process("desk"):
        # Of seventeen, who are told as ten and more.
        assert ahead_of(ward).windows.charge == 20 * 55
    # Told meanwhile: their chats were open again.
    Delivery.objects.filter(code="-230", state="not_now").update(state="sent", code="")
    assert counts_on_page(ahead_of(ward).windows) == (10, 20, 0, 10)


@pytest.mark.parametrize("others", [0, 18])
def test_nothing_is_told_of_the_chats_of_a_few(ward, others):
    """Whoever leaves out all others must not read of one person, in the forecast neither."""
    account = make.channel_account(unit=ward.unit, channel="zalo_oa", rate_per_minute=600)
    ward.group.is_active = False
    ward.group.save()
    people = subscribers_of_zalo(ward, account, *[30] * (1 + others))
    before = ahead_of(ward)
    assert not before.windows
    refuse(ward.send(ward.audience()), people[:1], "-230")
    after = ahead_of(ward)
    assert not after.windows
    assert after.forecast.percent_in_a_day == before.forecast.percent_in_a_day == 100


def test_two_looks_that_differ_by_one_person_say_the_same(ward):
    account = make.channel_account(unit=ward.unit, channel="zalo_oa")
    keep_secrets(account, {"price_after_two_days": "55"})
    account.save()
    subscribers_of_zalo(ward, account, *[30] * 24)
    before = ahead_of(ward).windows
    subscribers_of_zalo(ward, account, 30)
    assert ahead_of(ward).windows == before


def test_whoever_is_closed_is_not_foreseen_to_have_it(ward):
    account = make.channel_account(unit=ward.unit, channel="zalo_oa", rate_per_minute=600)
    ward.group.is_active = False
    ward.group.save()
    people = subscribers_of_zalo(ward, account, *[30] * 30)
    assert ahead_of(ward).forecast.median is not None
    refuse(ward.send(ward.audience()), people[:20], "-232")
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


def test_the_slowest_account_says_how_long_machines_take(ward):
    quick = make.channel_account(unit=ward.unit, rate_per_minute=0)
    for _ in range(20):
        make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    assert ahead_of(ward).machines_take is None
    ChannelAccount.objects.filter(pk=quick.pk).update(rate_per_minute=60)
    assert ahead_of(ward).machines_take == datetime.timedelta(seconds=19)
    ward.send(ward.audience())
    assert ahead_of(ward).machines_take == datetime.timedelta(seconds=39)
    # A recall overtakes what waits there.
    assert ahead_of(ward, kind="recall").machines_take == datetime.timedelta(seconds=19)


def test_nothing_is_said_of_machines_that_wait_for_a_morning(ward):
    make.channel_account(unit=ward.unit, channel="email", rate_per_minute=60)
    hour = datetime.timedelta(hours=1)
    make.subscription(
        places=(ward.hamlet,),
        quiet_from=(times.now() - hour).astimezone(times.VIETNAM).time(),
        quiet_to=(times.now() + hour).astimezone(times.VIETNAM).time(),
    )
    assert ahead_of(ward).machines_take is None
    assert ahead_of(ward, is_urgent=True).machines_take == datetime.timedelta(seconds=1)


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
