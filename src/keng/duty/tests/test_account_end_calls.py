"""Whoever keeps an account is called before its tokens or its package end, once for each step."""

import datetime

import pytest
from django.db.models import F

from keng.audit.models import Entry
from keng.delivery.models import ChannelAccount, Delivery, Dispatch
from keng.duty import account_end_calls, pager_acts
from keng.duty.account_end_calls import call_before_accounts_end
from keng.kit import times
from keng.releases.reach import reach_of
from keng.vault import keys
from keng.waiting.kinds import KINDS
from tests import make

pytestmark = pytest.mark.django_db
LASTS = datetime.timedelta(days=90)
DAY = datetime.timedelta(days=1)
(WAITING,) = (kind for kind in KINDS if kind.name == "ending_accounts")


@pytest.fixture
def oa(monkeypatch):
    """A Zalo account of a commune, whose commander has a letter as pager."""
    keys.make_sender_key()
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, _code: True)
    unit = make.unit()
    made = make.channel_account(channel="zalo_oa", slug="oa", unit=unit)
    make.channel_account(channel="email", slug="post", unit=unit)
    made.commander = make.officer(unit=unit, role="commander")
    pager_acts.add_email_pager("chi.huy@congan.example", by=made.commander)
    return made


def tokens_end_in(account, left):
    renewed_at = times.now() + left - LASTS
    ChannelAccount.objects.filter(pk=account.pk).update(tokens_renewed_at=renewed_at)


def package_ends_in(account, days):
    """So many whole days after today."""
    last = times.local_date(times.now()) + datetime.timedelta(days=days)
    ChannelAccount.objects.filter(pk=account.pk).update(package_ends_on=last)


def days_pass(days):
    """Everything that has happened is so much longer ago."""
    passed = days * DAY
    ChannelAccount.objects.update(tokens_renewed_at=F("tokens_renewed_at") - passed)
    Dispatch.objects.update(created_at=F("created_at") - passed)


def test_each_step_is_told_once_and_by_one_worker(oa, become):
    called = {}
    tokens_end_in(oa, 20 * DAY)
    left = 20.0
    for passed in (0, 6.5, 0.5, 6.5, 4, 2, 1.5):
        left -= passed
        days_pass(passed)
        become("worker")
        called[left] = (call_before_accounts_end(), call_before_accounts_end())
        become("owner")
    once, never = (1, 0), (0, 0)
    assert called == {
        20.0: never,
        13.5: once,
        13.0: never,
        6.5: once,
        2.5: once,
        0.5: once,
        -1.0: never,
    }
    days = [entry.detail["days"] for entry in Entry.objects.filter(action="channel.end_called")]
    assert sorted(days) == [1, 3, 7, 14]
    assert Delivery.objects.count() == 4


def test_the_package_is_told_of_by_itself_and_in_words(oa):
    tokens_end_in(oa, 5 * DAY)
    package_ends_in(oa, 2)
    assert call_before_accounts_end() == 2
    subjects = set(Delivery.objects.values_list("text__subject", flat=True))
    assert subjects == {
        f"Tài khoản “{oa.name}”: gói còn 3 ngày là hết hạn",
        f"Tài khoản “{oa.name}”: còn 5 ngày là không dùng được nữa",
    }
    assert all("/channel-accounts/" in row.text.text for row in Delivery.objects.all())
    # The next call comes days later: a sender that is away for an hour loses none.
    assert all(row.expires_at - row.not_before > DAY / 3 for row in Delivery.objects.all())


def test_nobody_is_called_at_night(oa, monkeypatch):
    package_ends_in(oa, 6)
    today = times.start_of(times.local_date(times.now()))
    for hour, called_at in ((3, 7), (12, 12), (22, 31)):
        now = today + datetime.timedelta(hours=hour)
        monkeypatch.setattr(times, "now", lambda now=now: now)
        earliest = account_end_calls._when_awake([oa.commander])
        assert earliest.get(oa.commander.pk, now) == today + datetime.timedelta(hours=called_at)


def test_the_desk_above_is_called_where_nobody_keeps_the_account(oa):
    province = make.unit(kind="province")
    commune = make.unit(parent=province)
    administrator = make.officer(unit=province, role="administrator")
    account = make.channel_account(channel="zalo_oa", slug="xa", unit=commune)
    assert account_end_calls.keepers_of(account) == [administrator]


def test_it_waits_for_those_who_keep_it_until_it_is_renewed(oa, settings):
    settings.ROOT_URLCONF = "keng.site.desk_urls"
    administrator = make.officer(unit=oa.unit, role="administrator")
    others = [make.officer(unit=oa.unit), make.officer(role="commander")]

    def waits_for():
        people = [oa.commander, administrator, *others]
        return [one for one in people if WAITING.rows(reach_of(one)).exists()]

    assert waits_for() == []
    tokens_end_in(oa, 13 * DAY)
    assert waits_for() == [oa.commander, administrator]
    assert WAITING.line(oa.__class__.objects.get(pk=oa.pk)).url.endswith("#oa")
    tokens_end_in(oa, 89 * DAY)
    package_ends_in(oa, 14)
    assert waits_for() == []
    package_ends_in(oa, 13)
    assert waits_for() == [oa.commander, administrator]
    ChannelAccount.objects.update(is_active=False)
    assert waits_for() == []
