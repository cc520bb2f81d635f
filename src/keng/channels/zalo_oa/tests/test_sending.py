"""The steps of sending, answered by hand: what is asked, in which order, and what comes of it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.base import (
    Address,
    Outcome,
    OutgoingMessage,
    Reply,
    Request,
    begin_steps,
    continue_steps,
)
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.sending import outgoing_text

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ACCOUNT = {"access_token": "token-1", "app_secret": "s"}
PERSON = Address("2512523625412515")
GROUP = Address("f414c8f76fa586fbdfb4", "group")
PNG = b"\x89PNG\r\n\x1a\n\x00\r\n--boundary"


def ok(**data: Any) -> Reply:
    return Reply(200, {}, json.dumps({"error": 0, "data": data}).encode())


def no(code: int) -> Reply:
    return Reply(200, {}, json.dumps({"error": code}).encode())


def play(
    replies: Sequence[Reply],
    message: OutgoingMessage,
    address: Address = PERSON,
    account: dict[str, str] = ACCOUNT,
) -> tuple[Outcome, list[Request]]:
    """All replies must be used up, and no more may be asked for."""
    steps = ZaloOA().steps(message, address, account, NOW)
    asked: list[Request] = []
    left = list(replies)
    wire = begin_steps(steps)
    while not isinstance(wire, Outcome):
        asked.append(wire)
        wire = continue_steps(steps, left.pop(0))
    assert left == []
    return wire, asked


def body(request: Request) -> Any:
    return json.loads(request.body)


def path(request: Request) -> str:
    return request.url.removeprefix("https://openapi.zalo.me")


def test_a_text_to_a_person_is_one_request_with_the_bare_token() -> None:
    outcome, (request,) = play([ok(message_id="m1")], OutgoingMessage("Đã nhận tin của bạn"))
    assert (outcome.kind, outcome.provider_id, outcome.parts_sent) == ("sent", "m1", 1)
    assert (request.method, path(request)) == ("POST", "/v3.0/oa/message/cs")
    assert request.headers["access_token"] == "token-1"
    assert "authorization" not in {name.lower() for name in request.headers}
    assert "token-1" not in request.url
    assert body(request) == {
        "recipient": {"user_id": PERSON.value},
        "message": {"text": "Đã nhận tin của bạn"},
    }


def test_the_proof_is_added_when_the_account_wants_it() -> None:
    _, (request,) = play(
        [ok(message_id="m")], OutgoingMessage("a"), account={**ACCOUNT, "use_proof": "yes"}
    )
    assert len(request.headers["appsecret_proof"]) == 64


def test_a_group_has_its_own_path_and_no_fall_back() -> None:
    outcome, (request,) = play([no(-235)], OutgoingMessage("Cảnh báo", kind="group"), GROUP)
    assert (outcome.kind, path(request)) == ("config", "/v3.0/oa/group/message")
    assert body(request)["recipient"] == {"group_id": GROUP.value}


def test_an_anonymous_visitor_is_answered_on_the_older_interface() -> None:
    address = Address("anonymous:talk9:anon7")
    _, (request,) = play([ok(message_id="m")], OutgoingMessage("Cảm ơn"), address)
    assert path(request) == "/v2.0/oa/message"
    assert body(request)["recipient"] == {"anonymous_id": "anon7", "conversation_id": "talk9"}
    outcome, asked = play([], OutgoingMessage("a", image=PNG), address)
    assert (outcome.kind, asked) == ("reject", [])


def test_a_state_agency_is_told_on_the_older_interface_and_that_is_remembered() -> None:
    outcome, asked = play([no(-235), ok(message_id="m1")], OutgoingMessage("a"))
    assert outcome.kind == "sent"
    assert [path(request) for request in asked] == ["/v3.0/oa/message/cs", "/v2.0/oa/message"]
    assert asked[0].body == asked[1].body
    assert outcome.learned == {"messages_api": "v2"}
    _, (request,) = play(
        [ok(message_id="m")], OutgoingMessage("a"), account={**ACCOUNT, **outcome.learned}
    )
    assert path(request) == "/v2.0/oa/message"


def test_pinned_to_the_older_interface_nothing_falls_back_again() -> None:
    for code in (-235, -240):
        outcome, asked = play(
            [no(code)], OutgoingMessage("a"), account={**ACCOUNT, "messages_api": "v2"}
        )
        assert (outcome.kind, len(asked)) == ("config", 1)


def test_both_interfaces_refusing_is_a_matter_of_configuration() -> None:
    outcome, _ = play([no(-235), no(-240)], OutgoingMessage("a"))
    assert (outcome.kind, outcome.learned) == ("config", {})
    outcome, _ = play([no(-235), no(-230)], OutgoingMessage("a"))
    assert (outcome.kind, outcome.learned) == ("not_now", {"messages_api": "v2"})


@pytest.mark.parametrize(
    "code",
    [
        -200,
        -201,
        -204,
        -210,
        -213,
        -216,
        -218,
        -220,
        -224,
        -227,
        -230,
        -232,
        -233,
        -240,
        -242,
        -244,
        -248,
        -32,
        -9999,
    ],
)
def test_no_other_code_falls_back(code: int) -> None:
    _, asked = play([no(code)], OutgoingMessage("a"))
    assert len(asked) == 1


def test_nor_does_an_answer_that_cannot_be_read() -> None:
    outcome, asked = play([Reply(502, {}, b"")], OutgoingMessage("a"))
    assert (outcome.kind, len(asked)) == ("unknown", 1)


def test_a_picture_is_stored_first_and_its_handle_remembered() -> None:
    replies = [ok(attachment_id="pic-1"), ok(message_id="m1")]
    outcome, (upload, message) = play(replies, OutgoingMessage("Cảnh báo", image=PNG), GROUP)
    assert (outcome.kind, outcome.learned) == ("sent", {"image_ref": "pic-1"})
    assert (path(upload), upload.delivers, message.delivers) == (
        "/v2.0/oa/upload/image",
        False,
        True,
    )
    boundary = upload.headers["content-type"].partition("boundary=")[2].encode()
    assert upload.body.startswith(b"--" + boundary + b"\r\n")
    assert upload.body.endswith(b"\r\n--" + boundary + b"--\r\n")
    assert PNG in upload.body
    assert boundary not in PNG
    element = body(message)["message"]["attachment"]["payload"]["elements"][0]
    assert element == {"media_type": "image", "attachment_id": "pic-1"}
    assert body(message)["message"]["text"] == "Cảnh báo"


def test_a_remembered_handle_saves_the_upload_and_an_expired_one_is_renewed_once() -> None:
    known = OutgoingMessage("a", image=PNG, image_ref="old")
    outcome, asked = play([ok(message_id="m1")], known)
    assert (outcome.kind, len(asked)) == ("sent", 1)
    replies = [no(-100), ok(attachment_id="new"), ok(message_id="m1")]
    outcome, asked = play(replies, known)
    assert (outcome.kind, outcome.learned) == ("sent", {"image_ref": "new"})
    outcome, asked = play([no(-100), ok(attachment_id="new"), no(-100)], known)
    assert (outcome.kind, len(asked)) == ("reject", 3)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (no(-216), "refresh_auth"),
        (no(-32), "retry"),
        (no(-210), "reject"),
        (no(-211), "not_now"),
        (no(-200), "retry"),
        (Reply(503, {}, b""), "retry"),
        (ok(), "retry"),
    ],
)
def test_a_failed_upload_tells_nobody_anything(reply: Reply, kind: str) -> None:
    outcome, asked = play([reply], OutgoingMessage("a", image=PNG))
    assert (outcome.kind, len(asked)) == (kind, 1)


def test_what_cannot_be_sent_is_refused_before_anything_is_asked() -> None:
    for message in (
        OutgoingMessage(""),
        OutgoingMessage(" \u200b\n"),
        OutgoingMessage("a", image=b"GIF8", image_mime="image/gif"),
        OutgoingMessage("a", image=b"x" * 1_000_001),
    ):
        outcome, asked = play([], message)
        assert (outcome.kind, asked) == ("reject", [])
    outcome, asked = play(
        [ok(attachment_id="1"), ok(message_id="m")], OutgoingMessage("", image=PNG)
    )
    assert outcome.kind == "sent"
    assert "text" not in body(asked[1])["message"]


def test_a_long_text_goes_in_numbered_parts_and_the_picture_with_the_first() -> None:
    text = "Một câu cảnh báo dài. " * 220
    replies = [
        ok(attachment_id="pic"),
        ok(message_id="m1"),
        ok(message_id="m2"),
        ok(message_id="m3"),
    ]
    outcome, asked = play(replies, OutgoingMessage(text, image=PNG))
    assert (outcome.kind, outcome.provider_id, outcome.parts_sent) == ("sent", "m3", 3)
    messages = [body(request)["message"] for request in asked[1:]]
    assert [message["text"][:6] for message in messages] == ["(1/3) ", "(2/3) ", "(3/3) "]
    assert ["attachment" in message for message in messages] == [True, False, False]
    assert all(len(message["text"]) <= 2000 for message in messages)


def test_half_a_message_told_is_never_told_again_by_a_machine() -> None:
    text = "Một câu cảnh báo dài. " * 220
    for reply in (no(-32), no(-216), Reply(500, {}, b"")):
        outcome, asked = play([ok(message_id="m1"), reply], OutgoingMessage(text))
        assert (outcome.kind, outcome.parts_sent, len(asked)) == ("unknown", 1, 2)
    outcome, asked = play([no(-32)], OutgoingMessage(text))
    assert (outcome.kind, outcome.parts_sent, len(asked)) == ("retry", 0, 1)


@given(st.text(st.sampled_from("[@]\u200b\u202e\x0012a "), max_size=30))
def test_no_text_can_call_members_of_a_group_by_name(text: str) -> None:
    assert "[@" not in outgoing_text(text)
    assert "[@" not in outgoing_text(f"[@{GROUP.value}] {text}")


def test_the_fakes_address_replaces_the_providers() -> None:
    account = {**ACCOUNT, "api_base": "http://127.0.0.1:9100"}
    _, (request,) = play([ok(message_id="m")], OutgoingMessage("a"), account=account)
    assert request.url == "http://127.0.0.1:9100/v3.0/oa/message/cs"
