"""What eSMS tells of a message is believed by the address of that message alone."""

import json
import uuid
from datetime import UTC, datetime

import pytest

from keng.channels.base import Address, OutgoingMessage, begin_steps
from keng.channels.events import PATH_HEADER, QUERY_HEADER
from keng.channels.sms import Sms
from keng.channels.sms.fake import FakeSms, SmsSettings

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
REFERENCE = str(uuid.UUID(int=7))
HOOK = "https://keng.example/hooks/sms/sms-truc"


@pytest.fixture
def account():
    return FakeSms().credentials() | {"hook": HOOK}


def body_sent(account):
    message = OutgoingMessage("Keng: co tin khan", reference=REFERENCE)
    request = begin_steps(Sms().steps(message, Address("+84901234567"), account, NOW))
    return json.loads(request.body)


def parsed_receipt(account, query, mark=None):
    mark = body_sent(account)["CallbackUrl"].removeprefix(f"{HOOK}/") if mark is None else mark
    return Sms().parse(b"", {PATH_HEADER: mark, QUERY_HEADER: query}, account, NOW)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("SMSID=a1&SendStatus=5&SendSuccess=1&SendFailed=0&RequestId=", ["received"]),
        (f"SMSID=a1&SendStatus=5&SendSuccess=1&RequestId={REFERENCE}", ["received"]),
        ("SMSID=a1&SendStatus=5&SendSuccess=0&SendFailed=2", ["failed"]),
        ("SMSID=a1&SendStatus=4", ["failed"]),
        ("SMSID=a1&SendStatus=5&SendSuccess=0&SendFailed=0", []),
        ("SMSID=a1&SendStatus=7&SendSuccess=1", []),
        ("SMSID=a1&SendStatus=5&SendSuccess=1&RequestId=of-another", []),
        ("SMSID=&SendStatus=5&SendSuccess=1", []),
        ("SMSID=a%00b&SendStatus=5&SendSuccess=1", []),
        ("&".join(["SMSID=a1"] * 50), []),
    ],
)
def test_a_receipt_says_arrived_or_failed_or_nothing_yet(account, query, kinds):
    parsed = parsed_receipt(account, query)
    assert (parsed.verified, parsed.status) == (True, 200)
    assert [event.kind for event in parsed.events] == kinds
    assert all(event.refers == ("a1",) for event in parsed.events)


def test_only_the_address_that_came_with_the_message_is_believed(account):
    query = "SMSID=a1&SendStatus=5&SendSuccess=1"
    mark = body_sent(account)["CallbackUrl"].rpartition("/")[2]
    other = str(uuid.UUID(int=8)) + mark[36:]
    for wrong in (mark[:-1], other, REFERENCE, "é.é"):
        assert parsed_receipt(account, query, wrong).status == 401
    assert parsed_receipt(account | {"webhook_secret": ""}, query, mark).status == 401
    assert parsed_receipt(account, query, "").status == 404


def test_a_gateway_is_told_of_an_address_only_where_it_can_use_one(account):
    assert "CallbackUrl" not in body_sent(account | {"hook": ""})
    assert "CallbackUrl" not in body_sent(account | {"webhook_secret": ""})
    speedsms = FakeSms(SmsSettings(profile="speedsms")).credentials() | {"hook": HOOK}
    assert HOOK not in json.dumps(body_sent(speedsms))
