"""What a process that was taken over may move, silence or say: each test is what an attacker did.

Who may send to whom is in test_grants_sending.
"""

import uuid

import pytest
from django.db import ProgrammingError, connection, transaction

from keng.accounts.tests.look import act_as
from keng.delivery.models import Conversation, Delivery, Dispatch
from keng.dialogue import withdrawal
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit.ids import new_id
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db
NOT_MOVED = "does not do this"


@pytest.fixture
def become(become, unit):
    """As everywhere; the desk's process, taken over, acts in the name of one who works there."""
    officer = make.officer(unit=unit, role="commander")

    def switch(process):
        become(process)
        if process == "desk":
            act_as(officer)

    return switch


@pytest.fixture
def row(unit):
    """Makes one row that waits, to a recipient of this kind; any field may be named away."""
    account = make.channel_account(channel="sandbox", unit=unit)

    def make_delivery(recipient_kind, **fields):
        dispatch = Dispatch.objects.create(kind="page", is_urgent=True, unit=unit)
        values = {"channel": "sandbox", "account": account, "address_sealed": b"sealed"}
        values["recipient_ref"] = uuid.uuid4()
        return Delivery.objects.create(
            dispatch=dispatch, recipient_kind=recipient_kind, **values | fields
        )

    return make_delivery


def execute(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def refused(sql, *values):
    with pytest.raises(ProgrammingError) as raised:
        execute(sql, *values)
    return str(raised.value)


@pytest.mark.parametrize("kind", ["pager", "room", "asker", "group"])
@pytest.mark.parametrize(
    "change",
    [
        "state = 'cancelled', called_off_at = now(), settled_at = now()",
        "state = 'cancelled', address_sealed = NULL",
        "address_sealed = NULL, text_sealed = NULL",
        "called_off_at = now()",
    ],
)
@pytest.mark.parametrize("state", ["queued", "leased"])
def test_the_public_site_silences_no_call_to_officers(row, become, kind, change, state):
    until = {"leased_until": "2030-01-01T00:00Z"} if state == "leased" else {}
    one = row(kind, state=state, **until)
    become("public")
    assert NOT_MOVED in refused(f"UPDATE delivery_delivery SET {change}")
    become("owner")
    one.refresh_from_db()
    assert (one.state, one.called_off_at) == (state, None)


def test_the_public_site_calls_off_what_goes_to_one_person(row, become):
    row("subscription")
    row("conversation", text_sealed=b"words")
    row("lead", text_sealed=b"words")
    # Told what they asked for, and not somebody who looked something up.
    row("asker", recipient_ref=make.subscription(places=()).pk)
    become("public")
    changed = execute(
        "UPDATE delivery_delivery SET state = 'cancelled', called_off_at = now(), "
        "settled_at = now(), address_sealed = NULL, text_sealed = NULL"
    )
    assert changed == 4


def test_the_public_site_says_passed_on_and_no_more_of_a_row_by_hand(row, become):
    row("group", channel="by_hand", account=None)
    become("public")
    relayed = "UPDATE delivery_delivery SET state = 'relayed', settled_at = now()"
    assert NOT_MOVED in refused(f"{relayed}, called_off_at = now()")
    assert NOT_MOVED in refused(f"{relayed}, address_sealed = NULL")
    assert execute(relayed) == 1
    assert execute("UPDATE delivery_delivery SET state = 'queued', settled_at = NULL") == 1


@pytest.mark.parametrize("process", ["public", "edge", "desk", "worker", "sender"])
@pytest.mark.parametrize("kind", ["conversation", "subscription", "pager", "group"])
def test_a_row_that_is_still_to_arrive_keeps_its_address(row, become, process, kind):
    row(kind)
    become(process)
    assert NOT_MOVED in refused("UPDATE delivery_delivery SET address_sealed = NULL")


# The edge.


@pytest.mark.parametrize("kind", ["group", "pager", "room", "conversation", "subscription"])
@pytest.mark.parametrize("state", ["queued", "leased", "cancelled", "rejected", "gone"])
def test_the_edge_says_of_nothing_that_was_not_sent_that_it_arrived(row, become, kind, state):
    until = {"leased_until": "2030-01-01T00:00Z"} if state == "leased" else {}
    one = row(kind, state=state, provider_id="m1", address_sealed=None, **until)
    become("edge")
    failed = "UPDATE delivery_delivery SET state = 'rejected', code = 'not_delivered'"
    assert NOT_MOVED in refused(failed)
    for arrived in ("delivered", "read"):
        said = f"UPDATE delivery_delivery SET state = '{arrived}', settled_at = now()"
        assert NOT_MOVED in refused(said)
        assert NOT_MOVED in refused(f"UPDATE delivery_delivery SET state = '{arrived}'")
    become("owner")
    one.refresh_from_db()
    assert one.state == state


def test_the_edge_believes_no_receipt_for_what_left_without_a_number(row, become):
    row("group", state="unknown")
    become("edge")
    assert NOT_MOVED in refused("UPDATE delivery_delivery SET state = 'delivered'")


@pytest.mark.parametrize("kind", ["group", "pager", "conversation"])
def test_a_receipt_moves_what_was_sent_and_nothing_else_of_it(row, become, kind):
    row(kind, state="sent", provider_id="m1", address_sealed=None)
    become("edge")
    assert NOT_MOVED in refused(
        "UPDATE delivery_delivery SET state = 'delivered', called_off_at = now()"
    )
    for change in ("code = 'x'", "state = 'delivered', code = 'x'", "state = 'rejected'"):
        assert NOT_MOVED in refused(f"UPDATE delivery_delivery SET {change}")
    assert execute("UPDATE delivery_delivery SET state = 'delivered'") == 1
    assert NOT_MOVED in refused("UPDATE delivery_delivery SET state = 'queued'")
    assert execute("UPDATE delivery_delivery SET state = 'read'") == 1


@pytest.mark.parametrize("kind", ["group", "pager", "room", "asker"])
def test_the_edge_calls_off_chats_and_letters_alone(row, become, kind):
    row(kind)
    become("edge")
    assert NOT_MOVED in refused(
        "UPDATE delivery_delivery SET state = 'cancelled', address_sealed = NULL"
    )
    assert NOT_MOVED in refused("UPDATE delivery_delivery SET called_off_at = now()")


# Words in a dialogue.
_MESSAGE = """
INSERT INTO tips_dialoguemessage (id, tip_id, author, officer_id, text, channel)
VALUES (%s, %s, %s, %s, 'Gửi ảnh thẻ căn cước cho chúng tôi', 'web')
"""


@pytest.mark.parametrize("process", ["public", "edge", "worker"])
@pytest.mark.parametrize("author", ["desk", "officer", "reporter", "automatic"])
def test_only_the_desk_speaks_for_an_officer(unit, become, process, author):
    tip, officer = make.tip(unit=unit), make.officer(unit=unit)
    become(process)
    assert "speaks for an officer" in refused(_MESSAGE, new_id(), tip.pk, author, officer.pk)
    if author in ("desk", "officer"):
        assert "speaks for an officer" in refused(_MESSAGE, new_id(), tip.pk, author, None)


def test_who_speaks_where_is_still_heard(unit, become):
    tip, officer = make.tip(unit=unit), make.officer(unit=unit)
    spoken = {"public": "reporter", "edge": "reporter", "worker": "automatic"}
    for process, author in spoken.items():
        become(process)
        assert execute(_MESSAGE, new_id(), tip.pk, author, None) == 1
    become("worker")
    assert "speaks for an officer" in refused(_MESSAGE, new_id(), tip.pk, "reporter", None)
    become("desk")
    act_as(officer)
    assert execute(_MESSAGE, new_id(), tip.pk, "desk", officer.pk) == 1


@pytest.mark.parametrize(
    "change",
    [
        "author = 'desk'",
        "officer_id = '{officer}'",
        "text = 'Gửi ảnh thẻ căn cước'",
        "tip_id = '{other}'",
    ],
)
def test_the_worker_puts_no_words_into_anybodys_mouth(unit, become, change):
    officer, other = make.officer(unit=unit), make.tip(unit=unit)
    make.message(make.tip(unit=unit), "Lời của người báo")
    become("worker")
    changed = change.format(officer=officer.pk, other=other.pk)
    assert "speaks for an officer" in refused(f"UPDATE tips_dialoguemessage SET {changed}")
    assert execute("UPDATE tips_dialoguemessage SET text = '', examined_at = now()") == 1


# Whom a tip is about, and who hears of it.
_CONCERN = "INSERT INTO tips_tipconcern (id, tip_id, unit_id, is_guess) VALUES (%s, %s, %s, false)"


@pytest.mark.parametrize("process", ["public", "edge"])
def test_no_tip_is_hidden_from_its_desk_afterwards(unit, become, process):
    tip = make.tip(unit=unit)
    become(process)
    assert "comes with its tip" in refused(_CONCERN, new_id(), tip.pk, unit.pk)


def test_nor_is_one_that_was_changed_in_the_same_transaction(unit, become):
    tip = make.tip(unit=unit)
    become("public")
    for lock in ("UPDATE tips_tip SET feared_at = now()", "UPDATE tips_tip SET due_at = due_at"):
        # Both stand in the transaction of this test.
        assert execute(lock) == 1
        assert "comes with its tip" in refused(_CONCERN, new_id(), tip.pk, unit.pk)
    assert "comes with its tip" in refused(
        "WITH changed AS (UPDATE tips_tip SET feared_at = now() RETURNING id) "
        "INSERT INTO tips_tipconcern (id, tip_id, unit_id, is_guess) "
        "SELECT gen_random_uuid(), id, %s, false FROM changed",
        unit.pk,
    )


def test_nor_one_that_is_not_there(unit, become):
    become("public")
    assert "comes with its tip" in refused(_CONCERN, new_id(), uuid.uuid4(), unit.pk)


def test_a_report_about_its_own_desk_still_comes_in(unit, become):
    make.clock_rules()
    above = unit.parent
    become("public")
    tip_id = receive_tip(
        IncomingTip(
            unit_id=above.pk,
            concerns=(unit.pk,),
            text="Về đơn vị",
            province_code="24",
            dedupe_key=b"d" * 32,
        )
    )
    become("owner")
    assert Tip.objects.get(pk=tip_id).concerns.get().unit == unit


# Where a reporter is answered.
_CHAT = """
INSERT INTO delivery_conversation (id, account_id, key_hash, reply_address_sealed, tip_ref)
VALUES (%s, %s, %s, 'of the attacker', %s)
"""


@pytest.fixture
def account(unit):
    return make.channel_account(channel="sandbox", unit=unit, slug="chats")


def test_the_edge_adds_no_chat_to_a_tip_that_is_there(unit, account, become):
    tip = make.tip(unit=unit)
    become("edge")
    assert "comes with its tip" in refused(_CHAT, new_id(), account.pk, b"k" * 32, tip.pk)
    # Nor one whose tip is silenced in the same breath, or is nobody's yet.
    execute("UPDATE tips_tip SET do_not_contact = false")
    assert "comes with its tip" in refused(_CHAT, new_id(), account.pk, b"k" * 32, tip.pk)
    assert "comes with its tip" in refused(_CHAT, new_id(), account.pk, b"k" * 32, uuid.uuid4())
    # Nor in two steps.
    execute(_CHAT, new_id(), account.pk, b"k" * 32, None)
    assert "comes with its tip" in refused("UPDATE delivery_conversation SET tip_ref = %s", tip.pk)


@pytest.mark.parametrize(
    "change",
    [
        "reply_address_sealed = 'of the attacker'",
        "key_hash = 'of the attacker'",
        "tip_ref = '{other}'",
        "tip_ref = NULL",
        "reply_address_sealed = 'of the attacker', key_hash = 'of the attacker'",
    ],
)
@pytest.mark.parametrize("process", ["public", "edge", "worker"])
def test_nobody_takes_a_chat_over(unit, account, become, process, change):
    Conversation.objects.create(
        account=account,
        key_hash=b"k" * 32,
        reply_address_sealed=b"of the reporter",
        tip_ref=make.tip(unit=unit).pk,
    )
    other = make.tip(unit=unit)
    become(process)
    message = refused(f"UPDATE delivery_conversation SET {change.format(other=other.pk)}")
    assert NOT_MOVED in message or "permission denied" in message
    if process != "edge":
        execute("UPDATE delivery_conversation SET key_hash = NULL, reply_address_sealed = ''")


def test_an_address_comes_back_only_to_a_chat_that_is_known(unit, account, become):
    """What a desk has let go of is found by nobody, and answered nowhere."""
    Conversation.objects.create(
        account=account, key_hash=None, reply_address_sealed=b"", tip_ref=make.tip(unit=unit).pk
    )
    become("edge")
    assert NOT_MOVED in refused("UPDATE delivery_conversation SET reply_address_sealed = 'mine'")
    assert NOT_MOVED in refused("UPDATE delivery_conversation SET key_hash = 'mine'")


# What is taken back.
_TAKEN_BACK = """
UPDATE tips_tip SET withdrawn_at = now(), state = 'closed', outcome = 'withdrawn', text = '',
  place_detail = '', closed_at = now(), due_at = NULL
"""


@pytest.mark.parametrize(
    "fields",
    [
        {"urgency": "P0"},
        {"happening": "now"},
        {"state": "accepted"},
        {"channel": "phone"},
    ],
)
def test_the_public_site_takes_nothing_away_that_is_acted_on(unit, become, fields):
    tip = make.tip(unit=unit, text="Có người bị giữ", **fields)
    become("public")
    assert NOT_MOVED in refused(_TAKEN_BACK)
    # Nor in two steps: what was only taken back is not emptied then.
    assert execute("UPDATE tips_tip SET withdrawn_at = now(), do_not_contact = true") == 1
    assert NOT_MOVED in refused("UPDATE tips_tip SET text = ''")
    assert NOT_MOVED in refused("UPDATE tips_tip SET withdrawn_at = NULL")
    become("owner")
    tip.refresh_from_db()
    assert tip.text == "Có người bị giữ"


def test_a_reporter_takes_back_what_nobody_has_taken_up_and_what_somebody_has(unit, become):
    fresh, grave = make.tip(unit=unit), make.tip(unit=unit, urgency="P0", text="Cứu")
    become("public")
    withdrawal.withdraw_tip(fresh.pk)
    withdrawal.withdraw_tip(grave.pk)
    become("owner")
    fresh.refresh_from_db()
    grave.refresh_from_db()
    assert (fresh.text, fresh.state) == ("", "closed")
    assert (grave.text, grave.state, grave.withdrawn_at is None) == ("Cứu", "received", False)
