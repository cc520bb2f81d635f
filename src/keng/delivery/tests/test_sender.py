"""The sender against the real database and the simulated phones."""

import asyncio
import threading
from datetime import timedelta

import pytest
from django.db import transaction

from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.models import Attempt, ChannelAccount, Delivery, SandboxMessage
from keng.delivery.sender import sql
from keng.delivery.sender.database import SenderDatabase
from keng.delivery.sender.rows import DeliveryChange
from keng.delivery.sender.transports import Transports
from keng.delivery.tests.sending import (
    all_sent,
    queue,
    send_until,
    sending,
    states,
    test_dsn,
    until,
)
from keng.kit import times
from keng.kit.ids import new_id

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]


def groups(count):
    return [f"group-{n}" for n in range(count)]


def test_every_delivery_is_sent_once_and_its_attempt_is_on_record(account):
    queue(account, groups(300))
    send_until(all_sent(300))
    assert SandboxMessage.objects.count() == 300
    assert Attempt.objects.filter(outcome="sent").count() == 300
    assert not Delivery.objects.exclude(leased_by=None).exists()


def test_two_senders_share_one_queue_and_nobody_gets_it_twice(account):
    queue(account, groups(300))
    send_until(all_sent(300), count=2)
    assert Attempt.objects.count() == 300
    assert Attempt.objects.values("delivery_ref").distinct().count() == 300


def test_two_senders_together_keep_to_what_one_account_may_send(account):
    per_second = 10
    ChannelAccount.objects.filter(pk=account.pk).update(rate_per_minute=60 * per_second)
    queue(account, groups(60))
    send_until(all_sent(60), count=2, within=60)
    sent = list(SandboxMessage.objects.order_by("at").values_list("at", flat=True))
    # However slow the machine is, they are no quicker than this: one alone would be as quick.
    assert sent[-1] - sent[0] >= timedelta(seconds=(60 - 1) / per_second - 1)


def test_a_person_is_reached_at_the_sealed_address(account):
    from keng.vault import seal

    dispatch = queue(account, [])
    Delivery.objects.create(
        id=(delivery := new_id()),
        dispatch=dispatch,
        account=account,
        channel="sandbox",
        recipient_kind="conversation",
        recipient_ref=new_id(),
        address_sealed=seal.seal_for_sender("phone-of-somebody", kind="address"),
        text_sealed=seal.seal_for_sender("Chỉ bạn đọc được", kind="text", ref=delivery),
        priority=0,
        is_urgent=True,
    )
    send_until(all_sent(1))
    message = SandboxMessage.objects.get()
    assert (message.address, message.text) == ("phone-of-somebody", "Chỉ bạn đọc được")


def test_a_lease_left_by_a_crash_ends_as_the_rule_says(account):
    queue(account, groups(2))
    Delivery.objects.update(
        state="leased",
        leased_by=new_id(),
        leased_until="2020-01-01T00:00:00Z",
        attempts=1,
        channel="zalo_oa",
    )
    urgent = Delivery.objects.first()
    Delivery.objects.filter(pk=urgent.pk).update(is_urgent=True)
    send_until(all_sent(1))
    urgent.refresh_from_db()
    assert urgent.state == "sent"
    held = Delivery.objects.exclude(pk=urgent.pk).get()
    assert (held.state, held.code) == ("unknown", "lease_ended")


def test_what_crashes_every_sender_is_not_tried_for_ever(account):
    queue(account, groups(1), urgent=True)
    Delivery.objects.update(
        state="leased", leased_by=new_id(), leased_until="2020-01-01T00:00:00Z", attempts=8
    )
    send_until(lambda: states() == {"unknown": 1})
    assert not SandboxMessage.objects.exists()


def test_a_rate_is_kept_and_a_reply_overtakes_the_bulk(account):
    ChannelAccount.objects.update(rate_per_minute=1200)
    queue(account, groups(60))
    queue(account, ["reply"], urgent=True, priority=0)
    begun_at = times.now()
    send_until(lambda: SandboxMessage.objects.count() >= 30, count=2)
    order = list(SandboxMessage.objects.order_by("at").values_list("address", "at"))
    assert [a for a, _ in order].index("reply") < 12
    # None leaves before its turn. How many leave in one second says less: on a busy machine what
    # was late and what is in time go together. The simulation counts that with a clock of its own.
    apart = timedelta(minutes=1) / 1200
    early = [place for place, (_, at) in enumerate(order) if at < begun_at + place * apart]
    assert not early


def test_what_is_past_its_time_is_not_sent(account):
    queue(account, groups(1))
    Delivery.objects.update(expires_at="2020-01-01T00:00:00Z")
    send_until(lambda: Delivery.objects.filter(state="rejected", code="expired").count() == 1)
    assert not SandboxMessage.objects.exists()


def test_a_row_that_cannot_be_read_does_not_stop_the_others(account):
    queue(account, groups(100), kind="conversation")
    Delivery.objects.update(address_sealed=b"no seal of ours" * 9)
    queue(account, groups(40))
    send_until(lambda: states() == {"rejected": 100, "sent": 40})
    assert set(Delivery.objects.filter(state="rejected").values_list("code", flat=True)) == {
        "CryptoError"
    }


def test_an_outcome_the_database_refuses_does_not_wedge_the_others(account):
    with sending() as (sender,):
        sender._changes.append(DeliveryChange(new_id(), "sent", "accepted", provider_id="\0"))
        queue(account, groups(40))
        until(all_sent(40))


def test_what_was_taken_back_while_it_was_tried_is_not_tried_again(account):
    dispatch = queue(account, groups(1))
    sender = new_id()

    async def tried():
        database = SenderDatabase(test_dsn(), sender)
        rows = await database.record_and_lease([], {account.id: 5})
        await asyncio.to_thread(_cancel, dispatch)
        await database.record_and_lease(
            [DeliveryChange(rows[0].id, "queued", "retry", again_after=0.0)], {}
        )
        again = await database.record_and_lease([], {account.id: 5})
        await database.close()
        return again

    assert asyncio.run(tried()) == []
    assert states() == {"cancelled": 1}


def _cancel(dispatch):
    from django.db import connection, transaction

    with transaction.atomic():
        call_off_deliveries(Delivery.objects.filter(dispatch=dispatch))
    connection.close()


def test_a_late_outcome_settles_its_row_unless_somebody_else_has_it_by_then(account):
    queue(account, groups(2))
    first, second = new_id(), new_id()

    async def late():
        slow, other = SenderDatabase(test_dsn(), first), SenderDatabase(test_dsn(), second)
        rows = await slow.record_and_lease([], {account.id: 2})
        await asyncio.to_thread(_lose_one_lease_to, second, rows[1].id)
        told = [DeliveryChange(row.id, "sent", "sent", "late") for row in rows]
        await slow.record_and_lease(told, {})
        await slow.close()
        await other.close()
        return rows

    swept, taken = asyncio.run(late())
    assert Delivery.objects.get(pk=swept.id).provider_id == "late"
    assert Delivery.objects.get(pk=taken.id).state == "leased"
    # The end of each lease is on record as well: whoever was sent to may have it twice.
    assert Attempt.objects.filter(outcome="unknown", code="lease_ended").count() == 2
    assert Attempt.objects.filter(outcome="sent").count() == 2


def _lose_one_lease_to(other, taken):
    """Both leases ended: one row is unknown now, the other was leased again."""
    from django.db import connection

    Delivery.objects.update(leased_until="2020-01-01T00:00:00Z", channel="zalo_oa")
    with connection.cursor() as cursor:
        cursor.execute(sql.SWEEP, {"idempotent": [], "most": 8})
    assert states() == {"unknown": 2}
    Delivery.objects.filter(pk=taken).update(
        state="leased", leased_by=other, leased_until=times.now()
    )
    connection.close()


def test_a_picture_that_is_gone_does_not_keep_a_warning_back(account):
    queue(account, groups(1), image_path="media/gone.png")
    send_until(all_sent(1))
    assert not SandboxMessage.objects.get().has_image


def test_a_sender_that_is_asked_to_stop_gives_back_what_it_has_not_begun(account):
    ChannelAccount.objects.update(rate_per_minute=600)
    queue(account, groups(60))
    with sending():
        until(lambda: SandboxMessage.objects.count() >= 3)
    found = states()
    assert set(found) == {"queued", "sent"}
    assert not Delivery.objects.filter(state="queued", attempts__gt=0).exists()


def test_never_more_is_outstanding_than_a_crash_may_repeat(account):
    queue(account, groups(600))
    seen = []

    def watched():
        seen.append(Delivery.objects.filter(state="leased").count())
        return all_sent(600)()

    with sending(concurrency=16):
        until(watched)
    assert max(seen) <= 16 + 32


@pytest.mark.parametrize("kind", ["pager", "room"])
def test_a_call_that_is_taken_back_while_the_sender_holds_it_calls_nobody(
    account, kind, monkeypatch
):
    goes_on, carry = threading.Event(), Transports.carry

    async def carry_slowly(self, wire, delivery):
        await asyncio.to_thread(goes_on.wait)
        return await carry(self, wire, delivery)

    monkeypatch.setattr(Transports, "carry", carry_slowly)
    dispatch = queue(account, groups(4), urgent=True, kind=kind)
    with sending(concurrency=1):
        # The first is being made, the others wait for it in the sender.
        until(lambda: states() == {"leased": 4})
        with transaction.atomic():
            assert call_off_deliveries(dispatch.deliveries.all()) == 0
        goes_on.set()
        until(lambda: states() == {"sent": 1, "cancelled": 3})
    assert SandboxMessage.objects.count() == Attempt.objects.count() == 1
