"""The Telegram channel against its fake: every row of the reference's table, and what comes in."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keng.channels.base import Address, OutgoingMessage, Reply, begin_steps, continue_steps
from keng.channels.fake import running_provider
from keng.channels.telegram import Telegram, bot_api, webhook
from keng.channels.telegram.fake import FakeTelegram
from keng.channels.tests.talk import listening, send, talk

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PERSON, GROUP = Address("111111"), Address("-5200", "group")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(scope="module")
def running():
    with running_provider(FakeTelegram()) as fake:
        yield fake


@pytest.fixture
def fake(running):
    running.faults.clear()
    running.delivered.clear()
    own = running.settings
    own.blocked, own.no_rights, own.migrated, own.per_second = [], [], {}, 30
    running.clock.advance(120)
    return running


def outcome_of(fake, text="Coi chừng cuộc gọi lạ", address=PERSON, **more):
    return send(Telegram(), OutgoingMessage(text, **more), address, fake.credentials(), NOW)


def event_of_update(**update: Any):
    """The event in an update, by the secret that belongs to it."""
    raw = json.dumps(update).encode()
    headers = {webhook.TELEGRAM_SECRET_HEADER: "hush"}
    parsed = Telegram().parse(raw, headers, {"webhook_secret": "hush"}, NOW)
    assert parsed.verified
    return parsed.events[0]


def message(**parts: Any) -> dict[str, Any]:
    chat = {"id": 111111, "type": "private"}
    writer = {"id": 111111, "is_bot": False}
    return {"message_id": 5, "date": int(NOW.timestamp()), "chat": chat, "from": writer, **parts}


def photo(handle: str, size: int) -> dict[str, Any]:
    return {"file_id": handle, "file_size": size}


def test_a_text_arrives_as_it_was_written_and_nothing_in_it_is_markup(fake):
    outcome = outcome_of(fake, "<b>Coi chừng</b> *lừa đảo* [@ai](tg://user?id=1)")
    assert (outcome.kind, outcome.parts_sent) == ("sent", 1)
    assert fake.texts_of("111111") == ["<b>Coi chừng</b> *lừa đảo* [@ai](tg://user?id=1)"]


def test_a_long_text_comes_in_numbered_parts(fake):
    outcome = outcome_of(fake, "Một câu dài vừa phải. " * 400)
    assert outcome.kind == "sent"
    parts = fake.texts_of("111111")
    assert len(parts) == outcome.parts_sent == 3
    assert parts[0].startswith("(1/3)")


def test_a_picture_carries_the_words_that_fit_beside_it(fake):
    assert outcome_of(fake, "Ảnh cảnh báo", image=PNG).kind == "sent"
    (sent,) = fake.delivered
    assert (sent.text, sent.image) == ("Ảnh cảnh báo", PNG)


def test_words_too_long_for_a_caption_follow_the_picture(fake):
    assert outcome_of(fake, "Câu dài. " * 200, image=PNG).parts_sent == 2
    assert [bool(each.image) for each in fake.delivered] == [True, False]


@pytest.mark.parametrize(("setting", "kind"), [("blocked", "gone"), ("no_rights", "not_now")])
def test_who_shut_the_bot_out_is_gone_and_a_silent_group_waits(fake, setting, kind):
    setattr(fake.settings, setting, ["111111"])
    outcome = outcome_of(fake)
    assert outcome.kind == kind
    assert fake.delivered == []


def test_a_group_that_became_a_supergroup_is_moved(fake):
    fake.settings.migrated = {"-5200": "-1001234"}
    outcome = outcome_of(fake, address=GROUP)
    assert (outcome.kind, outcome.new_address) == ("moved", "-1001234")


def test_beyond_its_rate_the_whole_bot_waits_as_long_as_it_is_told(fake):
    fake.settings.per_second = 1
    assert outcome_of(fake).kind == "sent"
    refused = outcome_of(fake)
    assert (refused.kind, refused.after_seconds, refused.blames_provider) == ("retry", 1, True)


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "Bad Request: chat not found", "gone"),
        (400, "Bad Request: group is deactivated", "gone"),
        (403, "Forbidden: user is deactivated", "gone"),
        (403, "Forbidden: bot was kicked from the group chat", "gone"),
        (403, "Forbidden: bot is not a member of the channel chat", "gone"),
        (403, "Forbidden: bot can't initiate conversation with a user", "gone"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "not_now"),
        (400, "Bad Request: can't parse entities", "reject"),
        (401, "Unauthorized", "config"),
        (404, "Not Found", "config"),
        (409, "Conflict", "config"),
        (500, "Internal Server Error", "unknown"),
    ],
)
def test_each_answer_of_the_table_has_its_outcome(fake, status, words, kind):
    body = {"ok": False, "error_code": status, "description": words}
    fake.faults.next(match="/sendMessage", status=status, body=body)
    assert outcome_of(fake).kind == kind


def test_an_answer_that_is_no_json_is_unknown(fake):
    fake.faults.next(match="/sendMessage", status=200, body="<html>")
    assert outcome_of(fake).kind == "unknown"


def test_what_was_cut_off_after_it_was_taken_is_unknown_and_seen_once(fake):
    fake.faults.next(match="/sendMessage", drop="after_accept")
    assert outcome_of(fake).kind == "unknown"
    assert len(fake.delivered) == 1


def test_a_part_that_fails_behind_one_that_arrived_is_not_sent_again(fake):
    steps = Telegram().steps(
        OutgoingMessage("Một câu dài vừa phải. " * 400), PERSON, fake.credentials(), NOW
    )
    begin_steps(steps)
    continue_steps(steps, Reply(200, {}, b'{"ok":true,"result":{"message_id":1}}'))
    outcome = continue_steps(steps, Reply(403, {}, b'{"ok":false,"error_code":403}'))
    assert (outcome.kind, outcome.parts_sent) == ("unknown", 1)


def test_the_token_stands_in_no_query_and_in_nothing_that_is_printed(fake):
    outcome_of(fake)
    assert not any(entry.has_secret_in_query for entry in fake.journal)
    assert all(fake.settings.bot_token not in entry.path for entry in fake.journal)
    steps = Telegram().steps(OutgoingMessage("a"), PERSON, fake.credentials(), NOW)
    assert fake.settings.bot_token not in repr(begin_steps(steps))


def test_the_account_is_looked_at_and_told_of_our_webhook(fake):
    credentials = fake.credentials()
    finding = bot_api.TELEGRAM_CHECK.finding(talk(bot_api.TELEGRAM_CHECK.question(credentials)))
    assert finding.is_well
    assert "@keng_bot" in finding.words
    hook = "https://keng.example/hooks/telegram/bn"
    registration = bot_api.TELEGRAM_WEBHOOK
    assert registration.finding(talk(registration.request(credentials, hook))).is_well
    assert fake.webhook["url"] == hook
    assert fake.webhook["secret_token"] == credentials["webhook_secret"]
    wrong = {**credentials, "bot_token": "1:a"}
    assert not bot_api.TELEGRAM_CHECK.finding(talk(bot_api.TELEGRAM_CHECK.question(wrong))).is_well


def test_a_file_is_asked_for_by_its_handle(fake):
    fake.files["handle-1"] = b"a picture"
    credentials = fake.credentials()
    found = talk(bot_api.MEDIA_LOOKUP.request(credentials, "handle-1"))
    address = bot_api.MEDIA_LOOKUP.address(credentials, found)
    assert address.startswith(fake.base + "/file/bot")
    gone = talk(bot_api.MEDIA_LOOKUP.request(credentials, "handle-2"))
    assert bot_api.MEDIA_LOOKUP.address(credentials, gone) == ""


def test_a_message_becomes_an_event_of_its_writer():
    event = event_of_update(update_id=10_001, message=message(text="Có người gọi đòi tiền"))
    assert (event.kind, event.text) == ("text", "Có người gọi đòi tiền")
    assert event.dedupe == "10001"
    assert event.sender == event.conversation == event.reply_address == "111111"
    assert event.group is None
    assert event.at == NOW


def test_what_is_written_in_a_group_stays_apart_and_is_answered_alone():
    event = event_of_update(
        update_id=1, message=message(chat={"id": -5200, "type": "group"}, text="@keng_bot giúp")
    )
    assert (event.group, event.conversation, event.reply_address) == (
        "-5200",
        "-5200:111111",
        "111111",
    )


@pytest.mark.parametrize(
    ("parts", "kind", "handle"),
    [
        ({"photo": [photo("s", 9), photo("l", 99)]}, "image", "l"),
        ({"photo": [photo("s", 9), photo("l", 10**9)]}, "image", "s"),
        ({"voice": {"file_id": "v", "file_size": 9}}, "audio", "v"),
        ({"video": {"file_id": "m"}}, "video", "m"),
        ({"document": {"file_id": "d", "file_name": "a\nb.pdf"}}, "file", "d"),
    ],
)
def test_files_come_as_handles(parts, kind, handle):
    event = event_of_update(update_id=1, message=message(caption="nhìn đây", **parts))
    assert (event.kind, event.text) == (kind, "nhìn đây")
    assert event.media[0].url == handle
    assert "\n" not in event.media[0].name


def test_a_place_is_a_place():
    event = event_of_update(
        update_id=1, message=message(location={"latitude": 21.2, "longitude": 106.1})
    )
    assert (event.kind, event.location) == ("location", (21.2, 106.1))


@pytest.mark.parametrize(
    ("status", "kind"), [("kicked", "unfollow"), ("member", "follow"), ("left", "unknown")]
)
def test_who_lets_the_bot_in_or_shuts_it_out_is_told(status, kind):
    change = {
        "chat": {"id": 111111, "type": "private"},
        "date": int(NOW.timestamp()),
        "new_chat_member": {"status": status},
    }
    assert event_of_update(update_id=2, my_chat_member=change).kind == kind


@pytest.mark.parametrize(
    "parts", [{"from": {"id": 7, "is_bot": True}}, {"from": {}}, {"chat": {}}, {}]
)
def test_bots_and_what_is_malformed_open_no_tip(parts):
    assert event_of_update(update_id=3, message=message(**parts)).kind == "unknown"


def test_another_secret_or_none_is_refused_and_an_old_call_is_taken_and_forgotten():
    raw = json.dumps({"update_id": 1, "message": message(text="a")}).encode()
    telegram = Telegram()
    wrong = telegram.parse(
        raw, {webhook.TELEGRAM_SECRET_HEADER: "other"}, {"webhook_secret": "hush"}, NOW
    )
    assert (wrong.verified, wrong.status) == (False, 401)
    assert telegram.parse(raw, {webhook.TELEGRAM_SECRET_HEADER: ""}, {}, NOW).status == 401
    headers = {webhook.TELEGRAM_SECRET_HEADER: "hush"}
    late = telegram.parse(raw, headers, {"webhook_secret": "hush"}, NOW + timedelta(days=3))
    assert (late.verified, late.status, late.events) == (False, 200, ())


def test_the_fake_posts_what_the_channel_believes(fake):
    calls = fake.webhook_calls({"updates": [{"message": message(text="a")}], "duplicate": True})
    assert len(calls) == 2
    for _method, headers, raw in calls:
        assert Telegram().parse(raw, headers, fake.credentials(), NOW).verified
    ((_m, headers, raw),) = fake.webhook_calls(
        {"updates": [{"message": message(text="a")}], "tamper": True}
    )
    assert not Telegram().parse(raw, headers, fake.credentials(), NOW).verified


@pytest.mark.parametrize("value", ["", "123", "123456:short", "x" * 60])
def test_what_is_no_token_is_said_before_it_is_kept(value):
    assert bot_api.fault_of_token(value)


def test_the_token_of_the_fake_is_one_and_drawn_secrets_fit(fake):
    assert bot_api.fault_of_token(fake.settings.bot_token) is None
    drawn = hashlib.sha256(b"").hexdigest()
    assert bot_api.fault_of_telegram_secret(drawn) is None
    assert bot_api.fault_of_telegram_secret("mười sáu chữ cái có dấu")


def test_the_fake_posts_to_a_webhook_that_listens(fake):
    with listening(lambda _raw, _headers: 200) as (url, heard):
        order = {"updates": [{"message": message(text="a")}]}
        assert asyncio.run(fake.emit(order, url)) == [200]
        assert len(heard) == 1
