"""Web Push as the RFCs write it, byte for byte, and as a browser reads it."""

import datetime
import json
import re
from dataclasses import replace

import pytest

from keng.channels import web_push
from keng.channels.base import Address, Outcome, OutgoingMessage, Reply, begin_steps, continue_steps
from keng.channels.ssrf import UrlRefused
from keng.channels.web_push import PushSubscription, encryption, vapid
from keng.channels.web_push.fake import running_push_service
from keng.channels.web_push.subscription import from_base64url, to_base64url

NOW = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)
# RFC 8291, Appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSERS_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
BROWSERS_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/x"


def subscription(endpoint=ENDPOINT, key=BROWSERS_PUBLIC, auth=AUTH):
    return PushSubscription.from_parts(endpoint, key, auth)


@pytest.fixture
def credentials():
    private, _public = vapid.new_vapid_key()
    return {"vapid_private": private, "subject": "https://ban.keng.example"}


def steps(credentials, address, text="Tin khẩn"):
    message = OutgoingMessage(text=text, subject="KHẨN", reference="1")
    return web_push.WebPush().steps(message, Address(address), credentials, NOW)


def test_the_example_of_the_rfc_comes_out_byte_for_byte():
    made = encryption.encrypt_push(
        PLAIN, subscription(), salt=from_base64url(SALT), private=vapid.private_vapid_key(OURS)
    )
    assert to_base64url(made) == BODY


def test_the_browser_of_the_rfc_can_read_it():
    browser = vapid.private_vapid_key(BROWSERS_PRIVATE)
    assert encryption.decrypt_push(from_base64url(BODY), browser, from_base64url(AUTH)) == PLAIN


def test_every_push_has_a_salt_and_a_key_of_its_own():
    assert encryption.encrypt_push(PLAIN, subscription()) != encryption.encrypt_push(
        PLAIN, subscription()
    )


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com:80/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://127.0.0.1/x",
        "https://evil.example/x",
        "file:///etc/passwd",
        "https://a@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
    ],
)
def test_only_known_push_services_are_asked(credentials, endpoint):
    with pytest.raises(UrlRefused):
        subscription(endpoint).target(credentials)
    outcome = begin_steps(steps(credentials, subscription(endpoint).to_json()))
    assert isinstance(outcome, Outcome)
    assert (outcome.kind, outcome.scope) == ("gone", "address")


def test_a_service_of_ones_own_is_asked_below_its_address_only(credentials):
    own = credentials | {"api_base": "http://127.0.0.1:9/push"}
    assert subscription("http://127.0.0.1:9/push/1").target(own).exempt
    with pytest.raises(UrlRefused):
        subscription("http://127.0.0.1:9/other").target(own)
    further = credentials | {"push_hosts": "push.tinh.example"}
    assert subscription("https://push.tinh.example/1").target(further).host == "push.tinh.example"


@pytest.mark.parametrize(
    ("key", "auth"), [("", AUTH), ("!", AUTH), (BROWSERS_PUBLIC, "x"), (AUTH, AUTH)]
)
def test_what_no_browser_gives_is_refused(key, auth):
    with pytest.raises(web_push.NotASubscription):
        subscription(key=key, auth=auth)


def test_a_key_that_is_no_point_of_the_curve_is_a_dead_address(credentials):
    odd = to_base64url(b"\x04" + b"\x01" * 64)
    outcome = begin_steps(steps(credentials, subscription(key=odd).to_json()))
    assert isinstance(outcome, Outcome)
    assert outcome.kind == "gone"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (201, "sent"),
        (202, "sent"),
        (404, "gone"),
        (410, "gone"),
        (401, "config"),
        (403, "config"),
        (429, "retry"),
        (503, "retry"),
        (406, "retry"),
        (500, "retry"),
        (502, "retry"),
        (413, "reject"),
        (400, "config"),
    ],
)
def test_what_the_service_answers_is_understood(credentials, status, kind):
    talk = steps(credentials, subscription().to_json())
    request = begin_steps(talk)
    assert request.headers["urgency"] == "high"
    outcome = continue_steps(talk, Reply(status, {"retry-after": "7"}, b""))
    assert outcome.kind == kind
    assert outcome.after_seconds == (7 if kind == "retry" else None)
    # Whoever subscribes chooses the address: an odd one stops nobody else's calls.
    assert outcome.scope == ("address" if status in (400, 404, 410) else "account")


def test_what_failed_is_tried_again_only_where_the_second_takes_the_place_of_the_first(credentials):
    message = OutgoingMessage(text="Tin khẩn", subject="KHẨN", reference="1")
    address = Address(subscription().to_json())
    first, again, other = (
        web_push.build_push(one, address, credentials, NOW)
        for one in (message, message, replace(message, reference="2"))
    )
    assert first.is_repeatable
    assert first.headers["topic"] == again.headers["topic"] != other.headers["topic"]
    assert re.fullmatch("[A-Za-z0-9_-]{1,32}", first.headers["topic"])
    unnamed = web_push.build_push(replace(message, reference=""), address, credentials, NOW)
    assert (unnamed.is_repeatable, "topic" in unnamed.headers) == (False, False)
    talk = web_push.WebPush().steps(replace(message, reference=""), address, credentials, NOW)
    begin_steps(talk)
    assert continue_steps(talk, Reply(500, {}, b"")).kind == "unknown"


@pytest.mark.parametrize("after", ["²", "", "soon"])
def test_a_wait_that_is_no_number_is_half_a_minute(credentials, after):
    talk = steps(credentials, subscription().to_json())
    begin_steps(talk)
    assert continue_steps(talk, Reply(503, {"retry-after": after}, b"")).after_seconds == 30


def test_without_a_key_nothing_is_sent():
    outcome = begin_steps(steps({}, subscription().to_json()))
    assert outcome.kind == "config"


def test_the_fake_reads_what_a_browser_would_show_and_refuses_a_wrong_signature(
    credentials, monkeypatch
):
    monkeypatch.setattr("time.time", NOW.timestamp)
    with running_push_service() as service:
        browser = service.browser()
        keys = browser.subscription()["keys"]
        own = credentials | {"api_base": service.url}
        written = subscription(browser.endpoint, keys["p256dh"], keys["auth"]).to_json()
        request = begin_steps(steps(own, written, "Mở bàn trực"))
        path = request.url.removeprefix(service.url)
        assert service.status_of_push(path, request.headers, request.body) == 201
        assert browser.shown == [{"title": "KHẨN", "body": "Mở bàn trực"}]
        forged = request.headers["authorization"][:-8] + "AAAAAAAA"
        for other, status in (("", 401), (forged, 403)):
            assert (
                service.status_of_push(path, request.headers | {"authorization": other}, b"")
                == status
            )
        sent = json.dumps(list(request.headers.items()), ensure_ascii=False).encode() + request.body
        assert "KHẨN".encode() not in sent
