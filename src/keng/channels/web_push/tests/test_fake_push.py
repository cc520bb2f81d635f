"""The fake push service refuses what a real one refuses, and its faults reach every outcome."""

import datetime
import json
from dataclasses import replace

import pytest

from keng.channels.base import Address, OutgoingMessage, begin_steps
from keng.channels.tests.talk import get, send, talk
from keng.channels.web_push import PushSubscription, WebPush, vapid
from keng.channels.web_push.fake import running_push_service

NOW = datetime.datetime(2026, 11, 25, 3, 0, tzinfo=datetime.UTC)
MESSAGE = OutgoingMessage(text="Mở bàn trực", subject="KHẨN", reference="1")


@pytest.fixture(scope="module")
def running():
    with running_push_service() as service:
        service.clock.set(NOW.timestamp())
        yield service


@pytest.fixture
def service(running):
    running.faults.clear()
    running.clock.set(NOW.timestamp())
    return running


def address_of(browser):
    keys = browser.subscription()["keys"]
    parts = PushSubscription.from_parts(browser.endpoint, keys["p256dh"], keys["auth"])
    return Address(parts.to_json())


def sent_to(service, browser, message=MESSAGE, now=NOW, **fields):
    credentials = service.credentials() | fields
    return send(WebPush(), message, address_of(browser), credentials, now, timeout=30)


@pytest.mark.parametrize(
    ("fault", "kind", "scope"),
    [
        ({"status": 200}, "sent", "account"),
        ({"status": 202}, "sent", "account"),
        ({"status": 404}, "gone", "address"),
        ({"status": 410}, "gone", "address"),
        ({"status": 429}, "retry", "account"),
        ({"status": 503}, "retry", "account"),
        ({"status": 406}, "retry", "account"),
        ({"status": 400}, "config", "address"),
        ({"status": 401}, "config", "account"),
        ({"status": 403}, "config", "account"),
        ({"status": 413}, "reject", "account"),
        ({"status": 500}, "retry", "account"),
        ({"drop": "before_read"}, "retry", "account"),
        # It came through, unheard: by its topic the second takes the first one's place.
        ({"drop": "after_accept"}, "retry", "account"),
    ],
)
def test_every_row_of_the_table_of_answers_can_be_ordered(service, fault, kind, scope):
    browser = service.browser()
    service.faults.next(match="/push/", **fault)
    outcome = sent_to(service, browser)
    assert (outcome.kind, outcome.scope) == (kind, scope)
    assert len(browser.shown) == (1 if fault.get("drop") == "after_accept" else 0)
    assert sent_to(service, browser).kind == "sent"
    assert browser.shown[-1] == {"title": "KHẨN", "body": "Mở bàn trực"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": ""}, 401),
        ({"authorization": "Bearer x"}, 403),
        ({"ttl": ""}, 400),
        ({"ttl": "soon"}, 400),
        ({"urgency": "now"}, 400),
        ({"topic": "a" * 33}, 400),
        ({"topic": "a b"}, 400),
        ({"content-encoding": "aesgcm"}, 415),
    ],
)
def test_a_header_that_the_standards_do_not_know_is_refused(service, headers, status):
    request = begin_steps(
        WebPush().steps(MESSAGE, address_of(service.browser()), service.credentials(), NOW)
    )
    changed = replace(request, headers=request.headers | headers)
    assert talk(changed).status == status


def test_a_signature_is_good_for_one_service_one_day_and_one_key(service):
    browser = service.browser()
    assert sent_to(service, browser, now=NOW - datetime.timedelta(hours=13)).code == "http_403"
    assert sent_to(service, browser, now=NOW + datetime.timedelta(hours=13)).code == "http_403"
    elsewhere = vapid.vapid_authorization("https://else.example/x", service.credentials(), NOW)
    headers = {"authorization": elsewhere, "ttl": "1"}
    path = browser.endpoint.removeprefix(service.url)
    assert service.status_of_push(path, headers, b"") == 403
    assert sent_to(service, browser).kind == "sent"
    stranger, _public = vapid.new_vapid_key()
    assert sent_to(service, browser, vapid_private=stranger).code == "http_403"


def test_what_only_another_browser_can_read_is_refused(service):
    browser, other = service.browser(), service.browser()
    wrong = json.loads(address_of(other).value) | {"endpoint": browser.endpoint}
    outcome = send(WebPush(), MESSAGE, Address(json.dumps(wrong)), service.credentials(), NOW)
    assert (outcome.kind, browser.shown, other.shown) == ("config", [], [])


def test_a_browser_that_was_off_shows_the_newest_of_each_topic_that_is_not_too_old(service):
    browser = service.browser()
    browser.is_on = False
    for message in (MESSAGE, MESSAGE, replace(MESSAGE, reference="2", text="Gọi lại")):
        assert sent_to(service, browser, message).kind == "sent"
    service.switch_on(browser)
    assert [one["body"] for one in browser.shown] == ["Mở bàn trực", "Gọi lại"]
    browser.is_on = False
    sent_to(service, browser)
    service.clock.advance(1801)
    service.switch_on(browser)
    assert len(browser.shown) == 2


def test_too_many_in_a_minute_are_put_off_and_what_came_is_written_down(service):
    browser = service.browser()
    service.settings.per_minute = 1
    service.clock.advance(120)
    outcomes = [sent_to(service, browser) for _ in range(2)]
    service.settings.per_minute = 0
    assert [one.kind for one in outcomes] == ["sent", "retry"]
    assert outcomes[1].after_seconds == 30
    entries = get(f"{service.base}/_fake/journal")[-2:]
    assert [entry["status"] for entry in entries] == [201, 429]
