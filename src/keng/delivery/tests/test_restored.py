"""A database that comes from a backup sends nothing a second time."""

import contextlib
import datetime

import pytest

from keng.audit.models import Entry
from keng.cli.__main__ import main
from keng.delivery.actions import restored
from keng.delivery.models import Delivery, Dispatch, DispatchAudience
from keng.kit import alive, times
from keng.kit.ids import new_id
from tests import make

pytestmark = pytest.mark.django_db


def row(account, kind, state, **more):
    dispatch = Dispatch.objects.create(kind="notice", is_urgent=False, unit=account.unit)
    return Delivery.objects.create(
        dispatch=dispatch,
        account=account,
        channel=account.channel,
        recipient_kind=kind,
        recipient_ref=new_id(),
        state=state,
        **more,
    )


def test_what_was_on_its_way_is_not_known_and_the_rest_stays():
    account = make.channel_account(unit=make.unit())
    leased = {"leased_by": new_id(), "leased_until": times.now() + datetime.timedelta(minutes=1)}
    waiting = row(account, "subscription", "queued", address_sealed=b"a")
    under_way = row(account, "group", "leased", **leased)
    put_off = row(account, "conversation", "not_now", address_sealed=b"a", text_sealed=b"t")
    sent = row(account, "subscription", "sent", settled_at=times.now())
    found = restored.settle_after_restore()
    assert (found.unknown, found.cancelled) == (3, 0)
    for each in (waiting, under_way, put_off):
        each.refresh_from_db()
        assert (each.state, each.code, each.leased_by) == ("unknown", "restored", None)
    # A subscriber's letter may be sent again by an officer; of a reporter nothing is kept.
    assert waiting.address_sealed is not None
    assert put_off.address_sealed is None
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert Entry.objects.get(action="data.restored").detail == {"unknown": 3, "cancelled": 0}
    assert restored.settle_after_restore().unknown == 0


def test_a_warning_that_had_no_rows_yet_is_stopped():
    dispatch = Dispatch.objects.create(kind="notice", is_urgent=True, unit=make.unit())
    DispatchAudience.objects.create(dispatch=dispatch, definition={})
    assert restored.settle_after_restore().cancelled == 1
    assert not Dispatch.objects.to_materialise().exists()


def test_a_warning_that_was_held_is_stopped_too():
    """Somebody may have let it go after the backup: letting it go again would send it twice."""
    dispatch = Dispatch.objects.create(
        kind="notice", is_urgent=True, unit=make.unit(), held_at=times.now(), held_people=90
    )
    DispatchAudience.objects.create(dispatch=dispatch, definition={})
    assert restored.count_under_way() == 1
    assert restored.settle_after_restore().cancelled == 1
    assert not Dispatch.objects.held().exists()


def test_it_asks_before_it_stops_what_waits_to_be_sent(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setattr("keng.cli.restored.running_database", contextlib.nullcontext)
    monkeypatch.setattr("keng.cli.restored.start_django", lambda: None)
    dispatch = Dispatch.objects.create(kind="notice", is_urgent=True, unit=make.unit())
    DispatchAudience.objects.create(dispatch=dispatch, definition={})
    assert main(["restored"]) == 1
    assert "1 messages and warnings wait" in capsys.readouterr().err
    assert Dispatch.objects.to_materialise().exists()
    assert main(["restored", "--confirm"]) == 0
    assert not Dispatch.objects.to_materialise().exists()
    assert main(["restored"]) == 0


def test_whoever_types_it_while_the_sender_works_is_refused(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    alive.Heartbeat("sender").beat()
    assert main(["restored"]) == 1
    assert "sender run here" in capsys.readouterr().err
