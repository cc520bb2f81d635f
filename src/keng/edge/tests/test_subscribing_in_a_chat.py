"""Asking for warnings in a chat and stopping them there: page, webhook, worker and sender, whole.

Each chat that can be subscribed to is walked at once, over real HTTP to its fake.
"""

import json
import re
import time
from urllib.request import Request, urlopen

import pytest
from django.urls import reverse

from keng.channels.fake import running_provider
from keng.channels.telegram.fake import FakeTelegram
from keng.channels.zalo_bot.fake import FakeZaloBot
from keng.channels.zalo_oa.fake import FakeSettings, running_zalo
from keng.delivery.credentials import keep_secrets, keep_tokens
from keng.delivery.models import Delivery, SandboxMessage
from keng.delivery.tests.sending import sending
from keng.edge.tests.test_edge import post
from keng.network.actions.lead_ways import ask_lead_chat_code
from keng.network.models import LeadWay, Subscription
from keng.tips.models import Tip
from keng.vault import keys, opening, seal
from keng.warnings.tests.ward import CALM, Ward
from tests import make
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)
TOKENS = ("access_token", "refresh_token")
WITHIN = 30.0


class Chat:
    """A provider that posts to our webhook as it does, and what one person reads there."""

    def __init__(self, channel, fake, account):
        self.channel, self.fake, self.account = channel, fake, account

    def write(self, edge, person, words):
        for method, headers, raw in self.fake.webhook_calls(self.fake.order_of_text(person, words)):
            path = f"/hooks/{self.channel}/{self.account.slug}"
            assert post(edge, raw, headers, path, method)[0] == 200

    def read(self, person):
        return self.fake.texts_of(person)


class ZaloChat(Chat):
    """The official account, which posts by itself."""

    def write(self, edge, person, words):
        self.fake.state.settings.webhook_url = f"{edge.url}/hooks/zalo_oa/{self.account.slug}"
        body = json.dumps({"events": [{"kind": "text", "user": person, "text": words}]}).encode()
        request = Request(f"{self.fake.base}/_fake/emit", body)
        with urlopen(request, timeout=WITHIN) as answer:
            assert [one["attempts"][0]["status"] for one in json.load(answer)] == [200]

    def read(self, person):
        return [one.text for one in self.fake.state.delivered if one.recipient == person]


@pytest.fixture
def ward(monkeypatch):
    make.clock_rules()
    found = Ward()
    keys.operator_file().unlink(missing_ok=True)
    keys.make_sender_key()
    keys.make_unit_keys("words-for-a-test")
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(keys.sender_file()))
    opening._sender_private_key.cache_clear()
    yield found
    opening._sender_private_key.cache_clear()
    seal.forget_public_keys()


@pytest.fixture
def chats(ward):
    with (
        running_zalo(FakeSettings()) as zalo,
        running_provider(FakeTelegram()) as telegram,
        running_provider(FakeZaloBot()) as bot,
    ):
        yield [
            ZaloChat("zalo_oa", zalo, account_at("zalo_oa", zalo, ward)),
            Chat("telegram", telegram, account_at("telegram", telegram, ward)),
            Chat("zalo_bot", bot, account_at("zalo_bot", bot, ward)),
        ]


def account_at(channel, fake, ward):
    own = {k: v for k, v in fake.credentials().items() if k != "api_base"}
    account = make.channel_account(
        unit=ward.unit, channel=channel, slug=f"our-{channel}", base_url=fake.base
    )
    keep_secrets(account, {k: v for k, v in own.items() if k not in TOKENS})
    if channel == "zalo_oa":
        keep_tokens(account, {k: own[k] for k in TOKENS})
    account.save()
    return account


def ask(client, chat, place, **choices):
    """The form of the public page; the words that its next page says to send."""
    wish = {
        "way": f"chat-{chat.account.slug}",
        "places": [str(place.pk)],
        "kinds": ["school"],
        "severity": "2",
        "language": "en",
        **choices,
    }
    answer = client.post(reverse("subscribe", urlconf="keng.site.public_urls"), wish)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url).content.decode()
    return re.search(r"<output[^>]*>(NHAN \w+)</output>", page)[1]


def wait_until(holds, told):
    end = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < end, told()
        time.sleep(0.05)


def test_each_chat_is_subscribed_gets_its_warnings_and_stops_for_good(ward, chats, public_client):
    elsewhere = make.place("Xã khác", parent=ward.province_place)
    make.unit(name="Công an xã khác", parent=ward.province, serves=elsewhere)
    with running("edge") as edge, sending():
        for chat in chats:
            for person, place in (("901", ward.place), ("902", elsewhere)):
                chat.write(edge, person, ask(public_client, chat, place))

        def everybody(count, *, of="901"):
            wait_until(
                lambda: all(len(chat.read(of)) >= count for chat in chats),
                lambda: {chat.channel: chat.read(of) for chat in chats},
            )

        everybody(1)
        everybody(1, of="902")
        assert all("To stop, write DỪNG" in chat.read("901")[0] for chat in chats)
        code = ask_lead_chat_code(ward.lead)
        chats[0].write(edge, "903", code)
        ward.published()
        everybody(2)
        for chat in chats:
            assert CALM["title"] in chat.read("901")[1], chat.channel
            chat.write(edge, "901", "Dừng")
        everybody(3)
        live = Subscription.objects.filter(stopped_at__isnull=True)
        assert sorted(live.values_list("channel", flat=True)) == sorted(
            chat.channel for chat in chats
        )
        title = "Cảnh báo thứ hai"
        ward.published(words={**CALM, "title": title})
        # The ward's own group has it: so it has gone out to all whom it goes to.
        posted = SandboxMessage.objects.filter(text__contains=title)
        wait_until(posted.exists, lambda: "the group never got it")
        way = LeadWay.objects.values().get()
        chats[0].write(edge, "903", "Có người phá khóa cửa nhà trọ ở đầu xóm")
        wait_until(lambda: chats[0].read("903"), lambda: "the report was not answered")
    assert [len(chat.read("901")) for chat in chats] == [3, 3, 3]
    assert [len(chat.read("902")) for chat in chats] == [1, 1, 1]
    # The lead's report leaves nothing where they are known as a lead (decision 49).
    assert LeadWay.objects.values().get() == way
    unsent = Delivery.objects.filter(state__in=["queued", "leased", "not_now"])
    assert not unsent.exclude(channel="by_hand").exists()
    assert Tip.objects.count() == 1
