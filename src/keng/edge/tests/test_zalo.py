"""Zalo's own webhooks on the edge: every kind of event, receipts, and a tip closed meanwhile."""

import json
import threading
import time

import pytest
from django.db import connection, connections

from keng.channels.zalo_oa import signature
from keng.decisions.closing import close_tip, record_outcome
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import (
    ChannelAccount,
    Conversation,
    Delivery,
    GroupRequest,
    Inbound,
    InboundMedia,
)
from keng.edge.tests.conftest import settled
from keng.edge.tests.test_edge import post
from keng.kit import times
from keng.tips.models import DialogueMessage, Tip
from tests import make
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = {"app_id": "100", "oa_id": "400", "app_secret": "s", "oa_secret_key": "key-of-a-test"}


@pytest.fixture
def zalo(account):
    made = make.channel_account(unit=account.unit, channel="zalo_oa", slug="province")
    keep_secrets(made, SECRETS)
    made.save()
    return made


@pytest.fixture
def edge(zalo):
    with running("edge") as found:
        yield found


def event(edge, name, *, sender="900", recipient=SECRETS["oa_id"], message=None, **more):
    stamp = str(int(times.now().timestamp() * 1000))
    body = {
        "app_id": SECRETS["app_id"],
        "event_name": name,
        "timestamp": stamp,
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        **more,
    }
    if message is not None:
        body["message"] = message
    raw = json.dumps(body, ensure_ascii=False).encode()
    mark = signature.sign_call(
        raw, first=SECRETS["app_id"], timestamp=stamp, key=SECRETS["oa_secret_key"]
    )
    return post(edge, raw, {signature.ZALO_SIGNATURE_HEADER: mark}, "/hooks/zalo_oa/province")[0]


def text(edge, words, id, **fields):
    return event(edge, "user_send_text", message={"text": words, "msg_id": id}, **fields)


def test_the_consoles_unsigned_check_is_answered_and_ignored(edge):
    assert post(edge, b"{}", {}, "/hooks/zalo_oa/province")[0] == 200
    assert not Inbound.objects.exists()


def test_text_picture_and_place_of_one_person_are_one_tip(edge):
    assert text(edge, "mất xe máy", "m1") == 200
    picture = {"type": "image", "payload": {"url": "https://photo.zdn.vn/a.jpg"}}
    assert (
        event(
            edge, "user_send_image", message={"msg_id": "m2", "text": "", "attachments": [picture]}
        )
        == 200
    )
    place = {
        "type": "location",
        "payload": {"coordinates": {"latitude": "21.27", "longitude": "106.19"}},
    }
    assert (
        event(
            edge, "user_send_location", message={"msg_id": "m3", "text": "", "attachments": [place]}
        )
        == 200
    )
    tip = Tip.objects.get()
    assert [m.text for m in tip.messages.order_by("id")] == [
        "mất xe máy",
        "Tệp gửi kèm: 1",
        "📍 21.270000, 106.190000",
    ]
    assert InboundMedia.objects.get().inbound.tip_ref == tip.pk
    assert Inbound.objects.get(kind="location").latitude == 21.27
    assert Delivery.objects.count() == 1


def test_what_a_member_writes_in_a_group_is_answered_in_private(edge):
    message = {"text": "có trộm ở đầu ngõ", "msg_id": "g1"}
    assert event(edge, "user_send_group_text", recipient="group-1", message=message) == 200
    assert text(edge, "xe màu đỏ", "m1") == 200
    assert Tip.objects.get().messages.count() == 2


def test_receipts_of_our_message_move_its_row(edge, zalo):
    text(edge, "mất xe", "m1")
    settled("sent", provider_id="ours-1")
    event(edge, "user_received_message", message={"msg_id": "ours-1"})
    assert Delivery.objects.get().state == "delivered"
    event(edge, "user_seen_message", message={"msg_ids": ["ours-1"]})
    assert Delivery.objects.get().state == "read"
    event(edge, "user_received_message", message={"msg_id": "ours-1"})
    assert Delivery.objects.get().state == "read"
    assert Inbound.objects.count() == 1


def test_a_receipt_that_is_quicker_than_the_sender_is_looked_at_again(edge):
    text(edge, "mất xe", "m1")
    event(edge, "user_received_message", message={"msg_id": "ours-1"})
    settled("sent", provider_id="ours-1")
    until = time.monotonic() + 30
    while Delivery.objects.get().state != "delivered":
        assert time.monotonic() < until
        time.sleep(0.1)


def test_our_own_echo_makes_no_tip(edge):
    message = {"text": "Đã nhận", "msg_id": "ours-1"}
    assert (
        event(edge, "oa_send_text", sender=SECRETS["oa_id"], recipient="900", message=message)
        == 200
    )
    assert not Inbound.objects.exists()


def test_whoever_unfollows_is_noted_and_whoever_takes_back_the_leave_is_left_alone(edge):
    text(edge, "mất xe", "m1")
    assert event(edge, "unfollow", follower={"id": "900"}) == 200
    assert not Tip.objects.get().do_not_contact
    assert event(edge, "user_withdraw", user_id="900") == 200
    assert Tip.objects.get().do_not_contact
    assert Delivery.objects.get().state == "cancelled"
    assert set(Inbound.objects.values_list("kind", flat=True)) == {"text", "unfollow", "erase"}


def test_the_reading_of_the_signature_that_matched_is_pinned(edge, zalo):
    text(edge, "mất xe", "m1")
    until = time.monotonic() + 30
    while not zalo.learned:
        assert time.monotonic() < until
        zalo.refresh_from_db()
    assert zalo.learned == {"signature_variant": "app_id/body"}


def test_messages_that_arrive_while_their_tip_is_closed_are_neither_lost_nor_stuck(zalo):
    """Each message ends in the old tip or in a new one; nobody waits for a deadlock to be found."""
    officer = make.officer(unit=zalo.unit)

    def closing(tip_id):
        record_outcome(tip_id, outcome=Tip.Outcome.SOLVED, by=officer)
        close_tip(tip_id, by=officer)
        connections.close_all()

    before = deadlocks()
    with running("edge") as edge:
        for n in range(15):
            who = f"90{n}"
            assert text(edge, "một", f"{n}-1", sender=who) == 200
            tip_id = Tip.objects.order_by("-id").first().pk
            thread = threading.Thread(target=closing, args=(tip_id,))
            thread.start()
            for m in range(2, 6):
                assert text(edge, str(m), f"{n}-{m}", sender=who) == 200
            thread.join()
    said = DialogueMessage.objects.filter(author="reporter")
    assert said.count() == 15 * 5
    assert Inbound.objects.filter(tip_ref=None).count() == 0
    closed = Tip.objects.filter(state="closed")
    assert closed.count() == 15
    assert not Conversation.objects.filter(
        tip_ref__in=closed.values("pk"), key_hash__isnull=False
    ).exists()
    assert deadlocks() == before


def deadlocks():
    """Those found in this database by connections that have ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_events_about_the_accounts_groups_have_the_sender_list_them(edge, zalo):
    for name in ("create_group", "delete_group", "update_group_info"):
        assert event(edge, name, oa_id="400", group_id="g1") == 200
    waiting = GroupRequest.objects.get()
    assert (waiting.kind, waiting.state, waiting.account, waiting.asked_by) == (
        "list",
        "asked",
        zalo,
        None,
    )
    # What came while a list was being made may not stand in it.
    ChannelAccount.objects.filter(pk=zalo.pk).update(groups_asked_at=times.now())
    assert event(edge, "delete_group", oa_id="400", group_id="g2") == 200
    assert GroupRequest.objects.count() == 2
    assert not Inbound.objects.exists()
    assert event(edge, "add_group_admin", oa_id="400", group_id="g2") == 200
    assert GroupRequest.objects.count() == 2
