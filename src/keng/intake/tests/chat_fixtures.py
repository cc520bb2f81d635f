"""A desk with keys and a chat, and people who write to it as the edge hears them."""

import uuid

import pytest
from django.db import connection, transaction

from keng.channels.base import Event
from keng.delivery import inbound_handlers
from keng.delivery.inbound_message import message_of_event, receiving_accounts
from keng.delivery.models import Delivery
from keng.kit import times
from keng.lookup import chat_answers as lookup_chat
from keng.runtime.tests.rights import give_rights
from keng.vault import keys, opening, seal
from tests import make


@pytest.fixture
def own_keys(db, tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    yield
    seal.forget_public_keys()


@pytest.fixture
def say(own_keys):
    """Let one message through the list of handlers as the edge does, in one transaction.

    With the edge's role: what the database refuses it, no handler may need.
    """
    give_rights()
    make.clock_rules()
    unit = make.unit("Công an phường Thử", parent=make.province_unit("Công an tỉnh Thử"))
    keys.operator_file().unlink(missing_ok=True)
    keys.make_unit_keys("words-for-a-test")
    make.channel_account(unit=unit, slug="phones")
    inbound_handlers.refresh_handlers()
    (account,) = receiving_accounts()

    def hear(text, *, who="an", id="", group=None, media=()):
        event = Event(
            kind="text",
            dedupe=id or uuid.uuid4().hex,
            conversation=who,
            sender=who,
            group=group,
            text=text,
            media=media,
            location=None,
            at=times.now(),
            reply_address=who,
            raw_kind="text",
        )
        message = message_of_event(account, event, raw=text.encode(), now=times.now())
        handler = inbound_handlers.handler_of(message)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE keng_edge")
            for statement in handler.statements([handler.prepare(message)]):
                cursor.execute(statement.sql, statement.values)
            cursor.execute("RESET ROLE")
        return handler.name

    return hear


@pytest.fixture
def answers():
    """What the sender makes of the rows, oldest first."""

    def read():
        rows = Delivery.objects.select_related("text").order_by("id")
        # Of what never left nothing is kept that could be read.
        return [
            lookup_chat.message_for_asker(opened(row) or row.text.text)
            if row.text_sealed or row.text
            else ""
            for row in rows
        ]

    return read


def opened(row):
    """The text of a delivery, where it is one that only the sender reads."""
    if not row.text_sealed:
        return ""
    private, sealed = keys.sender_file().read_bytes(), bytes(row.text_sealed)
    return opening.open_with_unit_key(sealed, private, kind="text", ref=row.pk).decode()
