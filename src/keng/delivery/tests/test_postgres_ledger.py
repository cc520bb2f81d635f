"""What the sender asks of PostgreSQL beside leasing, asked of PostgreSQL itself."""

import asyncio

import pytest
from django.utils import timezone

from keng.delivery.models import Attempt, Delivery, DispatchText
from keng.delivery.sender.ledger import DATABASE_AWAY, StoredText
from keng.delivery.sender.postgres_ledger import PostgresLedger
from keng.delivery.sender.rows import UnitTurn
from keng.delivery.tests.sending import all_sent, queue, sending, test_dsn, until
from keng.kit.ids import new_id
from keng.runtime.tests.read_only import database_that_only_reads
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def answers_of_ledger(*questions):
    """What the ledger answers to each, over one pool."""

    async def ask() -> list[object]:
        ledger = PostgresLedger(test_dsn(), new_id())
        await ledger.open()
        try:
            return [await question(ledger) for question in questions]
        finally:
            await ledger.close()

    return asyncio.run(ask())


def test_each_question_of_the_sender_has_its_answer():
    account = make.channel_account(unit=make.unit())
    queue(account, ["a", "b"], text="Nước lên", image_path="warnings/a.png")
    text = DispatchText.objects.get()
    text.short = "Nuoc len"
    text.save()
    waiting, left = Delivery.objects.order_by("id")
    now = timezone.now()
    Delivery.objects.filter(pk=left.pk).update(
        state="leased", leased_by=new_id(), leased_until=now, called_off_at=now
    )

    stored, gone, yes, no, waits, swept, again = answers_of_ledger(
        lambda ledger: ledger.read_text(text.pk),
        lambda ledger: ledger.read_text(new_id()),
        lambda ledger: ledger.is_called_off(left.pk),
        lambda ledger: ledger.is_called_off(waiting.pk),
        lambda ledger: ledger.who_waits([account.pk]),
        lambda ledger: ledger.sweep(),
        lambda ledger: ledger.sweep(),
    )

    assert stored == StoredText("Nước lên", "Cảnh báo", "vi", "warnings/a.png", "Nuoc len")
    assert gone is None
    assert (yes, no) == (True, False)
    assert waits == [UnitTurn(account.pk, waiting.priority, waiting.unit_ref)]
    assert (swept, again) == (True, False)


def test_a_text_that_cannot_be_read_does_not_end_the_sending_of_others(monkeypatch):
    account = make.channel_account(unit=make.unit())
    queue(account, ["a"], text="bad")
    queue(account, ["b", "c"])
    read_text = PostgresLedger.read_text

    async def read(self, text_id):
        stored = await read_text(self, text_id)
        if stored.text == "bad":
            raise TypeError
        return stored

    monkeypatch.setattr(PostgresLedger, "read_text", read)
    with sending():
        until(lambda: Attempt.objects.filter(code="TypeError").exists())
        until(all_sent(2))


def test_a_server_that_only_reads_is_left_and_what_was_to_be_recorded_is_there_to_be_again():
    """After a failover: the connections of rows, and those of everything else."""
    account = make.channel_account(unit=make.unit())
    queue(account, ["a"])

    async def fail_over():
        with database_that_only_reads(test_dsn()):
            ledger = PostgresLedger(test_dsn(), new_id())
            await ledger.open()
            for ask in (lambda: ledger.record_and_lease([], {account.id: 1}), ledger.sweep):
                with pytest.raises(DATABASE_AWAY):
                    await ask()
        try:
            async with asyncio.timeout(30):
                # The pool had another one made meanwhile.
                while not await is_swept(ledger):
                    pass
            return await ledger.record_and_lease([], {account.id: 1})
        finally:
            await ledger.close()

    async def is_swept(ledger):
        try:
            await ledger.sweep()
        except DATABASE_AWAY:
            return False
        return True

    assert len(asyncio.run(fail_over())) == 1
