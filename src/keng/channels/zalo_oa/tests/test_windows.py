"""Whoever wrote too long ago is not asked for in vain: by the settable clock of the fake."""

from datetime import UTC, datetime, timedelta

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.tests.talk import send
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.fake import running_zalo
from keng.channels.zalo_oa.fake.state import FakeUser

WROTE = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PERSON = Address("u1")
TEMPLATE = {"answer_template": "mau-1", "answer_template_data": '{"don_vi": "Phường Mẫu"}'}
MINUTE = timedelta(minutes=1)
FREE, OPEN = timedelta(hours=48), timedelta(days=7)


@pytest.fixture(scope="module")
def running():
    with running_zalo() as fake:
        yield fake


@pytest.fixture
def answered(running):
    """What comes of an answer so long after the person wrote, and which addresses were asked."""
    state = running.state

    def answer(after, *, heard=True, **settings):
        now = WROTE + after
        state.delivered.clear()
        state.journal.clear()
        state.clock.set(now.timestamp(), stopped=True)
        state.token_issued_at = now.timestamp()
        state.templates = {"mau-1": ("don_vi",)}
        state.users = {"u1": FakeUser("u1", WROTE.timestamp())}
        message = OutgoingMessage("Bạn có trả lời mới", heard_at=WROTE if heard else None)
        outcome = send(ZaloOA(), message, PERSON, {**running.credentials(), **settings}, now)
        return outcome, [entry.path for entry in state.journal]

    return answer


@pytest.mark.parametrize("after", [FREE - MINUTE, FREE + MINUTE, OPEN - MINUTE])
def test_as_long_as_the_window_is_open_the_words_go_out(answered, after):
    outcome, asked = answered(after, **TEMPLATE)
    assert (outcome.kind, outcome.code) == ("sent", "")
    assert asked == ["/v3.0/oa/message/cs"]


def test_after_seven_days_the_approved_wording_is_the_first_that_is_tried(answered):
    outcome, asked = answered(OPEN + MINUTE, **TEMPLATE)
    assert (outcome.kind, outcome.code) == ("sent", "template")
    assert asked == ["/v3.0/oa/message/template"]


def test_without_an_approved_wording_nobody_is_asked(answered):
    outcome, asked = answered(OPEN + MINUTE)
    assert (outcome.kind, outcome.code, asked) == ("not_now", "-230", [])


def test_where_nobody_knows_when_they_wrote_the_provider_says_so(answered):
    outcome, asked = answered(OPEN + MINUTE, heard=False)
    assert (outcome.kind, outcome.code) == ("not_now", "-230")
    assert asked == ["/v3.0/oa/message/cs"]
