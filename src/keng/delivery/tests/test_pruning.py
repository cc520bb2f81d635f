"""What deliveries and messages leave behind goes after its time, and nothing still asked for."""

import datetime

import pytest

from keng.delivery.actions import pruning
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Attempt, DedupeKey, Delivery
from keng.delivery.tests.sending import queue
from keng.delivery.tests.test_recall_order import ward
from keng.kit import times
from keng.runtime.tests.rights import as_process

__all__ = ["ward"]
pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime.timedelta(days=1)


def days_ago(days):
    return times.now() - days * DAY


def test_tries_are_removed_after_their_time_the_oldest_first(account):
    (row,) = queue(account, ["g1"]).deliveries.all()
    for days in (500, 450, 401, 399, 1):
        Attempt.objects.create(delivery_ref=row.pk, outcome="sent", at=days_ago(days))
    with as_process("worker"):
        assert pruning.prune_attempts(2) == 2
        assert pruning.prune_attempts(2) == 1
        assert pruning.prune_attempts(2) == 0
    kept = Attempt.objects.order_by("at").values_list("at", flat=True)
    assert [(times.now() - at).days for at in kept] == [399, 1]
    assert Delivery.objects.filter(pk=row.pk).exists()


def test_keys_of_messages_are_removed_unless_they_lead_to_one(transactional_db):
    for number, days in enumerate((500, 401, 399)):
        DedupeKey.objects.create(key=bytes([number]) * 32, at=days_ago(days))
    leading = DedupeKey.objects.create(
        key=b"l" * 32, at=days_ago(500), inbound_ref="00000000-0000-7000-8000-000000000001"
    )
    with as_process("worker"):
        assert pruning.prune_dedupe_keys(1) == 1
        assert pruning.prune_dedupe_keys() == 1
        assert pruning.prune_dedupe_keys() == 0
    assert set(DedupeKey.objects.values_list("key", flat=True)) == {b"\x02" * 32, leading.key}


@pytest.mark.parametrize(
    ("state", "days", "is_emptied"),
    [
        ("sent", 31, True),
        ("delivered", 31, True),
        ("read", 31, True),
        ("sent", 29, False),
        # These may be sent again, by the address they have.
        ("unknown", 31, False),
        ("rejected", 31, False),
    ],
)
def test_what_arrived_forgets_the_address_after_a_month(
    as_sender, account, state, days, is_emptied
):
    dispatch = queue(account, ["phone-of-somebody"], kind="subscription")
    Delivery.objects.update(state=state, settled_at=days_ago(days))
    with as_process("worker"):
        assert pruning.prune_addresses() == int(is_emptied)
    assert (dispatch.deliveries.get().address_sealed is None) == is_emptied


def test_a_correction_finds_whoever_got_it_by_the_subscription(ward):
    first = ward.send(ward.audience())
    Delivery.objects.filter(dispatch=first).update(state="sent", settled_at=days_ago(40))
    people = Delivery.objects.filter(recipient_kind="subscription")
    addresses = {
        row.recipient_ref: bytes(row.address_sealed) for row in people.filter(dispatch=first)
    }
    with as_process("worker"):
        assert pruning.prune_addresses() == len(addresses) > 0
    second = ward.send(SameRecipients((first.pk,)), kind="recall", urgent=True)
    assert addresses == {
        row.recipient_ref: bytes(row.address_sealed) for row in people.filter(dispatch=second)
    }
