"""The simulated phones speak through the same interface as everybody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.base import (
    Address,
    Outcome,
    OutgoingMessage,
    RecordWritten,
    TableRecord,
    begin_steps,
    continue_steps,
)
from keng.channels.sandbox import Sandbox, compose_call, sandbox_signature

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SECRET = {"secret": "between-the-page-and-the-edge"}
CHANNEL = Sandbox()


def test_a_text_from_a_phone_arrives_as_a_text() -> None:
    raw, headers = compose_call(
        id="m1", sender="phone-1", at=NOW, text="Có kẻ gọi điện\u0000 lừa", secret=SECRET["secret"]
    )
    parsed = CHANNEL.parse(raw, headers, SECRET, NOW)
    assert parsed.verified
    assert parsed.status == 200
    (event,) = parsed.events
    assert (event.kind, event.dedupe, event.conversation) == ("text", "m1", "phone-1")
    assert (event.text, event.at) == ("Có kẻ gọi điện lừa", NOW)


def test_pictures_places_and_groups_arrive_too() -> None:
    raw, headers = compose_call(
        id="m2",
        sender="phone-1",
        at=NOW,
        type="image",
        group="g1",
        images=["http://127.0.0.1:8000/a.png", "javascript:alert(1)"],
        secret=SECRET["secret"],
    )
    (event,) = CHANNEL.parse(raw, headers, SECRET, NOW).events
    assert [media.url for media in event.media] == ["http://127.0.0.1:8000/a.png"]
    assert (event.group, event.conversation) == ("g1", "g1:phone-1")
    raw, headers = compose_call(
        id="m3",
        sender="phone-1",
        at=NOW,
        type="location",
        location=(21.27, 106.19),
        secret=SECRET["secret"],
    )
    (event,) = CHANNEL.parse(raw, headers, SECRET, NOW).events
    assert event.location == (21.27, 106.19)


@pytest.mark.parametrize("late", [timedelta(hours=2, seconds=1), timedelta(minutes=-6)])
def test_an_old_or_early_call_is_refused(late: timedelta) -> None:
    raw, headers = compose_call(id="m1", sender="p", at=NOW - late, secret=SECRET["secret"])
    parsed = CHANNEL.parse(raw, headers, SECRET, NOW)
    assert (parsed.verified, parsed.status, parsed.reason) == (False, 401, "stale")


def test_another_secret_an_empty_secret_and_too_much_are_refused() -> None:
    raw, headers = compose_call(id="m1", sender="p", at=NOW, secret="another")
    assert CHANNEL.parse(raw, headers, SECRET, NOW).status == 401
    raw, headers = compose_call(id="m1", sender="p", at=NOW, secret="")
    assert CHANNEL.parse(raw, headers, {"secret": ""}, NOW).status == 401
    assert CHANNEL.parse(b" " * 300_000, headers, SECRET, NOW).status == 413


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"at": st.just(int(NOW.timestamp() * 1000))},
        optional={
            "id": json_values,
            "type": json_values | st.sampled_from(["text", "image", "location"]),
            "from": json_values,
            "group": json_values,
            "text": json_values,
            "images": json_values,
            "location": json_values,
        },
    )
)
def test_a_signed_body_of_any_shape_gives_an_event_that_can_be_stored(body: object) -> None:
    raw = json.dumps(body).encode()
    headers = {"x-keng-signature": sandbox_signature(raw, SECRET["secret"])}
    (event,) = CHANNEL.parse(raw, headers, SECRET, NOW).events
    for value in (event.dedupe, event.conversation, event.sender, event.group, event.text):
        assert "\0" not in (value or "")
        (value or "").encode()


def test_what_is_sent_is_a_row_with_the_text_and_the_picture() -> None:
    message = OutgoingMessage("Cảnh báo", image=b"png", reference="d1", kind="group")
    steps = CHANNEL.steps(message, Address("g1", "group"), SECRET, NOW)
    row = begin_steps(steps)
    assert isinstance(row, TableRecord)
    assert (row.address.value, row.text, row.image, row.reference) == (
        "g1",
        "Cảnh báo",
        b"png",
        "d1",
    )
    outcome = continue_steps(steps, RecordWritten("row-7"))
    assert outcome == Outcome("sent", provider_id="row-7")


def test_nothing_to_say_is_not_sent() -> None:
    outcome = begin_steps(CHANNEL.steps(OutgoingMessage(" \u200b"), Address("p"), SECRET, NOW))
    assert isinstance(outcome, Outcome)
    assert outcome.kind == "reject"
