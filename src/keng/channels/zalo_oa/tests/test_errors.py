"""Each code of the provider has one meaning, and a time where it has one."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from keng.channels.base import OUTCOME_KINDS, Reply
from keng.channels.zalo_oa.errors import after_the_night, outcome_of_zalo_reply
from keng.kit.times import VIETNAM

NOW = datetime(2026, 11, 25, 3, 0, 20, tzinfo=UTC)  # 10:00:20 in Vietnam


def reply(code: int | str, status: int = 200) -> Reply:
    return Reply(status, {}, json.dumps({"error": code, "message": "x"}).encode())


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("retry", [-32, -214]),
        ("unknown", [-200, -1, -9999, 12]),
        ("reject", [-100, -201, -210, -233, -238, -241, -248, -249, -1340, -1341]),
        (
            "config",
            [-204, -205, -209, -212, -219, -221, -223, -224, -235, -237, -240, -242, -320, -321],
        ),
        ("not_now", [-211, -213, -218, -230, -232, -234]),
        ("gone", [-217, -227, -244, -403]),
        ("refresh_auth", [-216, -220]),
    ],
)
def test_the_table_of_codes(kind: str, codes: list[int]) -> None:
    for code in codes:
        outcome = outcome_of_zalo_reply(reply(code), NOW)
        assert (outcome.kind, outcome.code) == (kind, str(code))
        assert outcome.kind in OUTCOME_KINDS
        assert outcome.reason
        assert outcome_of_zalo_reply(reply(str(code)), NOW) == outcome


def test_what_is_wrong_with_one_address_does_not_close_the_account() -> None:
    for code in (-217, -227, -244, -403, -237):
        assert outcome_of_zalo_reply(reply(code), NOW).scope == "address"
    for code in (-209, -224, -321, -235):
        assert outcome_of_zalo_reply(reply(code), NOW).scope == "account"


def test_the_rate_limit_ends_with_the_minute() -> None:
    assert outcome_of_zalo_reply(reply(-32), NOW).after_seconds == 40
    assert outcome_of_zalo_reply(reply(-32), NOW + timedelta(seconds=39)).after_seconds == 1
    assert outcome_of_zalo_reply(Reply(429, {}, b"slow"), NOW).after_seconds == 40


def test_a_used_quota_comes_back_after_midnight_in_vietnam() -> None:
    outcome = outcome_of_zalo_reply(reply(-211), NOW)
    assert outcome.until == datetime(2026, 11, 26, 0, 5, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ((25, 21, 59), (26, 6, 5)),
        ((25, 22, 0), (26, 6, 5)),
        ((26, 0, 0), (26, 6, 5)),
        ((26, 6, 4), (26, 6, 5)),
        ((26, 6, 5), (27, 6, 5)),
    ],
)
def test_the_night_ends_at_five_past_six(
    local: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    now = datetime(2026, 11, *local, tzinfo=VIETNAM).astimezone(UTC)
    assert after_the_night(now) == datetime(2026, 11, *expected, tzinfo=VIETNAM)
    assert outcome_of_zalo_reply(reply(-234), now).until == after_the_night(now)


def test_a_closed_window_waits_for_the_person() -> None:
    for code in (-230, -232, -213, -218):
        assert outcome_of_zalo_reply(reply(code), NOW).until is None


@pytest.mark.parametrize(
    "broken",
    [
        Reply(500, {}, b'{"error":0}'),
        Reply(502, {}, b"<html>"),
        Reply(200, {}, b""),
        Reply(200, {}, b'{"error":'),
        Reply(200, {}, b"[]"),
        Reply(200, {}, b'{"data":{}}'),
        Reply(302, {}, b""),
        Reply(404, {}, b"nothing"),
    ],
)
def test_an_answer_nobody_can_read_may_have_delivered(broken: Reply) -> None:
    assert outcome_of_zalo_reply(broken, NOW).kind == "unknown"
    assert outcome_of_zalo_reply(broken, NOW, delivers=False).kind == "retry"


def test_http_401_asks_for_a_new_token() -> None:
    assert outcome_of_zalo_reply(Reply(401, {}, b""), NOW).kind == "refresh_auth"


def test_an_accepted_message_carries_id_and_what_is_left_of_the_rate() -> None:
    body = {
        "error": 0,
        "data": {
            "message_id": "m9",
            "user_id": "1",
            "quota": {"quota_type": "reply", "remain": 7, "owner": "x"},
        },
    }
    outcome = outcome_of_zalo_reply(
        Reply(200, {"x-ratelimit-remain": "99"}, json.dumps(body).encode()), NOW
    )
    assert (outcome.kind, outcome.provider_id, outcome.rate_remaining) == ("sent", "m9", 99)
