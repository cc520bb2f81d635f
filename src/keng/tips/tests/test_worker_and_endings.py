"""What the worker destroys, while a sender or the reporter holds a part of it."""

import datetime
import threading

import pytest
from django.db import connection, transaction

from keng.delivery.models import Conversation, Delivery, Dispatch
from keng.kit import times
from keng.tips.actions import out_of_scope, triage, withdrawing
from keng.tips.models import Tip
from keng.vault.models import SealedIdentity
from tests import make


@pytest.mark.django_db
@pytest.mark.parametrize("settled_after", [datetime.timedelta(0), datetime.timedelta(days=5)])
def test_an_address_that_a_sender_held_goes_once_it_has_let_go(settled_after):
    unit = make.unit()
    tip = make.tip(unit=unit)
    talk = make.conversation(tip)
    dispatch = Dispatch.objects.create(kind="ack", is_urgent=True, unit=unit)
    held = dispatch.deliveries.create(
        channel="sandbox",
        recipient_kind="conversation",
        recipient_ref=talk.pk,
        state="leased",
        leased_until=times.now() + datetime.timedelta(minutes=1),
        address_sealed=b"sealed to the sender",
    )
    withdrawing.withdraw(tip.pk)
    withdrawing.destroy_withdrawn()
    held.refresh_from_db()
    assert bytes(held.address_sealed) == b"sealed to the sender"
    assert withdrawing.destroy_withdrawn() == 0
    Tip.objects.filter(pk=tip.pk).update(withdrawn_at=times.now() - settled_after)
    Delivery.objects.filter(pk=held.pk).update(state="sent", leased_until=None)
    assert withdrawing.destroy_withdrawn() + withdrawing.destroy_whatever_was_withdrawn() == 1
    held.refresh_from_db()
    assert held.address_sealed is None
    assert bytes(Conversation.objects.get(pk=talk.pk).reply_address_sealed) == b""


@pytest.mark.django_db(transaction=True)
def test_who_objects_in_the_last_second_of_the_week_finds_the_words_still_sealed(monkeypatch):
    province = make.province_unit()
    make.unit_key(province)
    make.clock_rules()
    unit = make.unit(parent=province)
    tip = make.tip(unit=unit, text="Lời của người báo")
    triage.decline(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=make.officer(unit=unit))
    end, second = times.now(), datetime.timedelta(seconds=1)
    Tip.objects.filter(pk=tip.pk).update(closed_at=end - out_of_scope.OBJECTION_WITHIN)
    destroyed = []

    def destroy():
        try:
            destroyed.append(out_of_scope.destroy_expired())
        finally:
            connection.close()

    with transaction.atomic():
        monkeypatch.setattr(times, "now", lambda: end - second)
        out_of_scope.object_to(tip.pk)
        monkeypatch.setattr(times, "now", lambda: end + second)
        worker = threading.Thread(target=destroy)
        worker.start()
        worker.join(20)
    assert destroyed == [0]
    assert SealedIdentity.objects.filter(kind=SealedIdentity.Kind.CONTENT).exists()
