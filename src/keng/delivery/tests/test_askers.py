"""Who looked something up is forgotten when the answer is out, or can no longer go out."""

import datetime as dt

import pytest
from django.db import OperationalError

from keng.delivery.models import Attempt, Delivery, SandboxMessage
from keng.delivery.tests.sending import all_sent, queue, send_until, states
from keng.kit.ids import new_id
from keng.language.lookup_terms import lookup_terms_in
from keng.lookup import chat_answers
from keng.lookup.tests.make_listing import listing
from keng.vault import seal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]


NOTHING_KNOWN = "0912 000 417: chưa có dữ liệu"


def answer(account, text=NOTHING_KNOWN, **fields):
    dispatch = queue(account, [])
    return Delivery.objects.create(
        id=(delivery := new_id()),
        dispatch=dispatch,
        account=account,
        channel="sandbox",
        recipient_kind="asker",
        recipient_ref=dispatch.pk,
        address_sealed=seal.seal_for_sender("phone-of-somebody", kind="address"),
        text_sealed=seal.seal_for_sender(text, kind="text", ref=delivery),
        priority=5,
        is_urgent=True,
        **fields,
    )


def what_is_left():
    return Delivery.objects.values_list("address_sealed", "text_sealed", "provider_id", "address")


def test_nothing_of_the_asker_is_left_once_the_answer_is_out(account):
    answer(account)
    send_until(all_sent(1))
    message = SandboxMessage.objects.get()
    assert (message.address, message.text[:4]) == ("phone-of-somebody", "0912")
    assert list(what_is_left()) == [(None, None, "", "")]
    assert Attempt.objects.get().outcome == "sent"


def test_a_question_is_answered_by_what_is_listed_when_it_is_sent(account):
    (asked,) = lookup_terms_in("0912000417")
    answer(account, chat_answers.question_to_seal(asked, ["vi"]))
    listing("+84912000417", unit=account.unit, used_in=dt.date(2026, 10, 1))
    send_until(all_sent(1))
    source = f"Theo {account.unit.name}, tháng 10/2026."
    assert f"ĐÃ XÁC NHẬN: từng được dùng để lừa đảo. {source}" in SandboxMessage.objects.get().text


def test_an_answer_that_cannot_be_read_now_is_a_try_and_no_fault_of_the_provider(
    account, monkeypatch
):
    def fail(opened):
        raise OperationalError

    monkeypatch.setattr(chat_answers, "message_for_asker", fail)
    answer(account)
    send_until(Attempt.objects.exists)
    # Whom nobody reached tried nothing, and after eight of those an account is stopped.
    assert (states(), Delivery.objects.get().attempts) == ({"queued": 1}, 1)


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, "rejected"),
        ({"state": "leased", "leased_until": "2020-01-01T00:00:00Z", "attempts": 8}, "unknown"),
    ],
)
def test_nor_when_it_could_not_go_out(account, fields, end):
    held = {"leased_by": new_id()} if "state" in fields else {}
    answer(account, **fields, **held)
    send_until(lambda: states() == {end: 1})
    assert list(what_is_left()) == [(None, None, "", "")]
