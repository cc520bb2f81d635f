"""A settled row to one person keeps neither their address nor what was sealed for them."""

import importlib

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.models import Delivery, SandboxMessage
from keng.delivery.sender import sql
from keng.delivery.sender.database import SenderDatabase
from keng.delivery.sender.rows import DeliveryChange
from keng.delivery.tests.sending import all_sent, queue, send_until, states, test_dsn
from keng.kit.ids import new_id
from keng.vault import seal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]

LONG_AGO = "2020-01-01T00:00:00Z"
ME = new_id()


def reply(account, kind="conversation", **fields):
    """A row with everything that somebody with the sender's key would open."""
    dispatch = queue(account, ["phone-of-somebody"], urgent=True, kind=kind)
    row = dispatch.deliveries.get()
    sealed = {
        "text_sealed": seal.seal_for_sender("/r/secret", kind="text", ref=row.pk),
        "text": None,
    }
    Delivery.objects.filter(pk=row.pk).update(**sealed | fields)
    row.refresh_from_db()
    return row


def is_forgotten(row):
    row.refresh_from_db()
    return (row.address_sealed, row.text_sealed) == (None, None)


def recorded(row, change, **fields):
    """The row, once a sender that holds it has written this down."""
    values = {"state": "leased", "leased_by": ME, "leased_until": LONG_AGO, "attempts": 1}
    Delivery.objects.filter(pk=row.pk).update(**values | fields)
    told = SenderDatabase("", ME).record_values([change])
    with connection.cursor() as cursor:
        # The driver of the test speaks text alone.
        cursor.execute(sql.RECORD.replace(")b::", ")s::").replace(")t::", ")s::"), told)
    row.refresh_from_db()
    return row


def test_a_reporter_is_forgotten_once_the_message_is_out_and_the_provider_may_still_say_so(account):
    row = reply(account)
    send_until(all_sent(1))
    message = SandboxMessage.objects.get()
    assert (message.address, message.text) == ("phone-of-somebody", "/r/secret")
    assert is_forgotten(row)
    # By this number the provider tells that it arrived.
    assert row.provider_id


@pytest.mark.parametrize("state", ["sent", "unknown", "gone", "rejected"])
def test_whatever_the_end_is(account, state):
    row = reply(account)
    recorded(row, DeliveryChange(row.pk, state, state))
    assert row.state == state
    assert is_forgotten(row)


@pytest.mark.parametrize("state", ["queued", "not_now"])
def test_what_is_tried_again_keeps_them_and_what_was_called_off_meanwhile_does_not(account, state):
    row = reply(account)
    again = DeliveryChange(row.pk, state, "retry", again_after=60.0)
    assert not is_forgotten(recorded(row, again))
    assert row.state == state
    with transaction.atomic():
        call_off_deliveries(Delivery.objects.filter(pk=row.pk))
    assert is_forgotten(row)
    other = reply(account)
    again = DeliveryChange(other.pk, state, "retry", again_after=60.0)
    other = recorded(other, again, called_off_at=LONG_AGO)
    assert (other.state, is_forgotten(other)) == ("cancelled", True)


def test_what_a_sender_holds_keeps_them_until_it_lets_go(account):
    row = reply(account)
    Delivery.objects.filter(pk=row.pk).update(
        state="leased", leased_by=ME, leased_until=LONG_AGO, attempts=1
    )
    with transaction.atomic():
        call_off_deliveries(Delivery.objects.all())
    assert not is_forgotten(row)
    with connection.cursor() as cursor:
        cursor.execute(sql.GIVE_BACK, {"ids": [row.pk], "sender": ME})
    assert is_forgotten(row)
    assert states() == {"cancelled": 1}


@pytest.mark.parametrize("is_called_off", [True, False])
def test_a_lease_that_a_crash_left_behind(account, is_called_off):
    row = reply(account)
    Delivery.objects.filter(pk=row.pk).update(
        state="leased",
        leased_by=ME,
        leased_until=LONG_AGO,
        attempts=1 if is_called_off else 8,
        called_off_at=LONG_AGO if is_called_off else None,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SWEEP, {"idempotent": [], "most": 8})
    assert states() == {"unknown": 1}
    assert is_forgotten(row)
    # Its sender lives, and would try again: there is nobody to write to any more.
    late = recorded(
        row,
        DeliveryChange(row.pk, "queued", "retry", again_after=1.0),
        state="unknown",
        leased_until=None,
    )
    assert late.state == ("cancelled" if is_called_off else "rejected")
    assert late.settled_at is not None


def test_what_is_past_its_time(account):
    row = reply(account, state="not_now", not_before=LONG_AGO, expires_at=LONG_AGO)
    with connection.cursor() as cursor:
        cursor.execute(sql.WAKE)
    assert states() == {"rejected": 1}
    assert is_forgotten(row)


def test_a_row_that_somebody_is_calling_off_keeps_nothing_else_waiting(account):
    held, free = (reply(account, state="not_now", not_before=LONG_AGO) for _ in range(2))
    with psycopg.connect(test_dsn()) as other:
        other.execute("SELECT FROM delivery_delivery WHERE id = %s FOR NO KEY UPDATE", [held.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
            cursor.execute(sql.WAKE)
            assert cursor.rowcount == 1
            cursor.execute("RESET lock_timeout")
    free.refresh_from_db()
    held.refresh_from_db()
    assert (free.state, held.state) == ("queued", "not_now")


def test_nobody_settles_a_row_and_leaves_them_there(account):
    reply(account)
    for state in ("sent", "cancelled", "rejected", "unknown"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.update(state=state)


@pytest.mark.parametrize("kind", ["subscription", "pager"])
def test_whoever_gets_more_than_one_message_stays_reachable(account, kind):
    row = reply(account, kind)
    send_until(all_sent(1))
    assert not is_forgotten(row)


def test_rows_settled_before_are_forgotten_by_the_update(account):
    reporter, waiting, group = reply(account), reply(account), reply(account, "group")
    forget = importlib.import_module("keng.delivery.migrations.0016_settled_rows_forget_the_person")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE delivery_delivery DROP CONSTRAINT settled_row_forgets_the_person"
        )
        Delivery.objects.filter(pk__in=[reporter.pk, group.pk]).update(state="delivered")
        cursor.execute(forget._FORGET)
        assert is_forgotten(reporter)
        assert not is_forgotten(waiting)
        assert not is_forgotten(group)
        transaction.set_rollback(True)
