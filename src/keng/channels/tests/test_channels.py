"""Every channel keeps the same contract."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng import channels
from keng.channels.base import (
    OUTCOME_KINDS,
    Address,
    Credentials,
    Outcome,
    OutgoingMessage,
    Reply,
    Request,
    begin_steps,
    header_value,
    outcome_of_transport_failure,
)

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
# A gateway of one's own, for the channels that are reached through one.
OWN_PROFILE = '{"url": "https://gateway.example/", "form": "json", "body": {"to": "{phone}"}}'
CREDENTIALS = Credentials(
    secret="s",
    oa_secret_key="s",
    app_id="1",
    from_address="a@b.vn",
    profile="own",
    own_profile=OWN_PROFILE,
)


class EveryHeader(dict[str, str]):
    """Headers that have this value under every name: whatever a channel reads its mark from."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def get(self, name: str, default: object = None) -> str:
        return self.mark


def test_a_channel_is_known_by_its_code_and_no_two_share_one() -> None:
    codes = channels.channel_codes()
    assert [channels.get_channel(code).code for code in codes] == list(codes)
    assert len(codes) == len(set(codes)) >= 5
    with pytest.raises(KeyError):
        channels.get_channel("phone")


def test_channels_are_found_by_what_they_can() -> None:
    by_people = channels.codes_where(lambda channel: channel.transport == "none")
    assert by_people == ["by_hand"]


@pytest.mark.parametrize("code", channels.channel_codes())
def test_a_channel_has_every_fact_that_what_it_can_implies(code: str) -> None:
    channel = channels.get_channel(code)
    can, facts = channel.can, channel.facts
    assert facts.name
    assert facts.origin
    assert bool(facts.group_name) == can.can_group
    assert facts.holds_chats == can.can_receive
    # Who writes by it is known to somebody besides us, or to nobody: an officer is told which.
    assert bool(facts.who_sees_sender) == can.can_receive
    # Whoever sends from our own account needs it set up; the demo and the machine set up the rest.
    needs_account = channel.transport in {"http", "smtp"} and code != "web_push"
    assert bool(facts.settings) == needs_account
    assert bool(facts.media_hosts) == (can.can_receive and channel.transport == "http")


@pytest.mark.parametrize("code", channels.channel_codes())
def test_an_account_that_is_set_up_by_hand_can_be_looked_at_and_kept_alive(code: str) -> None:
    facts = channels.get_channel(code).facts
    assert bool(facts.check) == bool(facts.settings)
    tokens = {key for key, setting in facts.settings.items() if setting.is_token}
    assert bool(facts.renewal) == bool(tokens)
    if facts.renewal:
        assert facts.renewal.spends in tokens
        assert facts.renewal.note


@pytest.mark.parametrize("code", channels.channel_codes())
def test_the_question_about_an_account_reaches_nobody(code: str) -> None:
    facts = channels.get_channel(code).facts
    if facts.check:
        question = facts.check.question(CREDENTIALS)
        assert not getattr(question, "delivers", False)


def test_nobody_subscribes_to_what_is_paid_for_by_length() -> None:
    """Before that changes, two texts need a short form, or they are cut or not sent.

    They are a correction of a warning that had one, and the weekly digest.
    """
    assert channels.codes_where(lambda one: one.facts.price is not None) == ["sms"]
    priced_subscribing = channels.codes_where(
        lambda one: one.facts.price is not None and one.facts.subscribing is not None
    )
    assert not priced_subscribing


def test_what_is_no_channel_has_no_facts() -> None:
    assert channels.facts_of("phone") is None


@pytest.mark.parametrize("code", channels.channel_codes())
@given(raw=st.binary(max_size=300), mark=st.text(max_size=80))
def test_parsing_any_bytes_never_raises_and_never_verifies(
    code: str, raw: bytes, mark: str
) -> None:
    channel = channels.get_channel(code)
    # With whatever an account of it has: without its secret a channel refuses everything.
    credentials = CREDENTIALS | dict.fromkeys(channel.facts.settings, "s")
    parsed = channel.parse(raw, EveryHeader(mark), credentials, NOW)
    assert not parsed.verified
    assert parsed.events == ()


def test_a_broken_connection_is_unknown_only_when_somebody_may_have_been_told() -> None:
    assert outcome_of_transport_failure(request_written=False).kind == "retry"
    assert outcome_of_transport_failure(request_written=True).kind == "unknown"
    assert outcome_of_transport_failure(request_written=True, delivers=False).kind == "retry"
    assert len(OUTCOME_KINDS) == 9


def test_what_is_printed_shows_no_secret_no_address_no_word() -> None:
    shown = " ".join(
        map(
            repr,
            (
                Credentials(access_token="hush"),
                OutgoingMessage("hush", subject="hush"),
                Address("hush"),
                Request("POST", "https://hush/", {"a": "hush"}, b"hush"),
                Reply(200, {"a": "hush"}, b"hush"),
                Outcome("moved", new_address="hush"),
            ),
        )
    )
    assert "hush" not in shown
    assert "access_token" in shown


def test_headers_are_found_in_whatever_case_the_server_kept_them() -> None:
    assert header_value({"X-Mark": "1"}, "x-mark") == "1"
    assert header_value({"x-mark": "2"}, "x-mark") == "2"
    assert header_value({}, "x-mark") == ""


def test_by_hand_sends_nothing() -> None:
    channel = channels.get_channel("by_hand")
    outcome = begin_steps(
        channel.steps(OutgoingMessage("Coi chừng"), Address("g", "group"), {}, NOW)
    )
    assert isinstance(outcome, Outcome)
    assert outcome.kind == "not_now"
