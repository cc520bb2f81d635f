"""Telegram, a Zalo bot and Messenger on the edge: each call becomes a tip, forged ones none."""

import pytest

from keng.channels.messenger.fake import FakeMessenger
from keng.channels.telegram.fake import FakeTelegram
from keng.channels.zalo_bot.fake import FakeZaloBot
from keng.delivery.credentials import keep_secrets
from keng.edge.tests.test_edge import post
from keng.tips.models import DialogueMessage, Tip
from tests import make
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Có người gọi tự xưng công an đòi chuyển tiền"
FAKES = {"telegram": FakeTelegram, "zalo_bot": FakeZaloBot, "messenger": FakeMessenger}


@pytest.fixture
def fakes(account):
    made = {channel: fake() for channel, fake in FAKES.items()}
    for channel, fake in made.items():
        row = make.channel_account(unit=account.unit, channel=channel, slug=f"our-{channel}")
        secrets = dict(fake.credentials())
        secrets.pop("api_base")
        keep_secrets(row, secrets)
        row.save()
    return made


@pytest.fixture
def edge(fakes):
    with running("edge") as found:
        yield found


def posted(edge, fakes, channel, **more):
    calls = fakes[channel].webhook_calls({**fakes[channel].order_of_text("111", WORDS), **more})
    return [
        post(edge, raw, head, f"/hooks/{channel}/our-{channel}", method)[0]
        for method, head, raw in calls
    ]


def test_what_people_write_is_one_tip_each_though_it_comes_twice(edge, fakes):
    for channel in FAKES:
        assert posted(edge, fakes, channel, duplicate=True) == [200, 200]
    assert sorted(Tip.objects.values_list("channel", flat=True)) == sorted(FAKES)
    assert DialogueMessage.objects.filter(text__contains="công an").count() == len(FAKES)


def test_a_forged_call_leaves_no_row(edge, fakes):
    for channel in FAKES:
        assert posted(edge, fakes, channel, tamper=True) == [401]
    assert not Tip.objects.exists()


def test_meta_is_answered_with_its_own_word_and_nobody_else(edge, fakes):
    path = f"/hooks/messenger/our-messenger?{fakes['messenger'].challenge_query('1158201444')}"
    status, body, headers = post(edge, None, {}, path, "GET")
    assert (status, body) == (200, b"1158201444")
    assert headers["Content-Type"].startswith("text/plain")
    assert (
        post(edge, None, {}, "/hooks/messenger/our-messenger?hub.mode=subscribe", "GET")[0] == 403
    )
    assert post(edge, None, {}, "/hooks/messenger/nobody", "GET")[0] == 403
    assert post(edge, None, {}, "/hooks/messenger/our-messenger?" + "a=1&" * 50, "GET")[0] == 403
    assert post(edge, None, {}, "/hooks/telegram/our-telegram", "GET")[0] == 405
