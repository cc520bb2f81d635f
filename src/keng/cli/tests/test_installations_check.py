"""The doctor names an installation to which files cannot be sent."""

import datetime
from contextlib import contextmanager

import pytest
from django.db import connection

from keng.cli.checks import other_installations
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.kit import times
from keng.runtime.supervisor.ports import Ports
from keng.tips.models import OtherInstallation, Transfer, TransferFile, TransferUpload
from tests import make


@pytest.fixture(autouse=True)
def asks_this_database(db, monkeypatch):
    @contextmanager
    def asking():
        connection.ensure_connection()
        yield connection.connection

    monkeypatch.setattr(other_installations, "reading_connection", asking)


def look():
    finding = other_installations.installations(CheckedPlace(Ports()))
    return finding.level, finding.text


def test_an_installation_that_does_not_answer_for_an_hour_or_refuses_is_named():
    other = OtherInstallation.objects.create(
        name="Công an tỉnh bạn", province_code="24", signing_key=b"k" * 32, sealing_key=b""
    )
    assert look() == (
        FindingLevel.OK,
        "no other installation has an address: files are carried",
    )
    OtherInstallation.objects.update(address="https://keng.example")
    assert look()[0] is FindingLevel.OK
    unit = make.unit()
    officer = make.officer(unit=unit)
    transfer = Transfer.objects.create(
        number_of_both=make.some_id(),
        tip=make.tip(unit=unit),
        other=other,
        state=Transfer.State.SENT,
        asked_by=officer,
        agreed_by=make.officer(unit=unit),
        agreed_at=times.now(),
    )
    file = TransferFile.objects.create(transfer=transfer, number=1, content=b"x", by=officer)
    TransferUpload.objects.create(file=file, failing_since=times.now())
    assert look()[0] is FindingLevel.OK
    TransferUpload.objects.update(failing_since=times.now() - datetime.timedelta(hours=3))
    level, text = look()
    assert level is FindingLevel.ATTENTION
    assert "Công an tỉnh bạn: cannot be reached for 3 hours" in text
    TransferUpload.objects.update(
        failing_since=None, state=TransferUpload.State.REFUSED, settled_at=times.now()
    )
    assert "1 files were not taken there" in look()[1]
