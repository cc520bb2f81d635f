"""What goes first on one account, whoever made the row: docs/decisions/0042-what-goes-first.md."""

import re
from pathlib import Path

import pytest
from django.db import connection

import keng
from keng.delivery.actions.replies import answer_asker, send_to_conversation
from keng.delivery.actions.subscribing import ask_to_subscribe
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Delivery, Dispatch
from keng.delivery.priorities import Priority, priority_to_many
from keng.delivery.sender import Sender, sql
from keng.delivery.sender.rows import LEASE_SECONDS, LeasedDelivery
from keng.delivery.tests.test_dispatch import Ward
from keng.delivery.tests.test_judgement import row
from keng.duty.page_officers import CallWords, call_officers
from keng.kit.ids import new_id
from keng.network.actions.subscriptions import SubscriptionChoices, SubscriptionRequest
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(tmp_path, monkeypatch):
    """A ward with one account for letters, by which nine subscribers and an officer are reached."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    made = Ward()
    made.account = make.channel_account(unit=made.unit, channel="email", rate_per_minute=0)
    for _ in range(9):
        make.subscription(places=(made.place,))
    yield made
    seal.forget_public_keys()


def kinds_leased(account, count):
    """The kinds of the next rows that a sender takes, in its order."""
    wish = {"accounts": [account.pk], "counts": [count], "sender": new_id(), "lease": LEASE_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(sql.LEASE, wish)
        leased = [LeasedDelivery(*found) for found in cursor.fetchall()]
    kind_of = dict(Delivery.objects.values_list("pk", "dispatch__kind"))
    return [kind_of[one.id] for one in sorted(leased, key=lambda one: (one.priority, one.id))]


def test_calls_and_answers_leave_before_a_recall_and_that_before_all_else(ward):
    choices = SubscriptionChoices((ward.place.pk,), (), "vi")
    ask_to_subscribe(SubscriptionRequest("email", "ca.nha@example.org", choices))
    bulk, urgent = ward.send(ward.audience()), ward.send(ward.audience(), urgent=True)
    Delivery.objects.filter(dispatch=bulk).update(state="sent")
    corrected = ward.send(SameRecipients((bulk.pk,)), kind="correction")
    Delivery.objects.filter(dispatch=corrected).update(state="sent")
    ward.send(SameRecipients((bulk.pk,)), kind="recall", urgent=True)
    Delivery.objects.filter(dispatch__in=(bulk, corrected)).update(state="queued")
    answer_asker(ward.account, b"sealed", "113", source_kind="lookup")
    tip = make.tip(unit=ward.unit)
    send_to_conversation(
        make.conversation(tip, account=ward.account),
        text="Chào bạn",
        kind=Dispatch.Kind.REPLY,
        unit_id=ward.unit.pk,
        by=None,
        source_kind="tip",
        source_ref=tip.pk,
    )
    make.pager(ward.officer)
    words = CallWords("vi", "Phường 1: T-1", "Phường 1: T-1")
    call_officers(
        [ward.officer], [words], unit_id=ward.unit.pk, source_kind="alarm", source_ref=tip.pk
    )
    # The clock of this one transaction stands still.
    Delivery.objects.update(not_before="2020-01-01T00:00:00Z")
    assert kinds_leased(ward.account, 3) == ["reply", "page", "ack"]
    assert set(kinds_leased(ward.account, 18)) == {"recall", "correction"}
    assert set(kinds_leased(ward.account, 9)) == {"warning"}
    assert not Delivery.objects.filter(dispatch=urgent, state="queued").exists()
    assert kinds_leased(ward.account, 20) == ["warning"] * 9 + ["notice"]


@pytest.mark.parametrize(
    ("kind", "is_urgent", "rung"),
    [
        ("warning", False, Priority.BULK),
        ("warning", True, Priority.URGENT_WARNING),
        ("correction", False, Priority.CORRECTION),
        ("correction", True, Priority.CORRECTION),
        ("recall", True, Priority.CORRECTION),
        ("notice", False, Priority.BULK),
    ],
)
def test_a_correction_stands_above_every_warning(kind, is_urgent, rung):
    assert priority_to_many(kind, is_urgent=is_urgent) == rung


def test_what_is_leased_already_leaves_in_the_same_order():
    sender = Sender.on_postgres("")
    rungs = [Priority.BULK, Priority.URGENT_WARNING, Priority.CORRECTION, Priority.BULK]
    rows = [row(priority=rung, is_urgent=rung != Priority.BULK) for rung in rungs]
    call = row(priority=Priority.CALL_OR_REPLY, is_urgent=True)
    for one in [*rows, call]:
        sender._offer(one)
    taken = [sender._next_waiting() for _ in range(5)]
    assert taken == [call, rows[2], rows[1], rows[0], rows[3]]


def test_nobody_who_makes_a_delivery_has_a_number_of_their_own():
    product = Path(keng.__file__).parent
    tools = product.parents[1] / "dev" / "src" / "keng_dev"
    writers = 0
    for path in [*product.rglob("*.py"), *tools.rglob("*.py")]:
        if {"tests", "migrations"} & set(path.parts):
            continue
        text = path.read_text()
        assert not re.search(r"\bpriority=\d", text), path
        if "INTO delivery_delivery" in text:
            writers += 1
            assert "keng.delivery.priorities import" in text, path
    assert writers >= 4
