"""What every fake has: a page on which one reads what was sent, and writes as somebody would."""

import urllib.parse

import pytest

from keng.channels import get_channel
from keng.channels.base import Request
from keng.channels.email.fake import FakeMailServer
from keng.channels.fake import running_provider
from keng.channels.messenger.fake import FakeMessenger
from keng.channels.telegram.fake import FakeTelegram
from keng.channels.tests.talk import get, listening, post, talk
from keng.channels.zalo_bot.fake import FakeZaloBot
from keng.kit import times

WORDS = "Có người gọi <b>đòi tiền</b>"


def form_sent(fake, name, **fields):
    body = urllib.parse.urlencode(fields).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return talk(Request("POST", f"{fake.base}/_fake/{name}", headers, body)).body.decode()


def written(fake, text):
    return form_sent(fake, "write", person="111", text=text)


@pytest.mark.parametrize(
    ("code", "fake"),
    [("telegram", FakeTelegram), ("zalo_bot", FakeZaloBot), ("messenger", FakeMessenger)],
)
def test_what_is_written_on_the_page_comes_to_our_webhook_as_the_provider_posts_it(code, fake):
    with (
        running_provider(fake()) as running,
        listening(lambda _raw, _headers: 200) as (url, heard),
    ):
        running.webhook_url = url
        assert "HTTP 200" in written(running, WORDS)
        ((raw, headers),) = heard
        parsed = get_channel(code).parse(raw, headers, running.credentials(), times.now())
        (event,) = parsed.events
        assert (event.text, event.sender) == (WORDS, "111")


def test_what_was_sent_is_shown_and_nothing_in_it_is_markup():
    with running_provider(FakeTelegram()) as fake:
        fake.deliver("111", WORDS)
        page = talk(Request("GET", f"{fake.base}/_fake/inbox", {}, b"")).body.decode()
        assert "&lt;b&gt;đòi tiền" in page
        assert get(f"{fake.base}/_fake/delivered")[0]["text"] == WORDS
        # Nobody listens, so nobody can write.
        assert 'name="person"' not in page


def test_a_person_orders_a_fault_and_moves_the_clock_on_the_page():
    with running_provider(FakeTelegram()) as fake:
        url = f"{fake.base}/bot{fake.settings.bot_token}/getMe"
        page = form_sent(fake, "fault", fault="503", count=2, address="getMe", do="order")
        assert "Đang chờ xảy ra: 2" in page
        assert [talk(Request("POST", url, {}, b"{}")).status for _ in range(2)] == [503, 503]
        form_sent(fake, "fault", fault="503", count=2, address="", do="order")
        assert "Đang chờ xảy ra" not in form_sent(fake, "fault", do="clear")
        before = fake.clock.now()
        form_sent(fake, "move-clock", minutes=-90)
        assert -5401 < fake.clock.now() - before < -5390


def test_what_is_typed_narrows_a_fault_that_has_a_part_of_the_path_of_its_own():
    with running_provider(FakeMailServer()) as fake:
        form_sent(fake, "fault", fault="policy", count=1, address="an@keng", do="order")
        assert fake.faults.next_fault("RCPT an@keng.example") is None
        assert fake.faults.next_fault("END binh@keng.example") is None
        assert fake.faults.next_fault("END an@keng.example") is not None


def test_a_test_may_order_faults_move_the_clock_and_change_settings():
    with running_provider(FakeTelegram()) as fake:
        post(f"{fake.base}/_fake/clock", {"set": 1000.0, "stopped": True})
        post(f"{fake.base}/_fake/settings", {"per_second": 1})
        post(f"{fake.base}/_fake/next", {"match": "getMe", "status": 503})
        state = get(f"{fake.base}/_fake/state")
        assert (state["now"], fake.settings.per_second) == (1000.0, 1)
        url = f"{fake.base}/bot{fake.settings.bot_token}/getMe"
        assert [talk(Request("POST", url, {}, b"{}")).status for _ in range(2)] == [503, 200]
        assert post(f"{fake.base}/_fake/settings", {"unknown": 1})["error"]
