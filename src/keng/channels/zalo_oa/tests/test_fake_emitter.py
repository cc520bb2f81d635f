"""The fake's webhooks, heard by a listener that verifies as the edge will."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.tests.talk import Heard, get, listening, post, send, talk
from keng.channels.wire import Request
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.fake import FakeSettings, FakeZalo, running_zalo
from keng.channels.zalo_oa.fake.emitter import RETRY_LADDER

CHANNEL = ZaloOA()


def believing(fakes: list[FakeZalo]) -> Callable[[bytes, dict[str, str]], int]:
    """Answers as the parser says."""

    def answer(raw: bytes, headers: dict[str, str]) -> int:
        (fake,) = fakes
        now = datetime.fromtimestamp(fake.state.clock.now(), UTC)
        return CHANNEL.parse(raw, headers, fake.credentials(), now).status

    return answer


def always(status: int) -> Callable[[bytes, dict[str, str]], int]:
    def answer(raw: bytes, headers: dict[str, str]) -> int:
        return status

    return answer


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread does; never longer than a minute."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def emit(fake: FakeZalo, *specs: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = post(f"{fake.base}/_fake/emit", {"events": list(specs), **options})
    return made


TEXT = {"kind": "text", "user": "77", "text": "Có trộm"}


def test_signed_events_are_believed_and_open_the_window() -> None:
    fakes: list[FakeZalo] = []
    with (
        listening(believing(fakes)) as (url, heard),
        running_zalo(FakeSettings(webhook_url=url)) as fake,
    ):
        fakes.append(fake)
        credentials = fake.credentials()
        now = datetime.now(UTC)
        assert send(CHANNEL, OutgoingMessage("a"), Address("77"), credentials, now).code == "-232"
        made = emit(fake, TEXT, {"kind": "follow", "user": "78"})
        assert [one["outcome"] for one in made] == ["done", "done"]
        assert send(CHANNEL, OutgoingMessage("a"), Address("77"), credentials, now).kind == "sent"
        assert fake.state.users["78"].follower
        assert len(heard) == 2


def test_tampered_unsigned_and_old_events_are_refused_and_not_repeated() -> None:
    fakes: list[FakeZalo] = []
    with (
        listening(believing(fakes)) as (url, heard),
        running_zalo(FakeSettings(webhook_url=url)) as fake,
    ):
        fakes.append(fake)
        for options in (
            {"tamper": True},
            {"unsigned": True},
            {"age": 7201, "retry": False},
            {"age": -301, "retry": False},
        ):
            (made,) = emit(fake, TEXT, **options)
            assert made["outcome"] == "refused"
            assert [attempt["status"] for attempt in made["attempts"]] == [401]
        (made,) = emit(fake, {"raw": {"x": "a" * 300 * 1024}}, retry=False)
        assert made["attempts"][0]["status"] == 413
        (made,) = emit(fake, {"kind": "oa_invented_tomorrow", "user": "1"})
        assert made["outcome"] == "done"
        assert len(heard) == 6


def test_the_consoles_check_is_answered() -> None:
    fakes: list[FakeZalo] = []
    with (
        listening(believing(fakes)) as (url, heard),
        running_zalo(FakeSettings(webhook_url=url)) as fake,
    ):
        fakes.append(fake)
        assert post(f"{fake.base}/_fake/probe", {}) == {"status": 200}
        assert heard[0][0] == b"{}"


def test_duplicates_are_the_same_bytes_and_may_come_in_any_order() -> None:
    with (
        listening(always(200)) as (url, heard),
        running_zalo(FakeSettings(webhook_url=url)) as fake,
    ):
        specs = [{**TEXT, "text": f"Tin {n}"} for n in range(20)]
        emit(fake, *specs, duplicate=2, shuffle=True)
        bodies = [raw for raw, _ in heard]
        assert len(bodies) == 60
        assert len(set(bodies)) == 20
        assert all(bodies.count(raw) == 3 for raw in bodies)
        said = [json.loads(raw)["message"]["text"] for raw in dict.fromkeys(bodies)]
        assert sorted(said) == sorted(spec["text"] for spec in specs)
        assert said != [spec["text"] for spec in specs]


def test_an_unanswered_event_climbs_the_ladder_and_then_the_webhook_is_switched_off() -> None:
    with (
        listening(always(503)) as (url, heard),
        running_zalo(FakeSettings(webhook_url=url)) as fake,
    ):
        fake.state.clock.set(fake.state.clock.now(), stopped=True)
        (made,) = emit(fake, TEXT)
        assert made["outcome"] == "pending"
        for n, step in enumerate(RETRY_LADDER, 1):
            fake.state.clock.advance(step - 1)
            time.sleep(0.1)
            assert len(heard) == n, "it came too early"
            fake.state.clock.advance(1)
            until(lambda n=n: len(heard) == n + 1)  # type: ignore[misc]
            until(lambda n=n: len(fake.emitter.emissions[0].attempts) == n + 1)  # type: ignore[misc]
        assert [headers.get("num_retry") for _, headers in heard] == [
            None,
            "1",
            "2",
            "3",
            "4",
            "5",
        ]
        assert len({raw for raw, _ in heard}) == 1
        until(lambda: not fake.state.webhook_enabled)
        (made,) = emit(fake, TEXT)
        assert made["outcome"] == "switched off"
        assert len(heard) == 6


def test_an_event_that_is_answered_on_a_later_rung_is_done() -> None:
    def answer(raw: bytes, headers: dict[str, str]) -> int:
        return 200 if headers.get("num_retry") == "2" else 500

    with listening(answer) as (url, heard), running_zalo(FakeSettings(webhook_url=url)) as fake:
        emit(fake, TEXT)
        for n, step in enumerate(RETRY_LADDER[:2], 2):
            fake.state.clock.advance(step + 1)
            until(lambda n=n: len(fake.emitter.emissions[0].attempts) == n)  # type: ignore[misc]
        until(lambda: fake.emitter.emissions[0].outcome == "done")
        assert len(heard) == 3
        assert fake.state.webhook_enabled


def test_an_answer_after_two_seconds_is_no_answer() -> None:
    def answer(raw: bytes, headers: dict[str, str]) -> int:
        time.sleep(4)
        return 200

    with listening(answer) as (url, _), running_zalo(FakeSettings(webhook_url=url)) as fake:
        (made,) = emit(fake, TEXT)
        assert [attempt["status"] for attempt in made["attempts"]] == [0]
        assert made["outcome"] == "pending"


def test_with_echo_our_own_messages_come_back_and_are_never_tips() -> None:
    settings = FakeSettings(echo=True)
    with (
        listening(always(200)) as (url, heard),
        running_zalo(settings) as fake,
    ):
        settings.webhook_url = url
        post(f"{fake.base}/_fake/seed", {"users": [{"id": "77", "hours_ago": 1}]})
        now = datetime.now(UTC)
        sent = send(CHANNEL, OutgoingMessage("Đã nhận"), Address("77"), fake.credentials(), now)
        until(lambda: len(heard) == 2)
        events = [event for call in heard for event in _events(call, fake)]
        assert {event.kind for event in events} == {"echo", "received"}
        assert all(event.refers == (sent.provider_id,) for event in events)
        assert not any(event.is_content for event in events)


def _events(call: Heard, fake: FakeZalo) -> Any:
    return CHANNEL.parse(*call, fake.credentials(), datetime.now(UTC)).events


def test_a_picture_somebody_sends_can_be_fetched_at_the_fake() -> None:
    with (
        listening(always(200)) as (url, heard),
        running_zalo(FakeSettings(webhook_url=url)) as fake,
    ):
        stored = talk(Request("POST", f"{fake.base}/_fake/media", {}, b"\x89PNG picture"))
        address = json.loads(stored.body)["url"]
        emit(fake, {"kind": "image", "user": "77", "url": address})
        (event,) = _events(heard[0], fake)
        assert event.media[0].url == address
        assert talk(Request("GET", address, {}, b"")).body == b"\x89PNG picture"


@pytest.mark.parametrize("oa_type", [2, 4])
def test_it_runs_as_a_program_of_its_own_and_stops_when_told(oa_type: int) -> None:
    command = [
        sys.executable,
        "-m",
        "keng.channels.zalo_oa.fake",
        "--oa-type",
        str(oa_type),
        "--settings",
        "-",
        "--reveal",
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(json.dumps({"name": "Công an tỉnh", "open_door": True}))
        program.stdin.close()
        ready = json.loads(program.stdout.readline())
        state = get(f"{ready['ready']}/_fake/state")
        assert (state["oa_type"], state["delivered"]) == (oa_type, 0)
        outcome = send(
            CHANNEL,
            OutgoingMessage("a"),
            Address("anybody"),
            ready["credentials"],
            datetime.now(UTC),
        )
        assert outcome.kind == "sent"
        program.send_signal(signal.SIGTERM)
        assert program.wait(60) == 0
