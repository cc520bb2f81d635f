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


def look(*, again=False):
    """One sender compares; with `again` although somebody just did."""
    if again:
        ChannelAccount.objects.update(history_asked_at=times.now() - HOUR)

    async def compare():
        ledger = PostgresLedger(test_dsn(), uuid.uuid4())
        await ledger.open()
        wire = Transports(HttpClient(4), ledger.pool)
        try:
            accounts = await ledger.read_accounts()
            renewals = TokenRenewals(ledger, wire.carry_from_thread)
            await MissedMessages(ledger, wire, renewals).look(list(accounts.values()))
        finally:
            await wire.close()
            await ledger.close()

    asyncio.run(compare())


def asked(fake):
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
    assert asked(fake) == ["listrecentchat"]
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


def test_a_look_that_ends_early_goes_on_where_it_was(edge, zalo, fake, monkeypatch, settings):
    monkeypatch.setattr(missed_messages, "MOST_CHAT_PAGES", 1)
    for number in range(3):
        write(fake, f"90{number}", f"tin {number}", ago=(50 - number) * MINUTE)
    settings.EDGE_PORT = 9  # nobody listens
    look()
    assert not Inbound.objects.exists()
    settings.EDGE_PORT = edge.port
    counts = []
    for _ in range(3):
        look(again=True)
        counts.append(Tip.objects.count())
    assert counts == [1, 2, 3]


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
    look(again=True)
    assert not Inbound.objects.exists()
