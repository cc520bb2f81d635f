"""Calls against the fake gateway: what is said aloud, and the token that it takes."""

from datetime import UTC, datetime, timedelta

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.events import QUERY_HEADER
from keng.channels.fake import running_provider
from keng.channels.tests.talk import send, talk
from keng.channels.voice import Voice, profiles
from keng.channels.voice.fake import FakeVoice

PHONE = Address("0901234567")


@pytest.fixture(scope="module")
def fake():
    with running_provider(FakeVoice()) as fake:
        yield fake


@pytest.fixture(autouse=True)
def rested(fake):
    fake.faults.clear()
    fake.delivered.clear()
    fake.key_urls.clear()


def outcome_of(fake, subject="Công an xã Nếnh, tin số 7K3", text="", now=None, **settings):
    credentials = {**fake.credentials(), **settings}
    message = OutgoingMessage(text, subject=subject, reference="r-1")
    return send(Voice(), message, PHONE, credentials, now or datetime.now(UTC))


def test_the_phone_speaks_the_desk_and_the_number_and_no_other_word(fake):
    outcome = outcome_of(fake, text="Công an xã Nếnh, tin số 7K3\nhttps://keng.example/t/1")
    assert outcome.kind == "sent"
    assert fake.texts_of("84901234567") == ["Công an xã Nếnh, tin số 7K3"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"r": 0, "call_id": "call-1"}, "sent"),
        ({"r": 1, "message": "Token is invalid"}, "config"),
        ({"r": 4}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_each_answer_has_its_outcome(fake, body, kind):
    fake.faults.next(status=200, body=body)
    assert outcome_of(fake).kind == kind


def test_a_call_that_may_have_rung_is_not_made_again_by_itself(fake):
    fake.faults.next(drop="after_accept")
    assert outcome_of(fake).kind == "unknown"


def test_another_secret_or_an_old_token_is_refused(fake):
    assert outcome_of(fake, secret_key="other").kind == "config"
    assert outcome_of(fake, now=datetime.now(UTC) - timedelta(hours=1)).kind == "config"
    assert fake.delivered == []


def test_the_account_is_looked_at_without_a_phone_ringing(fake):
    check = profiles.VOICE_CHECK
    assert check.finding(talk(check.question(fake.credentials()))).is_well
    wrong = check.finding(talk(check.question({**fake.credentials(), "secret_key": "other"})))
    assert not wrong.is_well
    assert fake.delivered == []


def test_what_is_no_number_is_called_by_nobody(fake):
    before = len(fake.journal)
    message = OutgoingMessage("a", subject="a", reference="r")
    outcome = send(Voice(), message, Address("113"), fake.credentials(), datetime.now(UTC))
    assert (outcome.kind, len(fake.journal)) == ("gone", before)


CALL = "0190aaaa-0000-7000-8000-000000000001"
HOOK = "https://keng.example/hooks/voice/truc"


def key_pressed(fake, key="1", query=None, **settings):
    """What `parse` makes of the key that somebody presses in a call that waits for one."""
    credentials = {**fake.credentials(), "hook": HOOK, **settings}
    message = OutgoingMessage("Bấm 1 để nhận", subject="Công an xã Nếnh", reference=CALL)
    send(Voice(), message, PHONE, credentials, datetime.now(UTC))
    (call_id,) = fake.key_urls
    address, _mark, given = fake.key_urls[call_id].partition("?")
    assert address == HOOK
    ((_method, headers, body),) = fake.webhook_calls({"id": call_id, "key": key})
    headers = headers | {QUERY_HEADER: given if query is None else query}
    return Voice().parse(body, headers, fake.credentials(), datetime.now(UTC))


def test_a_key_is_asked_for_and_belongs_to_its_call(fake):
    parsed = key_pressed(fake)
    (event,) = parsed.events
    assert (parsed.status, event.kind, event.refers) == (200, "pressed", (CALL,))
    assert fake.texts_of("84901234567") == ["Công an xã Nếnh. Bấm 1 để nhận"]


@pytest.mark.parametrize("key", ["2", "", "11", "#"])
def test_another_key_says_nothing(fake, key):
    parsed = key_pressed(fake, key)
    assert (parsed.verified, parsed.events) == (True, ())


@pytest.mark.parametrize(
    "query", ["", "call=x&mark=y", f"call={CALL}&mark={'0' * 64}", "&".join("abcdefghijkl")]
)
def test_a_key_without_the_mark_of_its_call_is_not_believed(fake, query):
    parsed = key_pressed(fake, query=query)
    assert (parsed.verified, parsed.status, parsed.events) == (False, 401, ())


def test_without_a_secret_no_key_is_asked_for_and_none_is_believed(fake):
    outcome_of(fake, text="Bấm 1 để nhận", webhook_secret="", hook=HOOK)
    assert fake.texts_of("84901234567") == ["Công an xã Nếnh, tin số 7K3"]
    assert fake.key_urls == {}
    assert (
        not Voice().parse(b"{}", {QUERY_HEADER: f"call={CALL}&mark="}, {}, datetime.now(UTC)).events
    )
