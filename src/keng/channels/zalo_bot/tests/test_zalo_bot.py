"""The Zalo bot against its fake: every row of the reference's table, and what comes in."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.fake import running_provider
from keng.channels.tests.talk import send, talk
from keng.channels.zalo_bot import ZaloBot, bot_api, webhook
from keng.channels.zalo_bot.fake import FakeZaloBot

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PERSON = Address("6ede9afa66b88fe6d6a9")


@pytest.fixture(scope="module")
def running():
    with running_provider(FakeZaloBot()) as fake:
        yield fake


@pytest.fixture
def fake(running):
    running.faults.clear()
    running.delivered.clear()
    running.settings.blocked, running.settings.month_quota = [], 3000
    running.settings.is_flat = False
    return running


def outcome_of(fake, text="Coi chừng cuộc gọi lạ"):
    return send(ZaloBot(), OutgoingMessage(text), PERSON, fake.credentials(), NOW)


def event_of(**parts: Any) -> dict[str, Any]:
    message = {
        "message_id": "2d758cb5",
        "date": int(NOW.timestamp() * 1000),
        "from": {"id": PERSON.value, "is_bot": False},
        "chat": {"id": PERSON.value, "chat_type": "PRIVATE"},
    }
    name = parts.pop("event_name", "message.text.received")
    return {"event_name": name, "message": {**message, **parts}}


def event_of_call(body: dict[str, Any]):
    headers = {webhook.ZALO_BOT_SECRET_HEADER: "hush-hush"}
    raw = json.dumps(body).encode()
    parsed = ZaloBot().parse(raw, headers, {"webhook_secret": "hush-hush"}, NOW)
    assert parsed.verified
    return parsed.events[0]


def test_a_text_arrives_and_calls_nobody_by_name(fake):
    assert outcome_of(fake, "Chào [@123] mọi người").kind == "sent"
    assert fake.texts_of(PERSON.value) == ["Chào (@123] mọi người"]


def test_a_long_text_comes_in_parts_of_two_thousand_letters(fake):
    outcome = outcome_of(fake, "Một câu dài vừa phải. " * 200)
    assert (outcome.kind, outcome.parts_sent) == ("sent", 3)
    assert all(len(each.text) <= 2000 for each in fake.delivered)


def test_who_blocked_the_bot_is_gone(fake):
    fake.settings.blocked = [PERSON.value]
    assert outcome_of(fake).kind == "gone"


def test_beyond_the_month_it_waits_until_tomorrow(fake):
    fake.settings.month_quota = 0
    outcome = outcome_of(fake)
    assert outcome.kind == "not_now"
    assert NOW < outcome.until < NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"ok": False, "error_code": 400, "description": "bad"}, "reject"),
        (200, {"ok": False, "error_code": 401, "description": "Unauthorized"}, "config"),
        (200, {"ok": False, "error_code": 404, "description": "Not found"}, "config"),
        (200, {"ok": False, "error_code": 403, "description": "Forbidden"}, "gone"),
        (200, {"ok": False, "error_code": 408, "description": "Request timeout"}, "unknown"),
        (200, {"ok": False, "error_code": 429, "description": "Quota exceeded"}, "not_now"),
        (500, "", "unknown"),
        (200, {}, "unknown"),
    ],
)
def test_each_answer_of_the_table_has_its_outcome(fake, status, body, kind):
    fake.faults.next(match="/sendMessage", status=status, body=body)
    assert outcome_of(fake).kind == kind


def test_what_was_cut_off_after_it_was_taken_is_unknown_and_seen_once(fake):
    fake.faults.next(match="/sendMessage", drop="after_accept")
    assert outcome_of(fake).kind == "unknown"
    assert len(fake.delivered) == 1


def test_the_account_is_looked_at_and_told_of_our_webhook(fake):
    credentials = fake.credentials()
    check, registration = bot_api.ZALO_BOT_CHECK, bot_api.ZALO_BOT_WEBHOOK
    assert check.finding(talk(check.question(credentials))).is_well
    hook = "https://keng.example/hooks/zalo_bot/bn"
    assert registration.finding(talk(registration.request(credentials, hook))).is_well
    assert fake.webhook_url == hook
    short = {**credentials, "webhook_secret": "short"}
    assert not registration.finding(talk(registration.request(short, hook))).is_well


@pytest.mark.parametrize("is_flat", [True, False])
def test_both_shapes_are_read(fake, is_flat):
    fake.settings.is_flat = is_flat
    ((_method, headers, raw),) = fake.webhook_calls({"events": [event_of(text="Xin chào")]})
    parsed = ZaloBot().parse(raw, headers, fake.credentials(), NOW)
    (event,) = parsed.events
    assert (event.kind, event.text, event.sender) == ("text", "Xin chào", PERSON.value)


def test_a_picture_and_a_recording_come_with_their_addresses():
    picture = event_of_call(
        event_of(event_name="message.image.received", photo_url="https://a.zdn.vn/1")
    )
    assert (picture.kind, picture.media[0].type) == ("image", "image")
    voice = event_of_call(
        event_of(event_name="message.voice.received", voice_url="https://a.zdn.vn/2")
    )
    assert (voice.kind, voice.media[0].type) == ("audio", "audio")


def test_what_zalo_withholds_is_something_that_came():
    event = event_of_call(event_of(event_name="message.unsupported.received"))
    assert (event.kind, event.text, event.media) == ("file", "", ())


def test_a_group_is_answered_alone_and_bots_open_nothing():
    chat = {"id": "g1", "chat_type": "GROUP"}
    event = event_of_call(event_of(text="a", chat=chat))
    assert (event.group, event.conversation) == ("g1", f"g1:{PERSON.value}")
    assert (
        event_of_call(event_of(text="a", **{"from": {"id": "9", "is_bot": True}})).kind == "unknown"
    )


def test_the_same_message_has_the_same_mark_in_each_shape():
    assert (
        event_of_call(event_of(text="a")).dedupe
        == event_of_call({"ok": True, "result": event_of(text="a")}).dedupe
    )


def test_another_secret_is_refused_and_an_old_call_is_taken_and_forgotten(fake):
    ((_m, headers, raw),) = fake.webhook_calls({"events": [event_of(text="a")], "tamper": True})
    assert ZaloBot().parse(raw, headers, fake.credentials(), NOW).status == 401
    ((_m, headers, raw),) = fake.webhook_calls({"events": [event_of(text="a")]})
    late = ZaloBot().parse(raw, headers, fake.credentials(), NOW + timedelta(days=3))
    assert (late.verified, late.status) == (False, 200)


def test_the_token_stands_in_no_query(fake):
    outcome_of(fake)
    assert fake.journal
    assert not any(entry.has_secret_in_query for entry in fake.journal)
