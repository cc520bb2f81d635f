"""What the doctor says of split keys."""

import uuid
from contextlib import contextmanager

import pytest
from django.db import connection

from keng.cli.checks import shares
from keng.cli.checks.check import FindingLevel
from keng.kit import times
from keng.vault import epochs, keys, seal
from keng.vault.models import CustodianKey, KeyShare
from keng.vault.sealed_unit_keys import write_portions
from keng.vault.tests.key_holders import Holder, begin_all, current
from tests import make


@pytest.fixture(autouse=True)
def looked_at(db, tmp_path, monkeypatch):
    """The test's own database and data folder."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()

    @contextmanager
    def reading():
        connection.ensure_connection()
        yield connection.connection

    monkeypatch.setattr(shares, "reading_connection", reading)
    yield
    seal.forget_public_keys()


def test_before_two_people_hold_keys_nothing_is_wrong():
    found = shares.shares(None)
    assert (found.level, found.text[:19]) == (FindingLevel.OK, "no key is split yet")


def test_holders_without_custodians_are_told(tmp_path):
    unit = make.unit()
    Holder(unit)
    found = shares.shares(None)
    assert found.level is FindingLevel.ATTENTION
    assert "no key is split before there is one of the custodians" in found.text


def test_missing_copies_shares_and_wrap_keys_are_told():
    unit = make.unit()
    keys.make_unit_keys("words-for-a-test")
    one, two = Holder(unit), Holder(unit)
    begin_all()
    found = shares.shares(None)
    assert found.level is FindingLevel.ATTENTION
    assert "2 wrap keys have no copy" in found.text
    assert "the opener does not answer" in found.text
    key = current(unit)
    KeyShare.objects.filter(unit_key=key, holder_key=one.key).delete()
    KeyShare.objects.filter(unit_key=key, holder_key=None).delete()
    found = shares.shares(None)
    assert "1 keys have no share of the custodians" in found.text
    assert "1 keys that seal now have fewer than two holders" in found.text
    assert KeyShare.objects.filter(unit_key=key, holder_key=two.key).exists()
    epochs.wrap_key_file(key.pk).unlink()
    found = shares.shares(None)
    assert found.level is FindingLevel.WRONG
    assert found.text.startswith("1 of 2 wrap keys are missing")


def test_a_missing_file_of_units_keys_is_told_once_the_custodians_are_several(tmp_path):
    make.unit()
    keys.make_unit_keys("words-for-a-test")
    CustodianKey.objects.update(
        division=uuid.uuid4(), parts=3, parts_needed=2, divided_at=times.now()
    )
    found = shares.shares(None)
    assert found.level is FindingLevel.WRONG
    assert "units.sealed is missing" in found.text
    write_portions([])
    found = shares.shares(None)
    assert found.level is FindingLevel.OK
    assert "custodians together open names" in found.text
