"""What no webhook brought: fetched by the sender, written by the edge, once."""

import asyncio
import datetime as dt
import uuid

import pytest

from keng.channels.tests.talk import post as emit
from keng.channels.wire import Request
from keng.channels.zalo_oa.fake import running_zalo
from keng.channels.zalo_oa.fake.state import DeliveredMessage
from keng.delivery.actions.accounts import switch_account
from keng.delivery.credentials import keep_secrets, keep_tokens
from keng.delivery.fetched_messages import FETCHED_HEADER, hand_over_request
from keng.delivery.models import ChannelAccount, Inbound
from keng.delivery.sender import missed_messages
from keng.delivery.sender.http import HttpClient
from keng.delivery.sender.missed_messages import MissedMessages
from keng.delivery.sender.postgres_ledger import PostgresLedger
from keng.delivery.sender.tokens import TokenRenewals
from keng.delivery.sender.transports import Transports
from keng.delivery.tests.conftest import TOKENS
from keng.delivery.tests.sending import test_dsn
from keng.edge.tests.test_edge import post
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.network.actions.subscriptions import (
    SubscriptionChoices,
    address_hash,
    keep_chat_wish,
)
from keng.network.models import Subscription, SubscriptionWish
from keng.surveys.models import ChatTalk, Survey
from keng.tips.models import DialogueMessage, Tip
from keng.vault import keys, opening
from tests import make
from tests.running import running

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture
def fake():
    with running_zalo() as server:
        yield server


@pytest.fixture
def zalo(account, fake, monkeypatch):
    """Its chats agreed with what came in an hour ago."""
    opening._sender_private_key.cache_clear()
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(keys.sender_file()))
    own = fake.credentials()
    made = make.channel_account(
        unit=account.unit, channel="zalo_oa", slug="province", base_url=fake.base
    )
    keep_secrets(made, {k: v for k, v in own.items() if k not in (*TOKENS, "api_base")})
    keep_tokens(made, {k: own[k] for k in TOKENS})
    made.rate_per_minute, made.history_known_until = 0, times.now() - HOUR
    made.save()
    yield made
    opening._sender_private_key.cache_clear()


@pytest.fixture
def edge(zalo, fake, settings):
    with running("edge") as found:
        settings.EDGE_PORT = found.port
        fake.state.settings.webhook_url = f"{found.url}/hooks/zalo_oa/province"
        yield found


def write(fake, user, words, *, ago, msg_id="", by_webhook=False):
    """A person writes; the call of the webhook is made, or it is switched off."""
    fake.state.webhook_enabled = by_webhook
    at = int((times.now() - ago).timestamp() * 1000)
    spec = {"kind": "text", "user": user, "text": words, "at": at}
    if msg_id:
        spec["msg_id"] = msg_id
    emit(f"{fake.base}/_fake/emit", {"events": [spec]})


def look(*changes, again=False):
    """One sender compares, and once more after each change; `again`: although somebody just did."""
    if again:
        ChannelAccount.objects.update(history_asked_at=times.now() - HOUR)

    async def compare():
        ledger = PostgresLedger(test_dsn(), uuid.uuid4())
        await ledger.open()
        wire = Transports(HttpClient(4), ledger.pool)
        try:
            accounts = list((await ledger.read_accounts()).values())
            missed = MissedMessages(ledger, wire, TokenRenewals(ledger, wire.carry_from_thread))
            await missed.look(accounts)
            for change in changes:
                change()
                await missed.look(accounts)
        finally:
            await wire.close()
            await ledger.close()

    asyncio.run(compare())


def calls_for_chats(fake):
    return [e.path.rpartition("/")[2] for e in fake.state.journal if "/v2.0/oa/" in e.path]


def test_what_no_webhook_brought_becomes_tips_once(edge, zalo, fake):
    write(fake, "900", "mất xe máy", ago=50 * MINUTE)
    write(fake, "900", "xe màu đỏ", ago=49 * MINUTE, by_webhook=True)
    write(fake, "901", "có trộm ở đầu ngõ", ago=40 * MINUTE)
    look()
    assert Tip.objects.count() == 2
    texts = set(DialogueMessage.objects.values_list("text", flat=True))
    assert {"mất xe máy", "xe màu đỏ", "có trộm ở đầu ngõ"} <= texts
    zalo.refresh_from_db()
    assert zalo.history_fetched_at is not None
    assert times.now() - zalo.history_known_until < 2 * MINUTE
    before = Inbound.objects.count()
    ChannelAccount.objects.update(history_known_until=times.now() - HOUR)
    look(again=True)
    assert Inbound.objects.count() == before == 3
    assert not any(entry.has_secret_in_query for entry in fake.state.journal)
    # The words are sealed or a tip's, and stand in no log.
    assert "trộm" not in edge.output()


def test_a_quiet_account_costs_one_question_and_an_answer_of_the_console_hides_nothing(
    edge, zalo, fake
):
    ChannelAccount.objects.update(history_known_until=times.now() - 10 * MINUTE)
    write(fake, "900", "mất xe máy", ago=4 * MINUTE, by_webhook=True)
    look()
    look()
    assert calls_for_chats(fake) == ["listrecentchat"]
    zalo.refresh_from_db()
    assert zalo.history_fetched_at is None
    ChannelAccount.objects.update(history_known_until=times.now() - 5 * MINUTE)
    write(fake, "901", "có trộm", ago=4 * MINUTE, msg_id="m1")
    at = (times.now() - 3 * MINUTE).timestamp()
    fake.state.delivered.append(DeliveredMessage("c1", at, "user", "901", "Chào", "", "", 0))
    look(again=True)
    assert Tip.objects.count() == 2
    # The webhook is switched on again and brings it after all.
    write(fake, "901", "có trộm", ago=4 * MINUTE, msg_id="m1", by_webhook=True)
    assert Inbound.objects.count() == 2


@pytest.fixture
def chats(fake):
    """Three chats of two messages each; what was written first is not the newest of its chat."""
    for number in range(3):
        write(fake, f"90{number}", f"trước {number}", ago=(50 - number) * MINUTE)
        write(fake, f"90{number}", f"sau {number}", ago=(30 - number) * MINUTE)


def texts():
    return sorted(DialogueMessage.objects.filter(author="reporter").values_list("text", flat=True))


ALL_TEXTS = sorted(f"{when} {number}" for when in ("trước", "sau") for number in range(3))


def test_a_look_that_ends_early_loses_nothing(edge, zalo, chats, monkeypatch, settings):
    monkeypatch.setattr(missed_messages, "LOOK_EVERY", 0.0)
    settings.EDGE_PORT = 9  # nobody listens
    look()
    assert texts() == []
    before = ChannelAccount.objects.get(pk=zalo.pk).history_known_until
    assert before == zalo.history_known_until
    look(lambda: setattr(settings, "EDGE_PORT", edge.port))
    assert texts() == ALL_TEXTS


def test_chats_that_are_left_over_have_their_turn_later(edge, zalo, fake, chats, monkeypatch):
    monkeypatch.setattr(missed_messages, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(missed_messages, "MOST_CHAT_PAGES", 1)
    look(lambda: None)
    assert texts() == ["sau 0", "sau 1", "trước 0", "trước 1"]
    zalo.refresh_from_db()
    assert times.now() - zalo.history_known_until > 50 * MINUTE
    # Another sender knows nothing of this, and begins anew.
    look()
    assert texts() == ALL_TEXTS
    zalo.refresh_from_db()
    assert times.now() - zalo.history_known_until < 2 * MINUTE
    assert calls_for_chats(fake).count("conversation") == 5


def test_chats_that_seem_heard_come_after_those_that_are_not(edge, zalo, fake, chats, monkeypatch):
    monkeypatch.setattr(missed_messages, "MOST_CHAT_PAGES", 2)
    monkeypatch.setattr(missed_messages, "LEAST_OTHER_PAGES", 0)
    write(fake, "903", "bằng webhook", ago=55 * MINUTE, by_webhook=True)
    look()
    assert texts() == ["bằng webhook", "sau 0", "sau 1", "trước 0", "trước 1"]


def test_one_chat_keeps_no_other_from_its_turn(edge, zalo, fake, chats, monkeypatch):
    monkeypatch.setattr(missed_messages, "LOOK_EVERY", 0.0)
    blocked = {"match": "/oa/conversation", "body": {"error": -217, "message": "blocked"}}
    emit(f"{fake.base}/_fake/next", blocked)
    faults = [UnicodeError("trước 1")]

    def hand_over(channel, slug, raw, now, **order):
        if "trước 1".encode() in raw and faults:
            raise faults.pop()
        # The edge can read nothing in this one, and says so each time.
        readable = b"[]" if "trước 2".encode() in raw else raw
        return hand_over_request(channel, slug, readable, now, **order)

    monkeypatch.setattr(missed_messages, "hand_over_request", hand_over)
    look()
    assert texts() == ["sau 2"]
    zalo.refresh_from_db()
    assert times.now() - zalo.history_known_until > 50 * MINUTE
    look()
    assert {"trước 1", "sau 1", "sau 2"} <= set(texts())
    zalo.refresh_from_db()
    assert times.now() - zalo.history_known_until < 2 * MINUTE


def test_what_somebody_wrote_before_what_came_in_answers_nothing_of_now(edge, zalo, fake):
    write(fake, "900", "mất xe máy", ago=52 * MINUTE, by_webhook=True)
    write(fake, "900", "NHẬN TIN", ago=50 * MINUTE)
    write(fake, "900", "dừng nhận tin", ago=40 * MINUTE, by_webhook=True)
    look()
    assert Inbound.objects.count() == 3
    assert Tip.objects.get().do_not_contact


def test_of_two_wishes_the_later_counts_whichever_came_in_first(edge, zalo, fake):
    codes = [keep_chat_wish(zalo.pk, SubscriptionChoices((), (), "vi")) for _ in range(4)]
    write(fake, "900", f"NHAN {codes[0]}", ago=50 * MINUTE)
    write(fake, "900", "Dừng", ago=40 * MINUTE, by_webhook=True)
    write(fake, "901", "Dừng", ago=50 * MINUTE)
    write(fake, "901", f"NHAN {codes[1]}", ago=40 * MINUTE, by_webhook=True)
    write(fake, "902", "Dừng", ago=55 * MINUTE, by_webhook=True)
    write(fake, "902", f"NHAN {codes[2]}", ago=50 * MINUTE)
    write(fake, "902", "mất xe máy", ago=40 * MINUTE, by_webhook=True)
    write(fake, "903", "mất xe đạp", ago=55 * MINUTE, by_webhook=True)
    write(fake, "903", "dừng nhận tin", ago=50 * MINUTE)
    write(fake, "903", "NHẬN TIN", ago=40 * MINUTE, by_webhook=True)
    write(fake, "904", "đừng nhắn tin nữa, nhà bên bán ma túy", ago=50 * MINUTE)
    write(fake, "904", "NHẬN TIN", ago=40 * MINUTE, by_webhook=True)
    write(fake, "905", f"NHAN {codes[3]}", ago=50 * MINUTE)
    write(fake, "905", "dừng nhận tin", ago=40 * MINUTE, by_webhook=True)
    look()
    assert Inbound.objects.count() == 14
    live = Subscription.objects.filter(stopped_at=None).values_list("address_hash", flat=True)
    assert {bytes(one) for one in live} == {address_hash("zalo_oa", one) for one in ("901", "902")}
    assert not SubscriptionWish.objects.exists()
    assert set(texts()) >= {"mất xe máy", "mất xe đạp", "đừng nhắn tin nữa, nhà bên bán ma túy"}
    assert Tip.objects.filter(do_not_contact=False).count() == Tip.objects.count() == 3


def live_addresses():
    live = Subscription.objects.filter(stopped_at=None).values_list("address_hash", "warning_code")
    return sorted((bytes(address), code) for address, code in live)


def test_a_later_code_or_lone_word_undoes_no_more_than_it_says(edge, zalo, fake):
    def code(warning_code=""):
        return keep_chat_wish(zalo.pk, SubscriptionChoices((), (), "vi", warning_code=warning_code))

    write(fake, "906", f"NHAN {code()}", ago=55 * MINUTE, by_webhook=True)
    Subscription.objects.update(asked_at=times.now() - 55 * MINUTE)
    write(fake, "906", "dừng nhận tin", ago=50 * MINUTE)
    write(fake, "906", f"NHAN {code('W1')}", ago=40 * MINUTE, by_webhook=True)
    write(fake, "905", "mất xe máy", ago=55 * MINUTE, by_webhook=True)
    write(fake, "905", "dừng nhận tin", ago=50 * MINUTE)
    write(fake, "905", f"NHAN {code()}", ago=40 * MINUTE, by_webhook=True)
    write(fake, "907", "đừng nhắn tin nữa, nhà bên bán ma túy", ago=50 * MINUTE)
    write(fake, "907", f"NHAN {code()}", ago=40 * MINUTE, by_webhook=True)
    write(fake, "908", "mất xe đạp", ago=55 * MINUTE, by_webhook=True)
    write(fake, "908", f"NHAN {code()}", ago=50 * MINUTE)
    write(fake, "908", "thôi", ago=40 * MINUTE, by_webhook=True)
    write(fake, "909", "mất con bò", ago=55 * MINUTE, by_webhook=True)
    write(fake, "909", "dừng nhận tin", ago=52 * MINUTE, by_webhook=True)
    write(fake, "909", "NHẬN TIN", ago=50 * MINUTE)
    write(fake, "909", "con bò màu vàng", ago=40 * MINUTE, by_webhook=True)
    write(fake, "910", f"NHAN {code()}", ago=55 * MINUTE)
    write(fake, "910", "Dừng", ago=50 * MINUTE)
    write(fake, "910", f"NHAN {code('W2')}", ago=40 * MINUTE, by_webhook=True)
    # Here the lone word ended everything: no tip was open.
    write(fake, "911", f"NHAN {code()}", ago=55 * MINUTE)
    write(fake, "911", "Dừng", ago=50 * MINUTE, by_webhook=True)
    write(fake, "911", "mất điện thoại", ago=40 * MINUTE, by_webhook=True)
    look()
    wanted = {"905": "", "906": "W1", "907": "", "908": "", "910": "W2"}
    assert live_addresses() == sorted(
        (address_hash("zalo_oa", person), code) for person, code in wanted.items()
    )
    silent = Tip.objects.filter(do_not_contact=True)
    said = DialogueMessage.objects.filter(tip__in=silent).values_list("text", flat=True)
    assert set(said) == {
        "mất xe máy",
        "dừng nhận tin",
        "đừng nhắn tin nữa, nhà bên bán ma túy",
    }


def survey_talk(zalo, person):
    """A question of a survey waits in this chat for a number."""
    survey = Survey.objects.create(
        unit=zalo.unit,
        author=make.officer(unit=zalo.unit),
        code=person * 2,
        purpose=Survey.Purpose.STREETS,
        content={},
    )
    ChatTalk.objects.create(
        conversation_hash=keyed_hash("conversation", str(zalo.pk), person),
        survey=survey,
        account=zalo,
        address_sealed=b"a",
        box=b"b",
        asked_at=times.now(),
    )


def test_a_lone_word_that_ended_a_survey_alone_ends_no_code_before_it(edge, zalo, fake):
    def code():
        return keep_chat_wish(zalo.pk, SubscriptionChoices((), (), "vi"))

    for person in ("920", "921", "922"):
        write(fake, person, f"NHAN {code()}", ago=50 * MINUTE)
        survey_talk(zalo, person)
        write(fake, person, "Dừng", ago=40 * MINUTE, by_webhook=True)
    # Outside of the survey the next one ended everything, or was the answer to a whole stop.
    ChatTalk.objects.update(is_over=True)
    write(fake, "921", "Dừng", ago=30 * MINUTE, by_webhook=True)
    write(fake, "922", "dừng nhận tin", ago=30 * MINUTE, by_webhook=True)
    look()
    assert live_addresses() == [(address_hash("zalo_oa", "920"), "")]
    assert not SubscriptionWish.objects.exists()


def test_an_older_code_leaves_what_a_newer_one_chose(edge, zalo, fake):
    def code(*kinds):
        return keep_chat_wish(zalo.pk, SubscriptionChoices((), kinds, "vi"))

    def chosen(person):
        return list(Subscription.objects.get(address_hash=address_hash("zalo_oa", person)).kinds)

    write(fake, "930", f"NHAN {code('school')}", ago=50 * MINUTE)
    write(fake, "930", f"NHAN {code('landlords')}", ago=40 * MINUTE, by_webhook=True)
    write(fake, "931", f"NHAN {code('school')}", ago=50 * MINUTE)
    write(fake, "931", f"NHAN {code('landlords')}", ago=40 * MINUTE)
    write(fake, "932", f"NHAN {code('school')}", ago=55 * MINUTE, by_webhook=True)
    hashed = address_hash("zalo_oa", "932")
    Subscription.objects.filter(address_hash=hashed).update(asked_at=times.now() - 55 * MINUTE)
    write(fake, "932", f"NHAN {code('landlords')}", ago=50 * MINUTE)
    look()
    assert [chosen(one) for one in ("930", "931", "932")] == [["landlords"]] * 3
    assert not SubscriptionWish.objects.exists()
    assert Subscription.objects.count() == 3


@pytest.mark.parametrize("before", ["", "mất xe máy"])
def test_a_stop_that_comes_in_while_a_chat_is_compared_ends_what_was_written_before(
    edge, zalo, fake, monkeypatch, before
):
    code = keep_chat_wish(zalo.pk, SubscriptionChoices((), (), "vi"))
    if before:
        write(fake, "900", before, ago=50 * MINUTE, by_webhook=True)
    write(fake, "900", f"NHAN {code}", ago=40 * MINUTE)
    # Of somebody who has reported the database knows it at any moment.
    name = "hand_over_request" if before else "_wish_of"
    real, is_said = getattr(missed_messages, name), []

    def say_stop_first(*given, **order):
        if not is_said:
            is_said.append(True)
            write(fake, "900", "dừng nhận tin", ago=2 * MINUTE, by_webhook=True)
        return real(*given, **order)

    monkeypatch.setattr(missed_messages, name, say_stop_first)
    look()
    assert is_said
    assert live_addresses() == []
    assert Inbound.objects.count() == (3 if before else 2)


def handed_over(raw, *, at=None, **headers):
    request = hand_over_request("zalo_oa", "province", raw, at or times.now())
    return Request("POST", request.url, {**request.headers, **headers}, raw)


def test_only_what_bears_our_mark_and_is_not_old_comes_in(edge, zalo, fake):
    write(fake, "900", "từ tuần trước", ago=8 * 24 * HOUR)
    ChannelAccount.objects.update(history_known_until=times.now() - 30 * 24 * HOUR)
    look()
    assert not Inbound.objects.exists()
    raw = b'{"event_name":"user_send_text","sender":{"id":"9"},"timestamp":"1764000000000"}'
    late = handed_over(raw, at=times.now() - HOUR)
    forged = handed_over(raw, **{FETCHED_HEADER: f"{int(times.now().timestamp() * 1000)}:00"})
    changed = handed_over(raw)
    path = "/hooks/zalo_oa/province"
    assert post(edge, raw, late.headers, path)[0] == 401
    assert post(edge, raw, forged.headers, path)[0] == 401
    assert post(edge, raw + b" ", changed.headers, path)[0] == 401
    # The mark of one account opens no other, and no channel that keeps no chats.
    assert post(edge, raw, handed_over(raw).headers, "/hooks/sandbox/phones")[0] == 401
    switch_account(zalo.pk, is_active=False)
    write(fake, "900", "mất xe máy", ago=5 * MINUTE)
    before = calls_for_chats(fake)
    look(again=True)
    assert calls_for_chats(fake) == before
    assert not Inbound.objects.exists()
