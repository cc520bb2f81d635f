"""Messenger against its fake: windows, errors, the signed webhook and Meta's question."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.fake import running_provider
from keng.channels.messenger import Messenger, webhook
from keng.channels.messenger.fake import FakeMessenger
from keng.channels.meta_graph import PAGE_CHECK
from keng.channels.tests.talk import send, talk
from tests.shared_data import shared_data

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PERSON = Address("2512523625412515")


@pytest.fixture(scope="module")
def running():
    with running_provider(FakeMessenger()) as fake:
        yield fake


@pytest.fixture
def fake(running):
    running.faults.clear()
    running.delivered.clear()
    running.clock.set(NOW.timestamp(), stopped=True)
    running.settings.is_live, running.settings.has_human_agent = True, False
    running.away.clear()
    running.wrote_at = {PERSON.value: NOW.timestamp()}
    return running


def outcome_of(fake, text="Bạn có trả lời mới", **settings):
    credentials = {**fake.credentials(), **settings}
    return send(Messenger(), OutgoingMessage(text), PERSON, credentials, NOW)


def events_of(fake, *items, **order):
    ((_method, headers, raw), *_more) = fake.webhook_calls({"messaging": list(items), **order})
    return Messenger().parse(raw, headers, fake.credentials(), NOW)


def item(**parts):
    return {"sender": {"id": PERSON.value}, "recipient": {"id": "page"}, **parts}


def test_an_answer_within_the_window_arrives(fake):
    outcome = outcome_of(fake)
    assert outcome.kind == "sent"
    assert fake.texts_of(PERSON.value) == ["Bạn có trả lời mới"]


def test_after_a_day_the_window_is_closed_and_a_person_of_the_page_has_a_week(fake):
    fake.clock.advance(25 * 3600)
    assert outcome_of(fake).kind == "not_now"
    fake.settings.has_human_agent = True
    assert outcome_of(fake, human_agent="yes").kind == "sent"
    fake.clock.advance(7 * 24 * 3600)
    assert outcome_of(fake, human_agent="yes").kind == "not_now"


def test_who_never_wrote_cannot_be_written_to(fake):
    fake.wrote_at.clear()
    assert outcome_of(fake).kind == "not_now"
    assert fake.delivered == []


def test_a_long_text_comes_in_parts(fake):
    outcome = outcome_of(fake, "Một câu dài vừa phải. " * 200)
    assert (outcome.kind, outcome.parts_sent) == ("sent", 3)


@pytest.mark.parametrize(
    ("hours", "settings", "kind"),
    [
        (23, {}, "sent"),
        (25, {}, "not_now"),
        (25, {"human_agent": "yes"}, "sent"),
        (7 * 24 + 1, {"human_agent": "yes"}, "not_now"),
    ],
)
def test_a_window_that_is_known_to_be_closed_is_not_asked_for(fake, hours, settings, kind):
    fake.settings.has_human_agent = True
    fake.clock.advance(hours * 3600)
    fake.journal.clear()
    message = OutgoingMessage("Bạn có trả lời mới", heard_at=NOW)
    credentials = {**fake.credentials(), **settings}
    later = NOW + timedelta(hours=hours)
    outcome = send(Messenger(), message, PERSON, credentials, later)
    assert (outcome.kind, len(fake.journal)) == (kind, 1 if kind == "sent" else 0)
    assert outcome.code in ("", *Messenger.can.closed_codes)


def test_who_is_away_may_come_back_and_an_app_that_is_not_live_is_set_up_wrongly(fake):
    fake.away.add(PERSON.value)
    assert outcome_of(fake).kind == "not_now"
    fake.away.clear()
    assert outcome_of(fake).kind == "sent"
    fake.settings.is_live = False
    outcome = outcome_of(fake)
    assert (outcome.kind, outcome.code) == ("config", "2018108")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 10, "error_subcode": 2018278}, "not_now"),
        ({"code": 10, "error_subcode": 2534022}, "not_now"),
        ({"code": 10}, "config"),
        ({"code": 551}, "not_now"),
        ({"code": 100, "error_subcode": 1545041}, "not_now"),
        ({"code": 190}, "config"),
        ({"code": 200}, "config"),
        ({"code": 4}, "retry"),
        ({"code": 613}, "retry"),
        ({"code": 80004}, "retry"),
        ({"code": 2}, "unknown"),
        ({"code": 1200}, "unknown"),
        ({"code": 100}, "reject"),
        ({"code": 99999}, "unknown"),
    ],
)
def test_each_error_of_the_table_has_its_outcome(fake, error, kind):
    fake.faults.next(match="/messages", status=400, body={"error": error})
    outcome = outcome_of(fake)
    assert outcome.kind == kind
    if kind == "retry":
        assert 300 <= outcome.after_seconds <= 3600


def test_what_was_cut_off_after_it_was_taken_is_unknown_and_seen_once(fake):
    fake.faults.next(match="/messages", drop="after_accept")
    assert outcome_of(fake).kind == "unknown"
    assert len(fake.delivered) == 1


def test_the_token_stands_in_no_query(fake):
    check = PAGE_CHECK
    assert check.finding(talk(check.question(fake.credentials()))).is_well
    outcome_of(fake)
    assert not any(entry.has_secret_in_query for entry in fake.journal)


def test_a_dead_token_is_told(fake):
    check = PAGE_CHECK
    finding = check.finding(talk(check.question({**fake.credentials(), "page_token": "old"})))
    assert not finding.is_well


def test_every_event_of_an_entry_is_read(fake):
    parsed = events_of(
        fake,
        item(message={"mid": "m_1", "text": "Có người gọi"}),
        item(
            message={
                "mid": "m_2",
                "attachments": [{"type": "image", "payload": {"url": "https://x.fbcdn.net/1.jpg"}}],
            }
        ),
        item(postback={"mid": "m_3", "title": "Báo tin", "payload": "REPORT"}),
        item(delivery={"mids": ["m_9"], "watermark": 1}),
        item(read={"watermark": 1}),
        {
            "sender": {"id": "page"},
            "recipient": {"id": PERSON.value},
            "message": {"mid": "m_4", "is_echo": True, "text": "của mình"},
        },
        item(
            message={
                "mid": "m_5",
                "attachments": [
                    {"type": "location", "payload": {"coordinates": {"lat": 21.2, "long": 106.1}}}
                ],
            }
        ),
    )
    assert parsed.verified
    kinds = [event.kind for event in parsed.events]
    assert kinds == ["text", "image", "text", "received", "unknown", "echo", "location"]
    first, picture, _postback, receipt, _read, echo, place = parsed.events
    assert first.sender == first.reply_address == PERSON.value
    assert picture.media[0].url == "https://x.fbcdn.net/1.jpg"
    assert receipt.refers == ("m_9",)
    assert (echo.sender, echo.refers) == (None, ("m_4",))
    assert place.location == (21.2, 106.1)


def test_a_call_that_another_secret_signed_is_refused(fake):
    parsed = events_of(fake, item(message={"mid": "m", "text": "a"}), tamper=True)
    assert (parsed.verified, parsed.status, parsed.events) == (False, 401, ())


def test_an_event_from_before_meta_repeats_is_left_out(fake):
    ((_m, headers, raw),) = fake.webhook_calls({"messaging": [item(message={"mid": "m"})]})
    late = Messenger().parse(raw, headers, fake.credentials(), NOW + timedelta(days=3))
    assert (late.verified, late.events) == (True, ())


def test_meta_reads_its_own_word_back_and_nobody_else_does(fake):
    credentials = fake.credentials()
    query = dict(parse_qsl(fake.challenge_query("1158201444")))
    assert Messenger().challenge(query, credentials) == "1158201444"
    assert Messenger().challenge({**query, "hub.verify_token": "other"}, credentials) is None
    assert Messenger().challenge({**query, "hub.mode": "unsubscribe"}, credentials) is None
    assert Messenger().challenge({**query, "hub.verify_token": ""}, {}) is None


def test_the_signature_is_that_of_the_published_vector():
    vectors = shared_data("channels/vectors.json").read_text()
    vector = json.loads(vectors)["meta_hub_signature"]
    signed = webhook.sign_messenger_call(vector["raw_body"].encode(), vector["app_secret"])
    assert signed == vector["header"]
