"""The doctor names a mailbox of returned letters that cannot be read, or is read no more."""

import datetime
from contextlib import contextmanager

import pytest
from django.db import connection

from keng.cli.checks import returned_mail
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import ReturnMailbox
from keng.kit import times
from keng.runtime.supervisor.ports import Ports
from tests import make

ADDRESS = "tra-lai@keng.example"
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def asks_this_database(db, monkeypatch):
    @contextmanager
    def asking():
        connection.ensure_connection()
        yield connection.connection

    monkeypatch.setattr(returned_mail, "reading_connection", asking)
    monkeypatch.setattr("keng.runtime.environment.load_django", lambda _process: None)


def look():
    finding = returned_mail.returned(CheckedPlace(Ports()))
    return finding.level, finding.text


def test_a_mailbox_that_is_read_is_well_and_any_other_is_named():
    assert look() == (FindingLevel.OK, "no account has a mailbox that letters come back to")
    account = make.channel_account(unit=make.unit(), channel="email", slug="thu")
    mailbox_row = ReturnMailbox.objects.create(account=account, read_at=times.now())
    assert look()[0] is FindingLevel.OK
    for differs, words in (
        ({"read_at": times.now() - HOUR}, "thu: last read 60 min"),
        ({"read_at": None}, "thu: not read yet"),
        ({"fault": "it is away", "fault_since": times.now()}, "thu: it is away, for"),
    ):
        ReturnMailbox.objects.filter(pk=mailbox_row.pk).update(**differs)
        level, text = look()
        assert level is FindingLevel.ATTENTION
        assert words in text


@pytest.mark.parametrize(
    ("given", "is_read_by_nobody"),
    [
        ({"return_address": ADDRESS}, True),
        ({"return_address": ADDRESS, "return_server": ""}, True),
        ({"return_address": ADDRESS, "return_server": "imaps://mail.example:993"}, False),
        ({"from_address": ADDRESS}, False),
    ],
)
def test_a_return_address_without_a_mailbox_server_is_read_by_nobody(given, is_read_by_nobody):
    account = make.channel_account(unit=make.unit(), channel="email", slug="thu")
    keep_secrets(account, given)
    account.save()
    level, text = look()
    assert (level is FindingLevel.ATTENTION) == is_read_by_nobody
    assert ("thu: letters come back to its return_address, and nobody" in text) == is_read_by_nobody
    account.is_active = False
    account.save()
    assert look()[0] is FindingLevel.OK
