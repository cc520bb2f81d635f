"""The one write path: what it writes, what it never writes twice, its columns and the models'."""

import dataclasses
import datetime as dt
import json
import re

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keng.audit import verify
from keng.audit.models import Chain, Entry
from keng.delivery.models import Conversation, DedupeKey, Delivery, Dispatch, Inbound
from keng.intake import receive
from keng.intake.incoming_tip import TIP_FIELDS
from keng.intake.receive import IncomingChat, IncomingTip, SealedPart
from keng.intake.statement import RECEIVE, ROW_FIELDS
from keng.kit.secrets import keyed_hash
from keng.tips import receipt_codes
from keng.tips.errors import ReceivedBefore
from keng.tips.models import (
    Attachment,
    Clock,
    DialogueMessage,
    OneTimeLink,
    Receipt,
    Tip,
    TipConcern,
)
from keng.vault import keys
from keng.vault.models import SealedIdentity
from keng.vault.opening import open_identity
from tests import make

pytestmark = pytest.mark.django_db
PASSPHRASE = "words-for-a-test"


@pytest.fixture
def unit():
    made = make.unit()
    keys.operator_file().unlink(missing_ok=True)
    keys.make_sender_key()
    keys.make_unit_keys(PASSPHRASE)
    return made


@pytest.fixture
def account(unit):
    return make.channel_account(unit=unit)


def form(unit, key="a", **fields):
    values = {"text": "Có người gọi tự xưng công an", "dedupe_key": keyed_hash("test", key)}
    return IncomingTip(unit_id=unit.pk, **values | fields)


def said(account, who="p1", key="m1", text="Có người gọi tự xưng công an", **fields):
    chat = IncomingChat(
        account_id=account.pk,
        conversation_hash=keyed_hash("who", who),
        address_sealed=b"address",
        link_hash=keyed_hash("link", key),
        answer_sealed=b"answer",
        raw_sealed=b"raw",
        **fields,
    )
    return IncomingTip(
        unit_id=account.unit_id,
        text=text,
        dedupe_key=keyed_hash("test", key),
        channel=account.channel,
        chat=chat,
        sealed=(SealedPart("raw", ("chat",), b"raw"),),
    )


def test_a_form_becomes_a_tip_with_message_receipt_clock_and_sealed_contact(unit):
    code = receipt_codes.code_from_token("token")
    tip_id = receive.receive_tip(
        form(
            unit,
            receipt_hash=receipt_codes.code_hash(code),
            contact={"name": "Người Thử", "phone": ""},
            place_detail="ngã tư",
            topic="scam",
            concerns=(unit.pk,),
        )
    )
    tip = Tip.objects.get()
    assert (tip.pk, tip.channel, tip.topic, tip.urgency) == (tip_id, "web", "scam", "P2")
    assert tip.messages.get().text == tip.text
    assert receipt_codes.tip_id_of_code(code) == tip_id
    assert tip.concerns.get().unit == unit
    assert tip.identity_holds == ["name"]
    assert tip.due_at == tip.clocks.get().due_at
    assert tip.due_at - tip.received_at == dt.timedelta(hours=24)
    private = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[unit.pk]
    assert "Người Thử" in open_identity(SealedIdentity.objects.get(), private).decode()
    assert not Delivery.objects.exists()


def test_the_same_form_again_writes_nothing_and_gives_the_same_tip(unit):
    first = receive.receive_tip(form(unit))
    assert receive.receive_tip(form(unit, text="anders")) == first
    assert (Tip.objects.count(), DialogueMessage.objects.count(), Entry.objects.count()) == (
        1,
        1,
        1,
    )


def test_the_reporters_own_number_is_cut_and_sealed(unit):
    receive.receive_tip(
        form(unit, text="Bị trộm xe. sdt của em 0987000123", place_detail="sdt của em 0987000123")
    )
    tip = Tip.objects.get()
    stored = Inbound.objects.get().text + tip.text + tip.place_detail + tip.messages.get().text
    assert "0987000123" not in stored
    assert tip.identity_holds == ["phone"]
    sealed = SealedIdentity.objects.get(kind="in_text")
    private = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[unit.pk]
    assert "0987000123" in open_identity(sealed, private).decode()


def test_a_name_without_a_number_is_cut_and_sealed_with_the_house(unit):
    words = "Tôi tên Nguyễn Văn Tèo nhà số 12. Hàng xóm đánh vợ"
    receive.receive_tip(form(unit, text=words, place_detail="nhà tôi, tôi tên Nguyễn Văn Tèo"))
    tip = Tip.objects.get()
    stored = Inbound.objects.get().text + tip.text + tip.place_detail + tip.messages.get().text
    assert "Tèo" not in stored
    assert tip.text == "Tôi tên […] nhà số […]. Hàng xóm đánh vợ"
    assert tip.identity_holds == ["address", "name"]
    sealed = SealedIdentity.objects.get(kind="in_text")
    private = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[unit.pk]
    assert "Nguyễn Văn Tèo" in open_identity(sealed, private).decode()


@pytest.mark.parametrize(
    ("fields", "urgency", "hours"),
    [
        ({"text": "đang đánh nhau, có dao", "happening": "now"}, "P0", 0),
        ({"text": "Cứu với, có cháy nhà"}, "P0", 0),
        ({"text": "hôm qua có đánh nhau, có dao", "happening": "over"}, "P2", 24),
        ({"text": "gọi điện lừa", "money_moved": True}, "P1", 1),
        ({"text": "Em đã chuyển tiền cho nó"}, "P1", 1),
        ({"text": "i have transferred 5 million"}, "P1", 1),
        ({"text": "xin hỏi giờ làm việc"}, "P2", 24),
    ],
)
def test_danger_now_is_looked_at_at_once_and_money_that_left_within_the_hour(
    unit, fields, urgency, hours
):
    receive.receive_tip(form(unit, **fields))
    tip = Tip.objects.get()
    assert tip.urgency == urgency
    assert (tip.due_at - tip.received_at).total_seconds() == hours * 3600
    assert tip.clocks.count() == (1 if urgency == "P2" else 2)


def test_the_first_message_of_a_chat_opens_a_tip_and_is_answered_once(account):
    first, repeated, more = receive.receive_tips(
        [said(account), said(account), said(account, key="m2", text="thêm: xe máy đỏ")]
    )
    assert (first.opened, repeated.opened, more.opened) == (True, False, False)
    assert {one.tip_id for one in (first, repeated, more)} == {first.tip_id}
    assert (first.is_new, repeated.is_new, more.is_new) == (True, False, True)
    tip = Tip.objects.get()
    assert [m.text for m in tip.messages.order_by("id")] == [tip.text, "thêm: xe máy đỏ"]
    assert OneTimeLink.objects.get().tip == tip
    talk = Conversation.objects.get()
    delivery = Delivery.objects.get()
    assert (talk.tip_ref, delivery.recipient_ref, delivery.priority) == (tip.pk, talk.pk, 5)
    assert delivery.is_urgent
    assert bytes(delivery.text_sealed) == b"answer"
    assert Dispatch.objects.get().source_ref == tip.pk
    assert SealedIdentity.objects.filter(kind="raw").count() == 1
    assert tip.identity_holds == ["chat"]


def test_a_repetition_whose_tip_is_known_no_more_writes_nothing(account):
    receive.receive_tips([said(account)])
    DedupeKey.objects.update(inbound_ref=None)
    (again,) = receive.receive_tips([said(account)])
    assert (again.tip_id, again.is_new, again.opened) == (None, False, False)
    assert Tip.objects.count() == Inbound.objects.count() == 1


def test_a_form_that_was_sent_before_says_so_once_its_tip_is_known_no_more(account):
    new = form(account.unit, key="once")
    receive.receive_tip(new)
    DedupeKey.objects.update(inbound_ref=None)
    with pytest.raises(ReceivedBefore):
        receive.receive_tip(new)
    assert Tip.objects.count() == 1


def test_a_message_after_the_tip_was_closed_opens_a_new_one(account):
    receive.receive_tips([said(account)])
    Conversation.objects.update(key_hash=None)
    (later,) = receive.receive_tips([said(account, key="m2")])
    assert later.opened
    assert (Tip.objects.count(), Conversation.objects.count()) == (2, 2)


def test_whoever_wants_no_message_gets_none(account):
    chat = IncomingChat(account_id=account.pk, conversation_hash=b"c" * 32, address_sealed=b"a")
    receive.receive_tips([form(account.unit, do_not_contact=True, chat=chat)])
    assert Tip.objects.get().do_not_contact
    assert not Delivery.objects.exists()
    assert not OneTimeLink.objects.exists()


def test_one_audit_entry_speaks_for_a_batch_and_the_chain_holds(account):
    receive.receive_tips([said(account, who=str(n), key=str(n)) for n in range(5)])
    receive.receive_tips([said(account, who="x", key="x"), said(account, who="0", key="0")])
    entries = Entry.objects.order_by("seq")
    assert [(e.detail["messages"], e.detail["tips"]) for e in entries] == [(5, 5), (1, 1)]
    assert list(verify.chain_faults()) == []
    Entry.objects.filter(pk=entries[0].pk).update(detail=entries[0].detail | {"messages": 4})
    assert [fault.seq for fault in verify.chain_faults()] == [1]


def test_only_repetitions_leave_no_entry_and_no_row(account):
    receive.receive_tips([said(account)])
    before = {model: model.objects.count() for model in apps.get_models()}
    receive.receive_tips([said(account), said(account)])
    assert {model: model.objects.count() for model in apps.get_models()} == before
    assert Chain.objects.get().last_seq == 1


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=24),
    st.lists(st.integers(1, 6), min_size=1, max_size=24),
)
def test_whatever_is_repeated_in_whatever_batches_each_person_has_one_tip(account, sent, sizes):
    """`sent` holds (person, message) pairs; `sizes` cuts them into batches."""
    for model in (
        Delivery,
        Dispatch,
        OneTimeLink,
        Clock,
        DialogueMessage,
        Tip,
        Conversation,
        DedupeKey,
        Inbound,
    ):
        model.objects.all().delete()
    queue = [said(account, who=f"p{p}", key=f"p{p}m{m}", text=f"m{m}") for p, m in sent]
    while queue:
        size = sizes[len(queue) % len(sizes)]
        receive.receive_tips(queue[:size])
        queue = queue[size:]
    people = {p for p, _ in sent}
    assert (
        Tip.objects.count()
        == Delivery.objects.count()
        == Conversation.objects.count()
        == len(people)
    )
    assert DialogueMessage.objects.count() == Inbound.objects.count() == len(set(sent))
    for tip in Tip.objects.all():
        assert tip.text == tip.messages.order_by("id").first().text
    assert list(verify.chain_faults()) == []


_WRITTEN = (
    Tip,
    TipConcern,
    Receipt,
    OneTimeLink,
    Clock,
    DialogueMessage,
    SealedIdentity,
    Inbound,
    DedupeKey,
    Conversation,
    Dispatch,
    Delivery,
)


@pytest.mark.parametrize("model", _WRITTEN)
def test_the_statement_names_every_column_that_has_no_default(model):
    found = re.search(rf"INSERT INTO {model._meta.db_table}\s*\(([^)]*)\)", RECEIVE)
    named = {column.strip() for column in found[1].split(",")}
    columns = {field.column: field for field in model._meta.local_concrete_fields}
    assert named <= set(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
            "AND is_nullable = 'NO' AND column_default IS NULL",
            [model._meta.db_table],
        )
        needed = {name for (name,) in cursor.fetchall()}
    assert needed <= named


def columns_written():
    """Each column of a tip that the statement writes, with the type of what it is made of."""
    return {column: each.type for each in TIP_FIELDS.values() for column in each.columns}


def test_each_column_of_a_tip_is_a_field_of_incoming_tip_with_its_type():
    found = re.search(r"INSERT INTO tips_tip\s*\(([^)]*)\)\s*SELECT ([^F]*)FROM", RECEIVE)
    columns, values = ([each.strip() for each in part.split(",")] for part in found.groups())
    assert set(columns) == set(columns_written())
    assert len(columns) == len(values)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, replace(udt_name, 'varchar', 'text') "
            "FROM information_schema.columns WHERE table_name = 'tips_tip'"
        )
        types = dict(cursor.fetchall())
    assert {column: types.get(column) for column in columns} == columns_written()


def test_what_incoming_tip_names_as_a_column_is_written_into_it():
    """Without its `tip_column` it would be taken in and be nowhere."""
    names = {each.name for each in dataclasses.fields(IncomingTip)} - set(TIP_FIELDS)
    known = {each.name for each in Tip._meta.concrete_fields}
    known |= {each.attname for each in Tip._meta.concrete_fields}
    assert not names & known
    # Nor is any other way in to the table.
    assert re.findall(r"(\w+ \w+)\s+tips_tip\b", RECEIVE) == ["INSERT INTO"]


def test_what_was_told_stands_in_its_columns(unit):
    place = make.place()
    told = form(
        unit,
        text="Có người đi từng nhà bán thuốc",
        province_code="27",
        place_id=place.pk,
        place_detail="gần chợ",
        channel="walk_in",
        language="en",
        topic="scam",
        happening="now",
        money_moved=True,
        do_not_contact=True,
        identity_holds=("phone", "name"),
        urgency="P2",
        urgency_is_rated=True,
    )
    receive.receive_tip(told)
    tip = Tip.objects.get(pk=told.id)
    derived = {"id", "received_at", "due_at", "identity_holds"}
    for name in TIP_FIELDS.keys() - derived:
        column = TIP_FIELDS[name].columns[0]
        assert getattr(tip, column) == getattr(told, name), name
    assert tip.identity_holds == ["name", "phone"]
    assert tip.received_at == tip.waiting_since == told.received_at
    assert tip.due_at == min(tip.clocks.values_list("due_at", flat=True))


def test_every_field_of_a_row_is_one_that_the_statement_reads(account, unit):
    rows = [
        receive.incoming_row(tip, receive.read_first_clocks())
        for tip in (
            said(account, location=(21.2, 106.1), media=(("image", b"url"),)),
            form(unit, receipt_hash=b"r"),
        )
    ]
    assert {name for row in rows for name in json.loads(row.json)} <= set(ROW_FIELDS)


def test_printing_a_tip_shows_no_word_of_it(unit):
    shown = repr(form(unit, text="bí mật", contact={"phone": "0987000123"}, place_detail="nhà tôi"))
    for never in ("bí mật", "0987000123", "nhà tôi"):
        assert never not in shown
    assert not Attachment.objects.exists()
