"""Which webhook calls are believed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.base import ParsedCall
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.fake.events import build_event, event_headers, signed_event
from keng.channels.zalo_oa.fake.state import FakeSettings

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
OWN = FakeSettings(app_id="360846524940903967", oa_id="388613280878808645")
ACCOUNT = {"app_id": OWN.app_id, "oa_id": OWN.oa_id, "oa_secret_key": OWN.oa_secret_key}
SPEC = {"kind": "text", "user": "246845883529197922", "text": "Có người lạ", "at": 0}


def call(at: datetime = NOW, own: FakeSettings = OWN) -> tuple[bytes, dict[str, str]]:
    stamp = int(at.timestamp() * 1000)
    return signed_event(build_event({**SPEC, "at": stamp}, own, now_ms=0, msg_id="m1"), own)


def parse(raw: bytes, headers: dict[str, str], account: dict[str, str] = ACCOUNT) -> ParsedCall:
    return ZaloOA().parse(raw, headers, account, NOW)


@pytest.mark.parametrize("variant", ["app_id/body", "oa_id/body", "app_id/header", "oa_id/header"])
def test_every_reading_of_the_scheme_is_recognised_and_can_be_pinned(variant: str) -> None:
    own = FakeSettings(app_id=OWN.app_id, oa_id=OWN.oa_id, oa_secret_key=OWN.oa_secret_key)
    own.signature_variant = variant
    raw, headers = call(own=own)
    if variant.endswith("/header"):  # sent a moment after it happened
        stamp = str(int(NOW.timestamp() * 1000) + 17)
        headers = event_headers(raw, stamp, own)
    else:
        del headers["X-ZEvent-Timestamp"]
    assert parse(raw, headers).variant == variant
    assert parse(raw, headers, {**ACCOUNT, "signature_variant": variant}).verified
    other = "oa_id/body" if variant == "app_id/body" else "app_id/body"
    pinned = parse(raw, headers, {**ACCOUNT, "signature_variant": other})
    assert (pinned.verified, pinned.status) == (False, 401)


@pytest.mark.parametrize("prefix", ["mac=", "mac = ", "MAC=", "sha256=", ""])
def test_the_mark_may_stand_behind_any_known_prefix(prefix: str) -> None:
    raw, headers = call()
    mark = headers["X-ZEvent-Signature"].removeprefix("mac=")
    assert parse(raw, {**headers, "X-ZEvent-Signature": prefix + mark}).verified
    assert parse(raw, {**headers, "X-ZEvent-Signature": prefix + mark.upper()}).verified


@pytest.mark.parametrize("mark", ["", "mac=", "md5=" + "0" * 64, "mac=" + "0" * 64, "mac=ộ", "=="])
def test_a_wrong_mark_is_answered_401(mark: str) -> None:
    raw, headers = call()
    parsed = parse(raw, {**headers, "X-ZEvent-Signature": mark})
    assert (parsed.verified, parsed.status, parsed.events) == (False, 401, ())


def test_an_account_without_a_key_believes_nobody() -> None:
    own = FakeSettings(app_id=OWN.app_id, oa_id=OWN.oa_id, oa_secret_key="")
    raw, headers = call(own=own)
    assert parse(raw, headers, {**ACCOUNT, "oa_secret_key": ""}).status == 401
    assert parse(raw, headers, {}).status == 401


@pytest.mark.parametrize(
    ("age", "believed"),
    [
        (timedelta(hours=1, minutes=50), True),
        (timedelta(hours=2), True),
        (timedelta(hours=2, seconds=1), False),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), False),
        (timedelta(days=700), False),
    ],
)
def test_calls_played_again_later_are_refused(age: timedelta, believed: bool) -> None:
    raw, headers = call(NOW - age)
    parsed = parse(raw, headers)
    assert parsed.verified == believed
    assert parsed.status == (200 if believed else 401)
    assert parsed.reason == ("" if believed else "stale")


def test_the_consoles_check_is_answered_and_does_nothing() -> None:
    assert parse(b"{}", {}) == ParsedCall(verified=False, status=200, reason="probe")
    assert parse(b"{ }", {}).status == 401


def test_too_large_a_body_is_refused_unread() -> None:
    own_text = {**SPEC, "text": "a" * 300 * 1024, "at": int(NOW.timestamp() * 1000)}
    raw, headers = signed_event(build_event(own_text, OWN, now_ms=0, msg_id="m"), OWN)
    assert parse(raw, headers).status == 413


@given(st.data())
def test_one_changed_byte_anywhere_is_noticed(data: st.DataObject) -> None:
    raw, headers = call()
    at = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != raw[at]))
    changed = raw[:at] + bytes([other]) + raw[at + 1 :]
    parsed = parse(changed, headers)
    assert not parsed.verified
    assert parsed.events == ()


@given(st.data())
def test_one_changed_digit_of_the_mark_is_noticed(data: st.DataObject) -> None:
    raw, headers = call()
    mark = headers["X-ZEvent-Signature"]
    at = data.draw(st.integers(4, len(mark) - 1))
    other = data.draw(st.sampled_from("0123456789abcdef").filter(lambda value: value != mark[at]))
    forged = {**headers, "X-ZEvent-Signature": mark[:at] + other + mark[at + 1 :]}
    assert parse(raw, forged).status == 401


@given(st.binary(max_size=400), st.text(max_size=80), st.text(max_size=20))
def test_any_bytes_are_answered_and_never_believed(raw: bytes, mark: str, stamp: str) -> None:
    parsed = parse(raw, {"x-zevent-signature": mark, "x-zevent-timestamp": stamp})
    assert not parsed.verified
    assert parsed.status in (200, 401)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"timestamp":' + b"9" * 50_000 + b"}",
        b"\xff\xfe{}",
        b'{"timestamp": 1e999}',
        b"null",
        b'"x"',
        b"[]",
        b'{"timestamp":{"a":1}}',
    ],
)
def test_monstrous_bodies_are_refused_like_any_other(raw: bytes) -> None:
    stamp = str(int(NOW.timestamp() * 1000))
    assert parse(raw, {"x-zevent-signature": "mac=" + "0" * 64}).status == 401
    believed = parse(
        raw, event_headers(raw, stamp, OWN)
    )  # even rightly marked by the header's time
    assert believed.status == 200
    assert [event.kind for event in believed.events] == ["unknown"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=10,
)
NAMES = [
    "user_send_text",
    "user_send_image",
    "user_send_location",
    "user_send_business_card",
    "user_send_link",
    "user_send_group_text",
    "anonymous_send_text",
    "oa_send_text",
    "oa_send_group_image",
    "follow",
    "unfollow",
    "user_seen_message",
    "user_received_message",
    "user_withdraw",
    "user_join_group",
    "user_send_",
    "tomorrow",
]
attachments = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["image", "location", "link", "file", "audio"]) | json_values,
            "payload": json_values
            | st.dictionaries(
                st.sampled_from(["url", "coordinates", "description", "size", "name"]), json_values
            ),
        },
    ),
    max_size=3,
)


@given(
    st.sampled_from(NAMES),
    st.fixed_dictionaries(
        {},
        optional={
            "sender": json_values | st.fixed_dictionaries({"id": json_values}),
            "recipient": json_values,
            "follower": json_values,
            "user_id": json_values,
            "group_id": json_values,
            "message": json_values
            | st.fixed_dictionaries(
                {},
                optional={
                    "text": json_values,
                    "msg_id": json_values,
                    "msg_ids": json_values,
                    "attachments": attachments | json_values,
                    "conversation_id": json_values,
                },
            ),
        },
    ),
)
def test_a_believed_body_of_any_shape_gives_an_event_that_can_be_stored(
    name: str, rest: dict[str, object]
) -> None:
    stamp = str(int(NOW.timestamp() * 1000))
    raw = json.dumps({"event_name": name, **rest, "timestamp": stamp}).encode()
    parsed = parse(raw, event_headers(raw, stamp, OWN))
    assert parsed.verified
    (event,) = parsed.events
    assert event.dedupe
    assert event.raw_kind == name
    assert not event.is_content or event.sender
    strings = [
        event.dedupe,
        event.conversation,
        event.sender,
        event.group,
        event.text,
        event.reply_address,
        *event.refers,
        *(m.url + m.name for m in event.media),
    ]
    for value in strings:
        assert "\0" not in (value or "")
        (value or "").encode()
