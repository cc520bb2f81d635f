"""Calls against the fake gateway: what is said aloud, and the token that it takes."""

from datetime import UTC, datetime, timedelta

import pytest

from keng.channels.base import Address, OutgoingMessage
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
