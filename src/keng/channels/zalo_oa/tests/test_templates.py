"""An approved wording where the window is closed: for one person, with no word of the answer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.tests.talk import send
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.fake import running_zalo
from keng.channels.zalo_oa.fake.state import FakeUser
from keng.channels.zalo_oa.templates import fault_of_template_data

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PERSON = Address("u1")
ANSWER = OutgoingMessage("Bạn có trả lời mới về chuyện hôm trước")
TEMPLATE = {"answer_template": "mau-1", "answer_template_data": '{"don_vi": "Phường Mẫu"}'}


@pytest.fixture(scope="module")
def running():
    with running_zalo() as fake:
        yield fake


@pytest.fixture
def fake(running):
    state = running.state
    running.faults.clear()
    state.delivered.clear()
    state.journal.clear()
    state.clock.set(NOW.timestamp(), stopped=True)
    state.token_issued_at = NOW.timestamp()
    state.templates = {"mau-1": ("don_vi",)}
    state.users = {"u1": FakeUser("u1", NOW.timestamp() - 8 * 86_400)}
    return running


def outcome_of_template(fake, message=ANSWER, *, address=PERSON, **settings):
    return send(ZaloOA(), message, address, {**fake.credentials(), **TEMPLATE, **settings}, NOW)


def test_who_wrote_long_ago_reads_the_approved_wording_alone(fake):
    outcome = outcome_of_template(fake)
    assert (outcome.kind, outcome.code) == ("sent", "template")
    assert [sent.text for sent in fake.state.delivered] == ["mau-1 Phường Mẫu"]


def test_who_wrote_lately_reads_the_words(fake):
    fake.state.users["u1"].last_interaction = NOW.timestamp() - 3600
    assert outcome_of_template(fake).code == ""
    assert [sent.text for sent in fake.state.delivered] == [ANSWER.text]


def test_without_a_template_or_to_many_nothing_costs_anything(fake):
    assert outcome_of_template(fake, answer_template="").code == "-230"
    assert outcome_of_template(fake, replace(ANSWER, is_bulk=True)).code == "-230"
    assert not any("template" in entry.path for entry in fake.state.journal)


@pytest.mark.parametrize(
    ("code", "kind", "shown"),
    [
        (-201, "not_now", "-230 -201"),
        (-213, "not_now", "-230 -213"),
        (-217, "gone", "-217"),
        (-227, "gone", "-227"),
        (-244, "gone", "-244"),
        (-218, "not_now", "-230 -218"),
        (-234, "not_now", "-234"),
        (-248, "not_now", "-230 -248"),
        (-249, "not_now", "-230 -249"),
        (-320, "not_now", "-230 -320"),
        (-321, "not_now", "-230 -321"),
        (-1340, "not_now", "-230 -1340"),
        (-1341, "not_now", "-230 -1341"),
        (-216, "refresh_auth", "-216"),
        (-32, "retry", "-32"),
        (-200, "unknown", "-200"),
        (-9999, "unknown", "-9999"),
    ],
)
def test_a_template_that_is_refused_loses_no_answer_and_stops_no_account(fake, code, kind, shown):
    fake.faults.next(match="message/template", body={"error": code})
    outcome = outcome_of_template(fake)
    assert (outcome.kind, outcome.code) == (kind, shown)


def test_a_template_that_may_have_arrived_is_not_sent_again(fake):
    fake.faults.next(match="message/template", drop="after_accept")
    assert outcome_of_template(fake).kind == "unknown"


def test_what_fills_the_blanks_is_a_few_words_of_the_operator(fake):
    assert fault_of_template_data(TEMPLATE["answer_template_data"]) is None
    assert fault_of_template_data("") is None
    for wrong in ("[]", "{", '{"a": 1}', '{"a": "%s"}' % ("x" * 201)):
        assert fault_of_template_data(wrong)
        assert outcome_of_template(fake, answer_template_data=wrong).code == "-230 -1340"
