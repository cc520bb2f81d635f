"""An account that ends within two weeks is named, with the command that helps."""

import datetime
from contextlib import contextmanager

import pytest
from django.db import connection

from keng.cli.checks import account_ends
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.kit import times
from keng.runtime.supervisor.ports import Ports
from tests import make

DAY = datetime.timedelta(days=1)


@pytest.fixture
def look(db, monkeypatch):
    @contextmanager
    def asking(process="owner"):
        connection.ensure_connection()
        yield connection.connection

    monkeypatch.setattr(account_ends, "reading_connection", asking)
    return lambda: account_ends.ends(CheckedPlace(Ports()))


def test_only_what_ends_within_two_weeks_or_has_ended_is_named(look):
    unit, today = make.unit(), times.local_date(times.now())
    values = {"unit": unit, "channel": "zalo_oa"}
    for slug, days in (("well", 1), ("old", 85), ("dead", 91)):
        renewed_at = times.now() - days * DAY
        make.channel_account(**values, slug=slug, tokens_renewed_at=renewed_at)
    make.channel_account(**values, slug="off", tokens_renewed_at=renewed_at, is_active=False)
    make.channel_account(**values, slug="unpaid", package_ends_on=today)
    found = look()
    assert found.level is FindingLevel.ATTENTION
    dead, old, unpaid = sorted(found.text.split("; "))
    assert old.startswith("old: access 5 days left")
    assert old.endswith("keng channel connect old")
    assert dead.startswith("dead: access over")
    assert unpaid.startswith("unpaid: package 1 day left")


def test_an_account_of_which_nothing_is_known_is_well(look):
    make.channel_account(unit=make.unit(), channel="zalo_oa")
    assert look().level is FindingLevel.OK
