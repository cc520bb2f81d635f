"""An account from which nothing comes any more is named; nights and small accounts are left alone.

The days are counted back from now, whatever the hour: only the hours of daytime count.
"""

import datetime
from contextlib import contextmanager

import pytest
from django.db import connection

from keng.cli.checks import silence
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.delivery.models import Inbound
from keng.kit import times
from keng.kit.ids import new_id
from keng.runtime.supervisor.ports import Ports
from tests import make

OK, ATTENTION = FindingLevel.OK, FindingLevel.ATTENTION
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def asks_this_database(db, monkeypatch):
    @contextmanager
    def asking(process="owner"):
        connection.ensure_connection()
        yield connection.connection

    monkeypatch.setattr(silence, "reading_connection", asking)


@pytest.fixture
def account():
    """Set up half a year ago."""
    half_a_year = int((times.now() - 180 * DAY).timestamp() * 1000) << 80
    key = type(new_id())(int=new_id().int % (1 << 80) + half_a_year)
    return make.channel_account(unit=make.unit(), channel="zalo_oa", slug="tinh", id=key)


def messages(account, *, days, every, last):
    """One `every` so long on each of the `days` before the `last`, which came so long ago."""
    newest = times.now() - last
    moments = [newest - step * every for step in range(int(days * DAY / every))]
    Inbound.objects.bulk_create(
        Inbound(account=account, channel=account.channel, kind="text", received_at=moment)
        for moment in moments
    )


def read_silence():
    finding = silence.inbound(CheckedPlace(Ports()))
    return finding.level, finding.text


def test_what_comes_every_hour_and_stops_for_two_days_is_named(account):
    messages(account, days=14, every=HOUR, last=2 * DAY)
    level, text = read_silence()
    assert level is ATTENTION
    assert text.startswith("tinh: nothing for 48 hours, at most 60 minutes is usual by day")


def test_what_came_an_hour_ago_as_usual_is_well(account):
    messages(account, days=14, every=HOUR, last=datetime.timedelta(minutes=90))
    assert read_silence()[0] is OK


def test_a_night_is_no_silence():
    question = f"SELECT {silence._DAYTIME.format(moment='%(at)s::timestamptz')}"
    with connection.cursor() as cursor:

        def daytime(at):
            cursor.execute(question, {**silence._values(), "at": at})
            return cursor.fetchone()[0]

        evening, morning = daytime("2026-11-24 22:00+07"), daytime("2026-11-25 06:00+07")
        assert morning == evening
        assert daytime("2026-11-25 07:00+07") - daytime("2026-11-24 21:00+07") == 2 * 3600


def test_one_lively_day_makes_no_rhythm(account):
    messages(account, days=1, every=HOUR / 4, last=10 * DAY)
    assert read_silence()[0] is OK


def test_an_old_outage_does_not_make_silence_usual(account):
    # Near midnight two days of outage take whole days away: enough are left for a rhythm.
    messages(account, days=10, every=HOUR, last=DAY)
    Inbound.objects.filter(
        received_at__range=(times.now() - 5 * DAY, times.now() - 3 * DAY)
    ).delete()
    assert read_silence()[0] is ATTENTION


def test_an_account_from_which_nothing_ever_came_is_named_after_its_first_day(account):
    assert read_silence()[1].startswith("tinh: nothing came in 30 days")
    make.channel_account(unit=account.unit, channel="telegram", slug="new")
    assert "new" not in read_silence()[1]


def test_what_is_switched_off_or_takes_no_messages_is_left_alone(account):
    account.is_active = False
    account.save()
    make.channel_account(unit=account.unit, channel="email", id=account.id.__class__(int=1))
    assert read_silence() == (OK, "0 accounts for messages, none is oddly silent")


def test_what_had_to_be_fetched_is_named_for_some_hours(account):
    messages(account, days=14, every=HOUR, last=HOUR)
    account.history_fetched_at = times.now() - HOUR
    account.save()
    level, text = read_silence()
    assert level == ATTENTION
    assert "tinh: 60 minutes ago messages were fetched" in text
    account.history_fetched_at = times.now() - 7 * HOUR
    account.save()
    assert read_silence()[0] == OK
