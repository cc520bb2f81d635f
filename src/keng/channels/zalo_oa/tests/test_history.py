"""What the account's chats keep is read as the webhook would have brought it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keng.channels.base import Outcome, Reply
from keng.channels.events import is_too_large
from keng.channels.tests.talk import post, talk
from keng.channels.upkeep import HistoryPage
from keng.channels.zalo_oa import ZaloOA, inbound
from keng.channels.zalo_oa.fake import FakeZalo, running_zalo
from keng.channels.zalo_oa.fake.state import DeliveredMessage

HISTORY = ZaloOA.facts.history
URL = "https://photo.zdn.vn/a.jpg"
SPECS = [
    {"kind": "text", "text": "Có người lạ hỏi mua nhà"},
    {"kind": "image", "url": URL, "text": "ảnh cổng"},
    {"kind": "audio", "url": URL},
    {"kind": "video", "url": URL},
    {"kind": "file", "url": URL, "name": "", "size": ""},
    {"kind": "location", "latitude": "21.27", "longitude": "106.19"},
    {"kind": "link", "url": "https://lua.example/x", "description": "Trúng thưởng"},
    {"kind": "sticker", "url": URL},
]


@pytest.fixture
def fake() -> Iterator[FakeZalo]:
    with running_zalo() as server:
        server.state.webhook_enabled = False
        yield server


def emit(fake: FakeZalo, *specs: dict) -> None:
    post(f"{fake.base}/_fake/emit", {"events": list(specs)})


def read(fake: FakeZalo, person: str = "", offset: int = 0) -> HistoryPage | Outcome:
    assert HISTORY is not None
    credentials = fake.credentials()
    request = HISTORY.recent(credentials, offset)
    if person:
        request = HISTORY.conversation(credentials, person, offset)
    return HISTORY.page(talk(request), datetime.now(UTC), credentials)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["kind"])
def test_a_message_reads_as_the_webhook_would_have_brought_it(fake: FakeZalo, spec: dict) -> None:
    emit(fake, {"user": "900", "msg_id": "m1", **spec})
    (emission,) = fake.emitter.emissions
    page = read(fake)
    assert isinstance(page, HistoryPage)
    (message,) = page.messages
    assert HISTORY is not None
    event = HISTORY.event(message.raw, fake.credentials())
    assert event is not None
    body = inbound.reading.json_object(emission.raw)
    by_webhook = inbound.read_event(body, event.at, fake.state.settings.oa_id)
    assert event == replace(by_webhook, at=event.at)
    assert (message.message_id, message.person) == ("m1", "900")


def test_pages_go_back_in_time_and_our_own_messages_carry_no_words(fake: FakeZalo) -> None:
    specs = [{"kind": "text", "user": "900", "text": str(n), "at": n} for n in range(1, 13)]
    emit(fake, *specs, {"kind": "text", "user": "901", "text": "a", "at": 1})
    ours = DeliveredMessage("ours", 20.0, "user", "900", "Đã nhận", "", "", 0)
    fake.state.delivered.append(ours)
    first, second = read(fake, "900"), read(fake, "900", 10)
    assert isinstance(first, HistoryPage)
    assert isinstance(second, HistoryPage)
    assert (len(first.messages), first.is_last) == (10, False)
    assert (len(second.messages), second.is_last) == (3, True)
    assert (first.messages[0].is_from_person, first.messages[0].raw) == (False, b"")
    assert {message.person for message in (*first.messages, *second.messages)} == {"900"}


def test_a_refusal_is_an_outcome_and_no_empty_page(fake: FakeZalo) -> None:
    fake.state.settings.rate_limit = 1
    read(fake)
    refused = read(fake)
    assert isinstance(refused, Outcome)
    assert (refused.kind, refused.code) == ("retry", "-32")


@pytest.mark.parametrize(
    "item",
    [
        {"type": "links", "links": [{"url": "https://a.example/\ud800", "title": "\ud800"}]},
        {"type": "photo", "url": ["\ud800"]},
        {"type": "location", "location": {"latitude": "\ud800", "longitude": 1}},
        {"type": "location", "location": "\ud800"},
        {"type": "links", "links": [{"url": "https://" + "\u1ea1" * 9000}] * 30},
        {
            "type": "links",
            "links": [{"title": "\u1ea1" * 9000, "description": "\u1ea1" * 9000}] * 30,
        },
    ],
)
def test_what_a_stranger_shares_is_always_handed_over(item: dict) -> None:
    assert HISTORY is not None
    of_person = {"src": 1, "time": 1_764_000_000_000, "message_id": "m1", "from_id": "900"}
    body = json.dumps({"error": 0, "data": [of_person | item]}).encode()
    page = HISTORY.page(Reply(200, {}, body), datetime.now(UTC), {"oa_id": "4"})
    assert isinstance(page, HistoryPage)
    (message,) = page.messages
    assert not is_too_large(message.raw)
    assert HISTORY.event(message.raw, {"oa_id": "4"}) is not None


def test_what_is_no_message_of_a_person_is_no_event() -> None:
    assert HISTORY is not None
    for raw in (b"", b"[]", b'{"timestamp":"1","event_name":"follow","follower":{"id":"9"}}'):
        assert HISTORY.event(raw, {"oa_id": "4"}) is None
