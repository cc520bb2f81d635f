"""An approved wording to a telephone number: the link of a lead, and no word of a warning."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.tests.talk import send
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.fake import running_zalo
from keng.channels.zalo_oa.phone_templates import ZALO_PHONE_WAY

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
TONIGHT = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 25, 17, 5, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 23, 5, tzinfo=UTC)
LEAD = Address("phone:0901234567")
LINK = "https://keng.example/lead-way/abc"
TASK = OutgoingMessage(
    "CẢNH BÁO: có người giả công an", is_bulk=True, own_page=LINK, reference="019ac4"
)
SETTINGS = {
    "phone_template": "zns-1",
    "phone_template_data": '{"don_vi": "Phường Mẫu", "trang": "{link}"}',
}


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
    state.phone_templates = {"zns-1": ("don_vi", "trang")}
    state.phones = {"84901234567"}
    return running


def outcome_by_phone(fake, message=TASK, *, address=LEAD, now=NOW, **settings):
    return send(ZaloOA(), message, address, {**fake.credentials(), **SETTINGS, **settings}, now)


def test_a_number_reads_the_approved_wording_with_the_link_and_no_word_of_the_warning(fake):
    outcome = outcome_by_phone(fake)
    (sent,) = fake.state.delivered
    assert (outcome.kind, outcome.provider_id) == ("sent", sent.id)
    assert (sent.recipient, sent.text) == ("84901234567", f"zns-1 Phường Mẫu {LINK}")


@pytest.mark.parametrize(
    ("without", "kind"),
    [
        ({"phone_template": ""}, "config"),
        ({"phone_template_data": ""}, "config"),
        ({"phone_template_data": '{"don_vi": "Phường Mẫu"}'}, "config"),
        ({"phone_template_data": '["{link}"]'}, "config"),
    ],
)
def test_it_is_off_until_the_operator_names_a_wording_with_a_link(fake, without, kind):
    assert not ZALO_PHONE_WAY.is_on({**SETTINGS, **without})
    outcome = outcome_by_phone(fake, **without)
    assert (outcome.kind, outcome.code, outcome.scope) == (kind, "phone_template", "address")
    assert not fake.state.journal


def test_what_is_not_about_a_leads_own_page_goes_to_no_number(fake):
    assert outcome_by_phone(fake, replace(TASK, own_page="")).kind == "reject"
    assert outcome_by_phone(fake, address=Address("phone:12")).kind == "gone"
    assert not fake.state.journal


@pytest.mark.parametrize(
    ("code", "kind", "scope", "until"),
    [
        (-32, "retry", "account", None),
        (-108, "gone", "address", None),
        (-114, "gone", "address", None),
        (-118, "gone", "address", None),
        (-119, "gone", "address", None),
        (-115, "not_now", "account", TOMORROW),
        (-144, "not_now", "account", TOMORROW),
        (-147, "not_now", "account", TOMORROW),
        (-124, "refresh_auth", "account", None),
        (-131, "config", "address", None),
        (-146, "config", "address", None),
        (-136, "config", "address", None),
        (-137, "config", "address", None),
        (-133, "not_now", "account", MORNING),
        (-9999, "unknown", "address", None),
    ],
)
def test_each_code_of_the_interface_by_phone_has_its_outcome(fake, code, kind, scope, until):
    fake.faults.next(match="/message/template", body={"error": code})
    now = TONIGHT if code == -133 else NOW
    outcome = outcome_by_phone(fake, now=now)
    assert (outcome.kind, outcome.code, outcome.scope, outcome.until) == (
        kind,
        str(code),
        scope,
        until,
    )


def test_who_has_no_zalo_is_gone_and_a_template_that_was_not_approved_stops_no_account(fake):
    assert outcome_by_phone(fake, address=Address("phone:0907654321")).code == "-118"
    refused = outcome_by_phone(fake, phone_template="zns-2")
    assert (refused.kind, refused.code, refused.scope) == ("config", "-131", "address")


def test_what_may_have_arrived_is_not_sent_again_and_dead_tokens_are_renewed(fake):
    fake.faults.next(match="/message/template", drop="after_accept")
    assert outcome_by_phone(fake).kind == "unknown"
    assert outcome_by_phone(fake, access_token="old").kind == "refresh_auth"
