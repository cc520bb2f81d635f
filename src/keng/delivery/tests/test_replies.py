"""Answering one person, and who deals with what arrives."""

import uuid

import pytest

from keng.channels.base import Event
from keng.delivery import inbound_handlers
from keng.delivery.actions.replies import send_to_conversation
from keng.delivery.inbound_message import message_of_event, receiving_accounts
from keng.delivery.models import Conversation, Delivery, Dispatch, DispatchText
from keng.kit import times
from keng.vault import keys, opening, seal
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    yield
    seal.forget_public_keys()


@pytest.fixture
def conversation():
    account = make.channel_account(unit=make.unit())
    return Conversation.objects.create(
        account=account,
        key_hash=b"k" * 32,
        reply_address_sealed=seal.seal_for_sender("an", kind="address"),
        tip_ref=uuid.uuid4(),
    )


def opened(sealed, kind, ref=None):
    private = keys.sender_file().read_bytes()
    return opening.open_with_unit_key(sealed, private, kind=kind, ref=ref).decode()


def test_an_answer_goes_before_everything_else_to_this_person_alone(conversation):
    dispatch = send_to_conversation(
        conversation,
        text="Chào bạn",
        kind=Dispatch.Kind.REPLY,
        unit_id=conversation.account.unit_id,
        by=None,
        source_kind="tip",
        source_ref=conversation.tip_ref,
    )
    delivery = dispatch.deliveries.get()
    assert (delivery.priority, delivery.is_urgent, delivery.state) == (0, True, "queued")
    assert delivery.recipient_ref == conversation.pk
    assert delivery.address == ""
    assert opened(delivery.address_sealed, "address") == "an"
    assert delivery.text.text == "Chào bạn"
    assert dispatch.source_ref == conversation.tip_ref
    assert delivery.expires_at > times.now()


def test_a_text_with_a_secret_is_nowhere_in_clear(conversation):
    send_to_conversation(
        conversation,
        text="bí mật",
        kind=Dispatch.Kind.ACKNOWLEDGEMENT,
        unit_id=conversation.account.unit_id,
        by=None,
        source_kind="tip",
        source_ref=None,
        sealed=True,
    )
    delivery = Delivery.objects.get()
    assert delivery.priority == 5
    assert not DispatchText.objects.exists()
    assert opened(delivery.text_sealed, "text", delivery.pk) == "bí mật"


def event(kind="text", text="mất xe", *, sender="an", group=None, reply="an"):
    return Event(
        kind=kind,
        dedupe="m1",
        conversation=f"{group}:{sender}" if group else sender,
        sender=sender,
        group=group,
        text=text,
        media=(),
        location=None,
        at=times.now(),
        reply_address=reply,
        raw_kind=kind,
    )


@pytest.mark.parametrize(
    ("fields", "handler"),
    [
        ({}, "tip"),
        # Whether it stops a survey alone, the database says; else it is the stop of everything.
        ({"text": "dừng"}, "survey"),
        ({"text": "1"}, "survey"),
        ({"text": "1", "group": "g"}, "kept"),
        ({"kind": "erase", "text": ""}, "stop"),
        ({"text": "tra cứu 0912 000 401"}, "look_up"),
        ({"text": "tin mới"}, "new_tip"),
        ({"text": "tin mới: mất xe"}, "tip"),
        ({"kind": "seen"}, "receipt"),
        ({"kind": "echo"}, "receipt"),
        ({"kind": "follow"}, "kept"),
        ({"kind": "unknown"}, "kept"),
        ({"text": "ok", "group": "g"}, "kept"),
        ({"text": "ok"}, "tip"),
        ({"text": "có trộm", "group": "g"}, "tip"),
        ({"reply": None}, "kept"),
    ],
)
def test_the_first_handler_in_the_order_has_it(conversation, fields, handler):
    (account,) = receiving_accounts()
    message = message_of_event(account, event(**fields), raw=b"{}", now=times.now())
    assert inbound_handlers.handler_of(message).name == handler


@pytest.mark.parametrize(("text", "handler"), [("dừng", "stop"), ("1", "tip")])
def test_what_no_survey_waits_for_has_the_next_handler(conversation, text, handler):
    (account,) = receiving_accounts()
    message = message_of_event(account, event(text=text), raw=b"{}", now=times.now())
    survey = inbound_handlers.handler_of(message)
    assert survey.name == "survey"
    assert inbound_handlers.handler_of(message, after=survey).name == handler


def test_a_group_and_the_private_thread_of_its_member_are_one_conversation(conversation):
    (account,) = receiving_accounts()
    private, before_others, another = (
        message_of_event(account, one, raw=b"{}", now=times.now()).conversation_hash
        for one in (event(), event(group="g"), event(sender="binh"))
    )
    assert private == before_others != another


def test_printing_what_arrives_shows_neither_words_nor_hashes(conversation):
    (account,) = receiving_accounts()
    message = message_of_event(account, event(text="bí mật"), raw=b"bi mat", now=times.now())
    shown = repr(message)
    for never in ("bí mật", "bi mat", "'an'", repr(message.key)):
        assert never not in shown
