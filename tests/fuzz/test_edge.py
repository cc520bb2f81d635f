"""Whatever arrives at a webhook is answered, and what was answered with 200 is a whole tip."""

import http.client
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.zalo_oa import signature
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Conversation, DedupeKey, Inbound
from keng.edge.tests.conftest import account as account  # noqa: PLC0414 -- a fixture
from keng.kit import times
from keng.tips.models import DialogueMessage, Tip
from tests import make
from tests.fuzz.chance import examples, junk
from tests.fuzz.whole import complaints
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = {"app_id": "100", "oa_id": "400", "app_secret": "s", "oa_secret_key": "key-of-a-test"}
PATHS = [
    "/hooks/zalo_oa/province",
    "/hooks/sandbox/phones",
    "/hooks/zalo_oa/nobody",
    "/hooks/x/y",
    "/health",
    "/",
]
# The keys that the provider uses, filled with anything: reference/channels.md.
_KEYS = [
    "app_id",
    "event_name",
    "timestamp",
    "sender",
    "recipient",
    "message",
    "id",
    "text",
    "msg_id",
    "attachments",
    "type",
    "payload",
    "url",
    "coordinates",
    "latitude",
    "longitude",
    "oa_id",
    "follower",
]
_EVENTS = [
    "user_send_text",
    "user_send_image",
    "user_send_location",
    "user_send_file",
    "follow",
    "unfollow",
    "user_received_message",
    "user_seen_message",
    "oa_send_text",
]
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), junk),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


@pytest.fixture
def edge(account):
    made = make.channel_account(unit=account.unit, channel="zalo_oa", slug="province")
    keep_secrets(made, SECRETS)
    made.save()
    with running("edge") as found:
        yield found


@examples(150)
@given(data=st.data())
def test_a_webhook_takes_anything(edge, data):
    raw = data.draw(st.one_of(st.binary(max_size=200), anything.map(_json)))
    headers = data.draw(
        st.dictionaries(
            st.sampled_from(
                [signature.ZALO_SIGNATURE_HEADER, "Content-Type", "X-Signature", "X-Timestamp"]
            ),
            st.text("abc0123456789=,", max_size=40),
            max_size=3,
        )
    )
    status = _send(edge, data.draw(st.sampled_from(PATHS)), raw, headers, data.draw(_methods))
    assert status < 500
    assert not Tip.objects.exists(), "nobody signed this"


@examples(150)
@given(data=st.data())
def test_a_signed_event_of_any_shape_is_answered_and_never_half_a_tip(edge, data):
    body = data.draw(st.dictionaries(st.sampled_from(_KEYS), anything, max_size=6))
    body |= {"app_id": SECRETS["app_id"], "event_name": data.draw(st.sampled_from(_EVENTS))}
    body |= {"timestamp": str(int(times.now().timestamp() * 1000))}
    if data.draw(st.booleans()):
        body["sender"] = {"id": data.draw(junk)}
        body["recipient"] = {"id": SECRETS["oa_id"]}
        message = data.draw(st.dictionaries(st.sampled_from(_KEYS), anything, max_size=4))
        body["message"] = message | {"msg_id": data.draw(junk), "text": data.draw(junk)}
    raw = _json(body)
    mark = signature.sign_call(
        raw, first=SECRETS["app_id"], timestamp=body["timestamp"], key=SECRETS["oa_secret_key"]
    )
    assert _send(edge, PATHS[0], raw, {signature.ZALO_SIGNATURE_HEADER: mark}, "POST") < 500
    assert _halves() == []


_methods = st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "DELETE", "HEAD"])


def _json(value):
    return json.dumps(value).encode()


def _send(edge, path, raw, headers, method):
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=20)
    try:
        connection.request(method, path, raw, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _halves():
    """What one message makes is there as a whole: tip, first message, clock, conversation, key."""
    found = complaints()
    for tip in Tip.objects.all():
        if not tip.clocks.exists() or not DialogueMessage.objects.filter(tip=tip).exists():
            found.append(f"{tip.pk} has no clock or no message")
        if not Conversation.objects.filter(tip_ref=tip.pk).exists():
            found.append(f"{tip.pk} cannot be answered")
    # A number that was looked up leaves its key alone: nothing of whoever asked.
    if Inbound.objects.exclude(pk__in=DedupeKey.objects.values("inbound_ref")).exists():
        found.append("a message without its key would come in twice")
    return found
