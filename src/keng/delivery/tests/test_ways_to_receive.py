"""Warnings in a browser and in a chat, and what somebody receives as they see and change it."""

import datetime
import json
import re

import pytest
from django.db import connection
from django.urls import reverse

from keng.channels.web_push.fake import running_push_service
from keng.delivery import push_account
from keng.delivery.fatigue import fatigue_budget
from keng.delivery.models import Delivery
from keng.delivery.recipients import chosen_recipients
from keng.delivery.tests.sending import all_sent, queue, send_until
from keng.delivery.ways_to_receive import BY_BROWSER
from keng.kit import times
from keng.network import secret_links, tasks
from keng.network.actions.subscriptions import chat_code_hash
from keng.network.models import Subscription, SubscriptionWish
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    place = make.place("Phường Nếnh")
    make.unit(serves=place)
    return place


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.public_urls")


def wish(place, **changes):
    return {"places": [str(place.pk)], "language": "vi", "severity": "1", **changes}


def page_of(answer):
    return answer.content.decode().replace("\u00a0", " ")


@pytest.fixture
def chat(place):
    return make.channel_account(
        unit=make.unit(), channel="telegram", slug="bot", name="Bot cảnh báo"
    )


def test_only_ways_that_work_are_offered(public_client, place, chat):
    page = page_of(public_client.get(url("subscribe")))
    assert 'name="way"' not in page
    assert 'name="email"' not in page
    make.channel_account(unit=chat.unit, channel="email")
    page = page_of(public_client.get(url("subscribe")))
    assert re.findall(r'name="way" value="([^"]+)"', page) == ["chat-bot", "email"]
    assert 'name="email"' in page


def test_a_chat_is_asked_for_by_a_code_that_is_kept_as_a_hash(public_client, place, chat):
    answer = public_client.post(
        url("subscribe"),
        wish(place, severity="2", kinds=["school"], quiet_from="22:00", quiet_to="06:00"),
    )
    code = answer.url.rpartition("/")[2]
    kept = SubscriptionWish.objects.get()
    assert bytes(kept.code_hash) == chat_code_hash(code)
    assert (kept.account_ref, kept.place_ids, kept.kinds) == (chat.pk, [place.pk], ["school"])
    assert (kept.minimum_severity, kept.quiet_from.hour, kept.quiet_to.hour) == (2, 22, 6)
    shown = page_of(public_client.get(answer.url))
    assert f"NHAN {code}" in shown
    assert "Bot cảnh báo" in shown
    assert not Subscription.objects.exists()


def test_no_page_is_made_for_a_code_or_an_account_that_is_none(public_client, place, chat):
    assert public_client.get(url("subscribe-chat", "bot", "<b>x")).status_code == 404
    assert public_client.get(url("subscribe-chat", "none", "7K3QX9")).status_code == 404


def test_a_wish_that_nobody_asked_for_is_forgotten_after_a_day(place, chat):
    values = {
        "account_ref": chat.pk,
        "place_ids": [place.pk],
        "language": "vi",
        "minimum_severity": 1,
    }
    old = SubscriptionWish.objects.create(code_hash=b"1", **values)
    young = SubscriptionWish.objects.create(code_hash=b"2", **values)
    SubscriptionWish.objects.filter(pk=old.pk).update(
        made_at=times.now() - datetime.timedelta(hours=25)
    )
    assert tasks.forget_wishes() == 1
    assert SubscriptionWish.objects.get() == young


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ({"quiet_from": "22:00"}, "Viết cả hai giờ"),
        ({"quiet_to": "06:00"}, "Viết cả hai giờ"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "đang trùng nhau"),
        ({"quiet_from": "nửa đêm", "quiet_to": "06:00"}, "Viết giờ dạng 22:00"),
    ],
)
def test_hours_that_mean_nothing_are_said(public_client, place, chat, hours, told):
    answer = public_client.post(url("subscribe"), wish(place, **hours))
    assert told in page_of(answer)
    assert not SubscriptionWish.objects.exists()


@pytest.fixture
def own(place):
    return make.subscription(places=(place,), channel="telegram")


def test_one_sees_changes_takes_along_and_stops_what_one_receives(public_client, place, own):
    token = secret_links.stop_token(own)
    other = make.place("Phường Vân Hà")
    shown = page_of(public_client.get(url("own-subscription", token)))
    assert "Phường Nếnh" in shown
    changed = wish(
        other,
        severity="3",
        language="en",
        kinds=["landlords"],
        quiet_from="21:30",
        quiet_to="05:30",
    )
    answer = public_client.post(url("own-subscription", token), changed, follow=True)
    assert "Đã lưu" in page_of(answer)
    own.refresh_from_db()
    assert list(own.places.all()) == [other]
    assert (own.minimum_severity, own.language, own.kinds) == (3, "en", ["landlords"])
    file = public_client.get(url("own-subscription-data", token))
    assert "attachment" in file.headers["Content-Disposition"]
    kept = json.loads(file.content)
    assert kept["places"] == [{"code": other.code, "name": other.full_name}]
    assert kept["in_peace_between"] == ["21:30", "05:30"]
    stopped = public_client.post(url("subscription-stop", token))
    assert "Đã xóa địa chỉ" in page_of(stopped)
    for name in ("own-subscription", "own-subscription-data"):
        assert public_client.get(url(name, token)).status_code == 404


def test_a_place_is_searched_on_ones_own_page_and_nothing_is_kept_yet(public_client, place, own):
    token, other = secret_links.stop_token(own), make.place("Phường Vân Hà")
    sent = wish(place, q="van ha", find="1", severity="3")
    page = page_of(public_client.post(url("own-subscription", token), sent))
    ticked = re.findall(r'name="places" value="([^"]+)"( checked)?', page)
    assert ticked == [(str(place.pk), " checked"), (str(other.pk), "")]
    assert re.search(r'name="severity" value="3"[^>]* checked', page)
    own.refresh_from_db()
    assert own.minimum_severity == 1


@pytest.mark.parametrize("state", ["confirmed_at", "stopped_at"])
def test_what_is_not_received_has_no_page(public_client, own, state):
    value = None if state == "confirmed_at" else times.now()
    Subscription.objects.filter(pk=own.pk).update(**{state: value})
    assert (
        public_client.get(url("own-subscription", secret_links.stop_token(own))).status_code == 404
    )


def test_a_letter_to_confirm_opens_no_page_of_the_subscription(public_client, own):
    token = secret_links.confirm_token(own)
    assert public_client.get(url("own-subscription", token)).status_code == 404


class TestABrowser:
    """With a push service of its own, and a sender."""

    pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]

    @pytest.fixture
    def service(self, place, monkeypatch):
        with running_push_service() as found:
            monkeypatch.setenv("KENG_PUSH_URL", found.url)
            make.province_unit()
            push_account.make_push_account()
            yield found

    def subscribe(self, client, place, browser, **more):
        given = browser.subscription()
        sent = wish(place, endpoint=given["endpoint"], **given["keys"], **more)
        return client.post(url("subscribe"), sent)

    def test_it_has_them_at_once_and_each_says_how_to_stop(self, public_client, place, service):
        page = page_of(public_client.get(url("subscribe")))
        assert push_account.push_settings()["vapid_public"] in page
        browser = service.browser()
        answer = self.subscribe(public_client, place, browser)
        own = Subscription.objects.get()
        assert answer.url == url("own-subscription", secret_links.stop_token(own))
        assert own.confirmed_at is not None
        assert browser.endpoint.encode() not in bytes(own.address_sealed)
        account = push_account.ChannelAccount.objects.get(channel=BY_BROWSER)
        address = json.dumps(
            {"endpoint": browser.endpoint, **browser.subscription()["keys"]}, sort_keys=True
        )
        queue(account, [address], kind="subscription", text="CẢNH BÁO: cháy chợ")
        Delivery.objects.update(recipient_ref=own.pk)
        send_until(all_sent(1))
        shown = service.wait_for(browser, "chợ")
        assert shown["stop"] == secret_links.stop_url(own)
        public_client.post(url("subscription-stop", shown["stop"].rpartition("/")[2]))
        own.refresh_from_db()
        assert own.stopped_at is not None

    def test_the_same_browser_chooses_anew_and_stays_one(self, public_client, place, service):
        browser = service.browser()
        for severity in ("1", "3"):
            self.subscribe(public_client, place, browser, severity=severity)
        assert Subscription.objects.get().minimum_severity == 3

    def test_only_a_push_service_can_be_subscribed(self, public_client, place, service):
        browser = service.browser()
        browser.endpoint = "http://127.0.0.1:5432/"
        answer = self.subscribe(public_client, place, browser)
        assert "Trình duyệt không cho phép" in page_of(answer)
        assert not Subscription.objects.exists()

    def test_without_script_nothing_is_kept_and_it_is_said(self, public_client, place, service):
        answer = public_client.post(url("subscribe"), wish(place))
        assert "Trình duyệt không cho phép" in page_of(answer)
        assert not Subscription.objects.exists()


def test_the_script_of_a_browser_stands_at_the_root(public_client):
    script = public_client.get("/sw.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in script.content


def test_a_chat_is_written_to_from_the_account_it_began_with(place):
    """Another account of the same provider does not know the person under that address."""
    unit = make.unit()
    first, second = (make.channel_account(unit=unit, channel="telegram") for _ in range(2))
    for account in (first, second):
        make.subscription(places=(place,), channel="telegram", account_ref=account.pk)
    query = chosen_recipients(
        units=[unit.pk],
        places=[place.pk],
        kinds=["residents"],
        without=[],
        subscribers=True,
        severity=3,
        budget=fatigue_budget(),
        subscriber_limit=3,
        lasts_until_digest=True,
        over_limit=False,
        approved=None,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{query.sql} SELECT account_id FROM recipients", query.values)
        assert {row[0] for row in cursor.fetchall()} == {first.pk, second.pk}
