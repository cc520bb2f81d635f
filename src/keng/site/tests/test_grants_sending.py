"""Whoever receives decides who may send: each test is a process that tries to reach many."""

import datetime
import uuid

import pytest
from django.db import ProgrammingError, connection, transaction

from keng.accounts.tests.look import act_as
from keng.delivery.actions import subscribing
from keng.delivery.models import (
    Approval,
    Conversation,
    Delivery,
    Dispatch,
    DispatchAudience,
    DispatchText,
)
from keng.delivery.sender import accounts, sql
from keng.delivery.sender.rows import LEASE_SECONDS, LeasedDelivery
from keng.kit import times
from keng.kit.ids import new_id
from keng.network import secret_links
from keng.network.actions import subscriptions
from keng.network.actions.subscriptions import SubscriptionChoices, SubscriptionRequest
from keng.network.models import Group, Subscription
from keng.network.tasks import forget_wishes
from keng.tips.models import Tip
from keng.vault import seal
from keng.vault.key_pairs import new_private_key, public_half
from keng.vault.models import SenderKey
from keng.warnings.models import Version
from keng.warnings.tests.ward import Ward as WarningWard
from tests import make

pytestmark = pytest.mark.django_db
REFUSED = r"does not do this|approv|permission denied|row-level security"
EARLIER = datetime.timedelta(hours=1)
PROCESSES = ["public", "edge", "desk", "worker", "sender"]
_DISPATCH = """
INSERT INTO delivery_dispatch
  (id, kind, is_urgent, unit_id, approval_id, source_kind, source_ref, materialised_at, created_at)
VALUES (%s, %s, true, %s, %s, %s, %s, now(), now())
"""
_TEXT = """
INSERT INTO delivery_dispatchtext (id, dispatch_id, language, text)
VALUES (%s, %s, 'vi', 'CẢNH BÁO GIẢ')
"""
_DELIVERY = """
INSERT INTO delivery_delivery
  (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, text_id, address)
VALUES (%s, %s, %s, 'sandbox', %s, %s, %s, 'nhóm')
"""


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
def account(unit):
    return make.channel_account(channel="sandbox", unit=unit)


@pytest.fixture
def approved(unit):
    """A dispatch to many that was approved earlier, and its text."""
    approval = Approval.objects.create(
        text_hash=b"t" * 32,
        audience_hash=b"a" * 32,
        approved_by=make.officer(unit=unit),
        author=make.officer(unit=unit),
    )
    dispatch = Dispatch.objects.create(
        kind="warning",
        is_urgent=True,
        unit=unit,
        approval=approval,
        source_kind="warning_version",
        source_ref=new_id(),
        created_at=times.now() - EARLIER,
    )
    return DispatchText.objects.create(dispatch=dispatch, language="vi", text="Thật.")


def execute(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql, *values):
    with pytest.raises(ProgrammingError) as raised:
        execute(sql, *values)
    return str(raised.value)


def send(kind, unit, account, recipient, *, approval=None, source_kind="tip", source=None):
    """A dispatch of this kind with one text to one recipient, as a process would write it."""
    dispatch, text = new_id(), new_id()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DISPATCH, [dispatch, kind, unit.pk, approval, source_kind, source])
        try:
            with transaction.atomic():
                cursor.execute(_TEXT, [text, dispatch])
        except ProgrammingError:
            text = None
        to = new_id()
        cursor.execute(_DELIVERY, [new_id(), dispatch, account.pk, recipient, to, text])
    return dispatch


def row_to_a_group(account, approved, **fields):
    """A row that waits for a group of the simulated phones."""
    return Delivery.objects.create(
        dispatch=approved.dispatch,
        account=account,
        channel="sandbox",
        recipient_kind="group",
        recipient_ref=uuid.uuid4(),
        text=approved,
        **fields,
    )


@pytest.mark.parametrize("kind", ["ack", "reply", "notice", "page", "warning", "recall"])
@pytest.mark.parametrize("recipient", ["group", "subscription"])
@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_reaches_many_without_an_approval(
    unit, account, become, process, recipient, kind
):
    become(process)
    with pytest.raises(Exception, match=REFUSED):
        send(kind, unit, account, recipient)
    become("owner")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("process", ["public", "edge", "worker", "sender"])
def test_only_the_desk_sends_with_an_approval(unit, account, approved, become, process):
    approval = approved.dispatch.approval_id
    become(process)
    for kind in ("ack", "notice", "page", "warning"):
        with pytest.raises(ProgrammingError):
            send(kind, unit, account, "conversation", approval=approval)
        with pytest.raises(ProgrammingError):
            send(kind, unit, account, "group", approval=approval)


def test_the_desk_sends_the_text_that_was_approved_and_no_other(unit, account, approved, become):
    """An approval of other words, given earlier, carries nothing."""
    become("desk")
    with pytest.raises(ProgrammingError, match="the text that was approved"):
        send(
            "warning",
            unit,
            account,
            "group",
            approval=approved.dispatch.approval_id,
            source_kind="warning_version",
            source=approved.dispatch.source_ref,
        )
    assert "that was approved" in refused(
        _DISPATCH, new_id(), "recall", unit.pk, approved.dispatch.approval_id, "tip", None
    )


def test_an_approval_carries_what_its_second_person_let_out_and_carries_it_once(become):
    ward = WarningWard()
    version = ward.submitted()
    approval = Approval.objects.create(
        text_hash=b"t" * 32,
        audience_hash=b"a" * 32,
        approved_by=ward.commander,
        author=ward.officer,
    )
    row = Version.objects.filter(pk=version.pk)

    def dispatch_as_the_desk():
        become("desk")
        act_as(ward.commander)
        try:
            execute(
                _DISPATCH,
                made := new_id(),
                "warning",
                ward.unit.pk,
                approval.pk,
                "warning_version",
                version.pk,
            )
        finally:
            become("owner")
        return made

    with pytest.raises(ProgrammingError, match="the text that was approved"):
        dispatch_as_the_desk()
    for second, digest in ((ward.coordinator, b"t" * 32), (ward.commander, b"o" * 32)):
        row.update(released_by=second, released_at=times.now(), digest=digest)
        with pytest.raises(ProgrammingError, match="the text that was approved"):
            dispatch_as_the_desk()
    row.update(released_by=ward.commander, digest=b"t" * 32)
    row.update(dispatch=dispatch_as_the_desk())
    with pytest.raises(ProgrammingError, match="the text that was approved"):
        dispatch_as_the_desk()
    # Nor does one forget that it was sent.
    become("desk")
    act_as(ward.commander)
    with pytest.raises(ProgrammingError, match="is sent once"):
        execute("UPDATE warnings_version SET dispatch_id = NULL WHERE id = %s", version.pk)


@pytest.mark.parametrize("process", PROCESSES)
def test_what_was_approved_gets_no_further_recipient_and_no_further_text(
    account, approved, become, process
):
    become(process)
    message = refused(
        _DELIVERY, new_id(), approved.dispatch_id, account.pk, "group", new_id(), approved.pk
    )
    assert "approved" in message or "does not do this" in message or "permission" in message
    message = refused(_TEXT, new_id(), approved.dispatch_id)
    refusals = ("gets its texts when it is made", "row-level security", "permission denied")
    assert any(why in message for why in refusals)


@pytest.fixture
def group(unit):
    return make.group(unit=unit, place=make.place(), channel="sandbox", channel_address="nhóm")


@pytest.fixture
def to_materialise(approved, group):
    """What waits for the worker: it was approved for one group, and for whoever subscribes."""
    definition = {"groups": [[str(group.pk), "sandbox", "nhóm"]]}
    DispatchAudience.objects.create(dispatch=approved.dispatch, definition=definition)
    return approved


def row(text, account, kind, to):
    return _DELIVERY, new_id(), text.dispatch_id, account.pk, kind, to, text.pk


def test_the_worker_makes_rows_for_whom_it_was_approved(account, to_materialise, group, become):
    become("worker")
    execute(*row(to_materialise, account, "group", group.pk))
    execute(*row(to_materialise, account, "subscription", new_id()))
    execute("UPDATE delivery_dispatch SET materialised_at = now()")
    become("owner")
    assert Delivery.objects.count() == 2


def test_the_worker_makes_none_for_another_group_or_address_or_with_other_words(
    account, to_materialise, group, become
):
    other = DispatchText.objects.create(
        dispatch=Dispatch.objects.create(kind="notice", is_urgent=False, unit=account.unit),
        language="vi",
        text="CẢNH BÁO GIẢ",
    )
    approved_group = row(to_materialise, account, "group", group.pk)
    elsewhere = (_DELIVERY.replace("'nhóm'", "'khác'"), *approved_group[1:])
    become("worker")
    for statement, *values in (
        row(to_materialise, account, "group", new_id()),
        elsewhere,
        (*approved_group[:-1], other.pk),
        (*approved_group[:-1], None),
    ):
        assert "approved, and once" in refused(statement, *values)


def test_the_worker_asks_leads_to_pass_on_only_what_was_approved(
    unit, to_materialise, group, become
):
    lead = make.lead(unit=unit, groups=(group,))
    task = (
        "INSERT INTO delivery_relaytask (id, dispatch_id, lead_id, group_id) "
        "VALUES (%s, %s, %s, %s)"
    )
    become("worker")
    own = new_id()
    execute(_DISPATCH, own, "ack", unit.pk, None, "tip", None)
    assert "approved, and once" in refused(task, new_id(), own, lead.pk, group.pk)
    execute(task, new_id(), to_materialise.dispatch_id, lead.pk, group.pk)
    become("owner")
    Dispatch.objects.update(materialised_at=times.now() - EARLIER)
    for process in PROCESSES:
        become(process)
        message = refused(task, new_id(), to_materialise.dispatch_id, lead.pk, group.pk)
        assert "approved, and once" in message or "permission denied" in message


@pytest.mark.parametrize("state", ["materialised_at", "cancelled_at", "held_at"])
def test_the_worker_makes_none_once_it_was_done_stopped_or_held(
    account, to_materialise, group, become, state
):
    Dispatch.objects.update(**{state: times.now() - EARLIER})
    become("worker")
    for kind in ("group", "subscription"):
        assert "approved, and once" in refused(*row(to_materialise, account, kind, group.pk))
    assert "its rows once" in refused("UPDATE delivery_dispatch SET materialised_at = now()")
    assert "permission denied" in refused("UPDATE delivery_dispatch SET let_go_people = 9")
    assert "permission denied" in refused("UPDATE delivery_dispatchaudience SET definition = '{}'")
    if state == "held_at":
        assert "its rows once" in refused("UPDATE delivery_dispatch SET held_at = NULL")


@pytest.mark.parametrize("process", ["public", "edge", "desk", "sender"])
def test_no_other_process_makes_the_rows(account, to_materialise, group, become, process):
    become(process)
    for kind in ("group", "subscription"):
        message = refused(*row(to_materialise, account, kind, group.pk))
        assert any(why in message for why in ("does not do this", "approved", "permission denied"))
    assert "permission denied" in refused("UPDATE delivery_dispatch SET materialised_at = now()")


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize(
    "column",
    [
        "recipient_kind = 'group'",
        "recipient_ref = gen_random_uuid()",
        "address = 'x'",
        "text_id = NULL",
        "dispatch_id = gen_random_uuid()",
        "account_id = NULL",
        "channel = 'x'",
        "address_sealed = 'x'",
        "text_sealed = 'x'",
        "part = 2",
        "expires_at = NULL",
        "created_at = now()",
    ],
)
def test_a_waiting_row_goes_to_whom_it_was_made_for(account, approved, become, process, column):
    row = row_to_a_group(
        account,
        approved,
        address="nhóm",
        address_sealed=b"s",
        text_sealed=b"t",
    )
    become(process)
    refused(f"UPDATE delivery_delivery SET {column}")
    become("owner")
    row.refresh_from_db()
    assert (row.address, bytes(row.address_sealed)) == ("nhóm", b"s")


@pytest.mark.parametrize("process", PROCESSES)
def test_a_dispatch_and_its_words_stay_as_they_were_made(approved, become, process):
    become(process)
    for change in (
        "kind = 'ack'",
        "approval_id = NULL",
        "unit_id = gen_random_uuid()",
        "source_ref = NULL",
        "is_urgent = false",
        "created_at = now()",
    ):
        assert "permission denied" in refused(f"UPDATE delivery_dispatch SET {change}")
    # A purge empties them, and the worker alone does that.
    why = "words are emptied at most" if process == "worker" else "permission denied"
    assert why in refused("UPDATE delivery_dispatchtext SET text = 'x'")
    if process != "desk":
        assert "permission denied" in refused("UPDATE delivery_dispatch SET cancelled_at = now()")
        assert "permission denied" in refused("INSERT INTO delivery_approval DEFAULT VALUES")


@pytest.mark.parametrize(
    ("process", "state"),
    [
        ("public", "queued"),
        ("public", "cancelled"),
        ("public", "sent"),
        ("edge", "queued"),
        ("edge", "cancelled"),
    ],
)
def test_who_serves_the_public_neither_repeats_nor_stops_a_warning(
    account, approved, become, process, state
):
    row_to_a_group(
        account,
        approved,
        state="unknown",
    )
    become(process)
    assert "is not moved by this process" in refused(
        "UPDATE delivery_delivery SET state = %s", state
    )


@pytest.mark.parametrize("process", PROCESSES)
def test_what_was_called_off_does_not_come_back(account, approved, become, process):
    Delivery.objects.create(
        dispatch=approved.dispatch,
        account=account,
        channel="by_hand",
        recipient_kind="group",
        recipient_ref=uuid.uuid4(),
        text=approved,
        state="cancelled",
        called_off_at=times.now() - EARLIER,
    )
    become(process)
    refused("UPDATE delivery_delivery SET called_off_at = NULL, state = 'queued'")


def test_a_letter_goes_to_who_subscribes_and_not_twice(unit, account, become):
    someone = Subscription.objects.create(
        channel="email", address_hash=b"h" * 32, address_sealed=b"sealed"
    )

    def letter():
        dispatch, to = new_id(), someone.pk
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DISPATCH, [dispatch, "notice", unit.pk, None, "subscription", to])
            cursor.execute(_DELIVERY, [new_id(), dispatch, account.pk, "subscription", to, None])

    become("public")
    letter()
    with pytest.raises(ProgrammingError, match="what was approved"):
        letter()
    # To whom the others go cannot even be copied.
    assert "permission denied" in refused("SELECT address_sealed FROM network_subscription")
    assert "permission denied" in refused("SELECT address_sealed FROM delivery_delivery")
    assert "permission denied" in refused("SELECT reply_address_sealed FROM delivery_conversation")


def test_the_sender_takes_a_letter_with_the_secret_of_its_link_to_stop(unit, account, become):
    someone = Subscription.objects.create(
        channel="sandbox", address_hash=b"h" * 32, address_sealed=b"sealed"
    )
    made = Dispatch.objects.create(kind="notice", is_urgent=False, unit=unit)
    Delivery.objects.create(
        dispatch=made,
        account=account,
        channel="sandbox",
        recipient_kind="subscription",
        recipient_ref=someone.pk,
        address_sealed=b"sealed",
        not_before=times.now() - EARLIER,
    )
    wish = {"accounts": [account.pk], "counts": [1], "sender": new_id(), "lease": LEASE_SECONDS}
    become("sender")
    with connection.cursor() as cursor:
        cursor.execute(sql.LEASE, wish)
        leased = LeasedDelivery(*cursor.fetchone())
    assert bytes(leased.link_secret) == bytes(someone.link_secret)
    assert leased.recipient_ref == someone.pk


def test_the_sender_learns_when_a_reporter_last_wrote(unit, account, become):
    talk = Conversation.objects.create(account=account, reply_address_sealed=b"sealed")
    talk.refresh_from_db()
    Delivery.objects.create(
        dispatch=Dispatch.objects.create(kind="reply", is_urgent=True, unit=unit),
        account=account,
        channel="sandbox",
        recipient_kind="conversation",
        recipient_ref=talk.pk,
        address_sealed=b"sealed",
        not_before=times.now() - EARLIER,
    )
    wish = {"accounts": [account.pk], "counts": [1], "sender": new_id(), "lease": LEASE_SECONDS}
    become("sender")
    with connection.cursor() as cursor:
        cursor.execute(sql.LEASE, wish)
        assert LeasedDelivery(*cursor.fetchone()).heard_at == talk.last_inbound_at


def test_the_sender_writes_down_where_a_group_moved_and_since_when(unit, become):
    place = make.place()
    group = make.group(unit=unit, place=place, channel="sandbox")
    other = make.group(unit=unit, place=place, channel="sandbox")
    become("sender")
    accounts.move_address("group", group.pk, "new")
    accounts.move_address("group", other.pk, "new")
    become("owner")
    group, other = Group.objects.get(pk=group.pk), Group.objects.get(pk=other.pk)
    assert (group.channel_address, group.address_changed_at is None) == ("new", False)
    assert not other.is_active


@pytest.mark.parametrize(
    ("process", "statement"),
    [
        ("edge", "SELECT text FROM tips_tip"),
        ("edge", "UPDATE tips_tip SET text = ''"),
        ("edge", "UPDATE tips_tip SET state = 'closed'"),
        ("edge", "SELECT text FROM tips_dialoguemessage"),
        ("edge", "SELECT text FROM delivery_inbound"),
        ("edge", "SELECT * FROM tips_receipt"),
        ("edge", "SELECT * FROM tips_attachment"),
        ("edge", "SELECT address_sealed FROM network_subscription"),
        ("edge", "INSERT INTO delivery_dispatchtext DEFAULT VALUES"),
        ("edge", "UPDATE delivery_channelaccount SET base_url = ''"),
        ("public", "SELECT text FROM delivery_inbound"),
        ("public", "SELECT raw_sealed FROM delivery_inbound"),
        ("public", "SELECT reply_address_sealed FROM delivery_conversation"),
        ("public", "INSERT INTO delivery_conversation DEFAULT VALUES"),
        ("public", "UPDATE delivery_channelaccount SET base_url = ''"),
        ("public", "UPDATE network_group SET channel_address = ''"),
        ("public", "UPDATE network_group SET is_active = false"),
        ("public", "UPDATE network_lead SET link_version = 2"),
        ("public", "UPDATE tips_tip SET urgency = 'P3'"),
        ("public", "UPDATE tips_tip SET examined_at = now()"),
        ("public", "INSERT INTO delivery_attempt DEFAULT VALUES"),
        ("desk", "UPDATE delivery_channelaccount SET base_url = ''"),
        ("worker", "UPDATE delivery_channelaccount SET base_url = ''"),
        ("worker", "UPDATE delivery_relaytask SET confirmed_at = now()"),
        ("sender", "UPDATE network_group SET name = ''"),
        ("sender", "UPDATE delivery_channelaccount SET base_url = ''"),
        ("sender", "SELECT * FROM delivery_conversation"),
        ("sender", "INSERT INTO delivery_inbound DEFAULT VALUES"),
        ("sender", "INSERT INTO delivery_dedupekey (key) VALUES ('x')"),
    ],
)
def test_no_process_has_a_right_that_its_work_does_not_use(become, process, statement):
    become(process)
    assert "permission denied" in refused(statement)


def test_the_public_site_decides_nothing_and_writes_no_words_over(unit, become):
    tip = make.tip(unit=unit, text="Thật.")
    make.message(tip, "Lời của người báo")
    become("public")
    for change in (
        "text = 'giả'",
        "text = ''",
        "state = 'closed'",
        "kind = 'spam'",
        "responsible_unit_id = gen_random_uuid()",
        "withdrawn_at = now(), state = 'closed', outcome = 'solved'",
    ):
        assert "does not do this" in refused(f"UPDATE tips_tip SET {change}")
    assert "does not do this" in refused("UPDATE tips_dialoguemessage SET text = 'giả'")
    become("owner")
    assert Tip.objects.get().text == "Thật."


def test_somebody_subscribes_confirms_and_stops_on_the_public_site(unit, become):
    make.channel_account(channel="email", unit=unit)
    place = make.place("Phường Nếnh")
    SenderKey.objects.create(public_key=public_half(new_private_key()))
    seal.forget_public_keys()
    wish = SubscriptionRequest(
        "email", "an@example.org", SubscriptionChoices((place.pk,), ("residents",), "vi")
    )
    become("public")
    subscribing.ask_to_subscribe(wish)
    someone = secret_links.subscription_to_stop(
        secret_links.stop_token(Subscription.objects.defer("address_sealed").get())
    )
    subscriptions.confirm_subscription(someone)
    subscribing.stop_subscription(someone)
    subscribing.ask_to_subscribe(wish)
    become("owner")
    assert Delivery.objects.filter(recipient_kind="subscription").count() == 2
    assert bytes(Subscription.objects.get(stopped_at=None).address_sealed)


def test_somebody_chooses_a_chat_or_a_browser_and_changes_it_on_the_public_site(unit, become):
    place = make.place("Phường Nếnh")
    account = make.channel_account(channel="telegram", unit=unit)
    SenderKey.objects.create(public_key=public_half(new_private_key()))
    seal.forget_public_keys()
    choices = SubscriptionChoices((place.pk,), ("school",), "vi", minimum_severity=2)
    become("public")
    subscriptions.keep_chat_wish(account.pk, choices)
    asked = SubscriptionRequest("web_push", "{}", choices)
    for _n in range(2):
        own = subscriptions.subscribe_browser(asked)
    assert subscriptions.change_subscription(own, SubscriptionChoices((place.pk,), (), "en"))
    subscribing.stop_subscription(own)
    assert not subscriptions.change_subscription(own, choices)
    become("worker")
    assert forget_wishes() == 0


def test_the_sender_compares_the_chats_of_an_account(become):
    account = make.channel_account(unit=make.unit(), channel="zalo_oa")
    become("sender")
    with connection.cursor() as cursor:
        now = times.now()
        begin = {"account": account.pk, "every": 300.0, "at_first": now}
        cursor.execute(sql.BEGIN_COMPARING, begin)
        assert cursor.fetchall() == [(now,)]
        cursor.execute(sql.KNOWN_MESSAGES, ([b"key"],))
        end = {"account": account.pk, "known_until": now, "has_fetched": True}
        cursor.execute(sql.END_COMPARING, end)
