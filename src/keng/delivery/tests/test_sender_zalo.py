"""The sender against the fake Zalo account, over real HTTP on this machine."""

import asyncio
import contextlib
import datetime
import signal
import socket
import time
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from keng.acts.work import work
from keng.audit.models import Entry
from keng.channels.outcomes import Outcome
from keng.channels.upkeep import RECONNECT
from keng.channels.zalo_oa.fake import FakeSettings, running_zalo
from keng.channels.zalo_oa.fake.oauth import issue_tokens
from keng.channels.zalo_oa.fake.state import FakeGroup, FakeUser
from keng.delivery.credentials import credentials_for_sending, keep_tokens
from keng.delivery.models import Attempt, ChannelAccount, Delivery, SandboxMessage
from keng.delivery.sender import orm_threads, tokens
from keng.delivery.sender.accounts import AccountState, move_address, read_accounts
from keng.delivery.sender.consequences import Consequences
from keng.delivery.sender.http import HttpClient
from keng.delivery.sender.postgres_ledger import AccountTokens, PostgresTokens
from keng.delivery.tests.conftest import TOKENS, zalo_account
from keng.delivery.tests.sending import (
    all_sent,
    queue,
    send_until,
    sending,
    states,
    test_dsn,
    until,
)
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.network.models import Group as NetworkGroup
from keng.vault import keys
from tests import make
from tests import running as processes

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def groups(count):
    return [f"g{n}" for n in range(count)]


def calls(fake, path):
    return [entry for entry in fake.state.journal if path in entry.path]


def refreshes(fake):
    return len(calls(fake, "/v4/oa/access_token"))


def received(fake):
    return sorted(sent.recipient for sent in fake.state.delivered)


def circuit():
    return ChannelAccount.objects.get(channel="zalo_oa").circuit_reason


def mend():
    """Five minutes pass, or an operator says: try again."""
    ChannelAccount.objects.filter(circuit_open_since__isnull=False).update(
        circuit_open_since=LONG_AGO, bucket_at=LONG_AGO
    )
    Delivery.objects.filter(state="queued").update(not_before=LONG_AGO)


def test_persons_and_groups_get_theirs(zalo, fake):
    fake.state.users["u1"] = FakeUser("u1", fake.state.clock.now())
    queue(zalo, groups(20))
    queue(zalo, ["u1"], kind="conversation", urgent=True, priority=0)
    send_until(all_sent(21))
    assert received(fake) == sorted([*groups(20), "u1"])
    assert set(Attempt.objects.values_list("outcome", "http_status")) == {("sent", 200)}
    known = {sent.id for sent in fake.state.delivered}
    assert set(Delivery.objects.values_list("provider_id", flat=True)) == known
    assert not any(entry.has_secret_in_query for entry in fake.state.journal)


def test_the_interface_for_state_agencies_is_learned_once(as_sender):
    with running_zalo(FakeSettings(oa_type=4)) as fake:
        fake.state.users = {f"u{n}": FakeUser(f"u{n}", fake.state.clock.now()) for n in range(5)}
        account = zalo_account(fake)
        queue(account, ["u0"], kind="conversation")
        send_until(all_sent(1))
        tried = len(calls(fake, "/v3.0/oa/message/cs"))
        queue(account, ["u1", "u2", "u3"], kind="conversation")
        send_until(all_sent(4))
        assert (tried, len(calls(fake, "/v3.0/oa/message/cs"))) == (1, 1)
        account.refresh_from_db()
        assert account.learned == {"messages_api": "v2"}


def test_two_senders_meet_a_dead_token_and_ask_for_one_new_pair(zalo, fake):
    fake.state.token_issued_at -= 100_000
    queue(zalo, groups(60))
    send_until(all_sent(60), count=2)
    assert refreshes(fake) == 1
    assert received(fake) == sorted(groups(60))
    zalo.refresh_from_db()
    assert credentials_for_sending(zalo)["access_token"] == fake.state.access_token
    assert zalo.tokens_expire_at > times.now() + datetime.timedelta(hours=24)


def test_tokens_are_renewed_before_they_die(zalo, fake):
    ChannelAccount.objects.update(tokens_expire_at=times.now() + datetime.timedelta(hours=1))
    send_until(lambda: refreshes(fake) == 1, count=2)
    zalo.refresh_from_db()
    assert credentials_for_sending(zalo)["access_token"] == fake.state.access_token


def test_a_short_life_of_tokens_does_not_make_a_loop_of_renewals(zalo, fake):
    ChannelAccount.objects.update(tokens_expire_at=times.now() + datetime.timedelta(hours=1))
    with sending():
        until(lambda: refreshes(fake) == 1)
        ChannelAccount.objects.update(tokens_expire_at=times.now() + datetime.timedelta(hours=1))
        time.sleep(5)
    assert refreshes(fake) == 1


@pytest.mark.parametrize("is_provider_busy", [False, True])
def test_a_renewal_that_is_refused_stops_nothing_while_the_old_token_works(
    zalo, fake, is_provider_busy
):
    if is_provider_busy:
        fake.faults.next(match="/getoa", status=502, body="bad gateway")
    ChannelAccount.objects.update(tokens_expire_at=times.now() + datetime.timedelta(hours=1))
    fake.state.used_refresh_tokens.add(fake.state.refresh_token)
    queue(zalo, groups(5))
    with sending():
        until(all_sent(5))
        until(lambda: bool(calls(fake, "/getoa")))
        # Whoever would stop the account does it beside the sending.
        time.sleep(1)
    assert circuit() == ""


def test_a_provider_that_is_broken_is_not_asked_for_everything_that_waits(zalo, fake):
    """What was asked while it answers 500 ends as unknown; the rest waits until it is mended."""
    fake.faults.next(match="/message", status=500, body="", count=100_000)
    ChannelAccount.objects.update(rate_per_minute=600)
    queue(zalo, groups(100))
    send_until(lambda: circuit().startswith("HTTP 500"))
    unknown = Delivery.objects.filter(state="unknown").count()
    assert 8 <= unknown < 30
    assert Delivery.objects.filter(state="queued").count() == 100 - unknown
    fake.faults.clear()
    ChannelAccount.objects.update(rate_per_minute=0)
    mend()
    send_until(lambda: Delivery.objects.filter(state="sent").count() == 100 - unknown)
    assert circuit() == ""
    assert len(received(fake)) == 100 - unknown


def test_what_a_working_provider_does_not_explain_now_and_then_stops_no_account():
    """Only in a row: between them it said of others that they are gone, or may never go."""

    async def stopped_after(*outcomes: Outcome) -> int:
        stops = []

        async def open_circuit(*_: object) -> None:
            stops.append(1)

        async def end_address(*_: object) -> None:
            pass

        ledger: Any = SimpleNamespace(open_circuit=open_circuit, end_address=end_address)
        renewals: Any = None
        row: Any = SimpleNamespace(recipient_kind="group", recipient_ref=None)
        account: Any = SimpleNamespace(
            id=None, tokens_version=b"", is_probing=False, state=AccountState()
        )
        consequences = Consequences(ledger, renewals, lambda: None)
        for outcome in outcomes:
            consequences.begin_for(row, account, outcome)
        await consequences.finish()
        return len(stops)

    unknown, overloaded = Outcome("unknown"), Outcome("retry", code="503")
    for known in (Outcome("gone"), Outcome("reject"), Outcome("not_now")):
        assert asyncio.run(stopped_after(*[unknown, known] * 20)) == 0
    assert asyncio.run(stopped_after(*[unknown] * 8)) == 1
    assert asyncio.run(stopped_after(*[unknown, overloaded] * 8)) == 1


def test_a_lost_reply_to_the_refresh_is_asked_for_with_the_same_token(zalo, fake):
    fake.state.token_issued_at -= 100_000
    fake.faults.next(match="access_token", drop="before_read")
    queue(zalo, groups(5))
    send_until(all_sent(5))
    assert refreshes(fake) == 2


def test_where_a_new_pair_was_lost_it_says_reconnect_once_and_asks_no_more(zalo, fake):
    issue_tokens(fake.state)
    queue(zalo, groups(5))
    with sending(2):
        until(lambda: RECONNECT in circuit())
        # The other sender may be asking at this very moment; it ends, too.
        time.sleep(5)
        asked = refreshes(fake)
        ChannelAccount.objects.update(circuit_open_since=LONG_AGO)
        time.sleep(5)
    assert refreshes(fake) == asked
    assert states() == {"queued": 5}
    assert Entry.objects.filter(action="channel.stopped").count() == 1
    _connect_again(zalo, fake)
    send_until(all_sent(5))


@contextlib.contextmanager
def held(statement, *values):
    """What this locks is somebody else's until the block ends; gives whether anybody waits."""
    waiting = "SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with psycopg.connect(test_dsn()) as other:
        other.execute(statement, values)
        yield lambda: other.execute(waiting).fetchone() is not None


@contextlib.contextmanager
def in_its_turn(zalo, fake):
    """Another sender has the turn, and this one waits for it."""
    turn = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
    with held(turn, int(TurnLock.CHANNEL_TOKENS), str(zalo.pk)) as somebody_waits:
        yield somebody_waits


@contextlib.contextmanager
def asking(zalo, fake):
    """The question has come, and nothing is done about it yet."""
    fake.faults.next(match="access_token", delay=3, status=503, body="busy")
    yield lambda: refreshes(fake) == 1


@contextlib.contextmanager
def keeping(zalo, fake):
    """The new pair is in its hands alone: somebody else has the row that it belongs in."""
    fake.faults.next(match="access_token", delay=1)
    row = "SELECT FROM delivery_channelaccount WHERE id = %s FOR UPDATE"
    with contextlib.ExitStack() as others:
        somebody_waits = []

        def is_reached():
            if refreshes(fake) == 1 and not somebody_waits:
                somebody_waits.append(others.enter_context(held(row, zalo.pk)))
            return len(fake.state.used_refresh_tokens) == 1 and somebody_waits[0]()

        yield is_reached


@contextlib.contextmanager
def after_commit(zalo, fake):
    """The new pair is on record."""
    before = bytes(zalo.tokens_sealed)
    yield lambda: bytes(ChannelAccount.objects.get(pk=zalo.pk).tokens_sealed) != before


@pytest.mark.parametrize(
    ("step", "needs_person"),
    [(in_its_turn, False), (asking, False), (keeping, True), (after_commit, False)],
)
def test_a_sender_killed_at_any_step_of_a_renewal_loses_no_message(zalo, fake, step, needs_person):
    """Where a pair died with it, the account says that a person has to connect it."""
    fake.state.token_issued_at -= 100_000
    queue(zalo, groups(5), urgent=True)
    key = str(keys.sender_file())
    with (
        step(zalo, fake) as is_reached,
        processes.running("sender", KENG_SENDER_KEY_FILE=key) as process,
    ):
        until(is_reached)
        process.signal_all(signal.SIGKILL)
        process.process.wait()
    Delivery.objects.filter(state="leased").update(leased_until=LONG_AGO)
    if needs_person:
        send_until(lambda: RECONNECT in circuit())
        _connect_again(zalo, fake)
    send_until(all_sent(5))
    assert set(received(fake)) == set(groups(5))
    assert len(fake.state.used_refresh_tokens) == 1


@pytest.mark.parametrize("sqlstate", ["40P01", "55P03"])
def test_new_tokens_are_kept_though_the_database_gave_up_on_them(zalo, fake, monkeypatch, sqlstate):
    """A refresh token works once: it is not asked for anew, and the new pair is in our hands."""
    keep, tries = AccountTokens.replace, []

    def give_up_first(*given):
        tries.append(given)
        if len(tries) == 1:
            with connection.cursor() as cursor:
                cursor.execute(f"DO $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$")
        keep(*given)

    monkeypatch.setattr(AccountTokens, "replace", give_up_first)

    async def ask(request):
        http = HttpClient(1)
        try:
            return await http.carry(request)
        finally:
            await http.close()

    def carry(request):
        return asyncio.run(ask(request))

    (account,) = read_accounts([zalo.pk]).values()
    used = account.tokens_version
    assert tokens.refresh_tokens(PostgresTokens(), account, used, carry) is None
    assert (len(tries), refreshes(fake)) == (2, 1)
    zalo.refresh_from_db()
    assert credentials_for_sending(zalo)["access_token"] == fake.state.access_token
    assert Entry.objects.filter(action="channel.tokens_renewed").count() == 1


def test_what_the_database_gave_up_on_is_to_the_sender_the_database_itself():
    def give_up():
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '55P03'; END $$")

    async def ask():
        try:
            await orm_threads.in_orm_thread(work()(give_up))
        finally:
            await orm_threads.close_threads()

    with pytest.raises(OperationalError):
        asyncio.run(ask())


def _connect_again(zalo, fake):
    zalo.refresh_from_db()
    keep_tokens(zalo, {k: fake.credentials()[k] for k in TOKENS})
    zalo.save()
    Delivery.objects.update(not_before=LONG_AGO)


def test_a_rate_limit_pauses_the_account_and_costs_nobody_a_try(zalo, fake):
    fake.state.clock.set(fake.state.clock.now(), stopped=True)
    fake.state.settings.rate_limit = 10
    queue(zalo, groups(200))
    with sending(concurrency=16):
        until(lambda: states().get("sent") == 10)
        time.sleep(3)
    asked = len(fake.state.journal)
    assert asked <= 10 + 16 + 32
    assert states() == {"queued": 190, "sent": 10}
    assert not Delivery.objects.filter(state="queued", attempts__gt=0).exists()
    zalo.refresh_from_db()
    assert zalo.bucket_at > times.now() - datetime.timedelta(seconds=5)
    fake.state.settings.rate_limit = 0
    ChannelAccount.objects.update(bucket_at=LONG_AGO)
    Delivery.objects.filter(state="queued").update(not_before=LONG_AGO)
    send_until(all_sent(200))
    assert received(fake) == sorted(groups(200))


def test_a_closed_window_waits_and_is_no_failure(zalo, fake):
    fake.state.users["late"] = FakeUser("late", fake.state.clock.now() - 8 * 86_400)
    fake.state.users["silent"] = FakeUser("silent")
    queue(zalo, ["late", "silent"], kind="conversation", urgent=True)
    send_until(lambda: states() == {"not_now": 2})
    assert set(Delivery.objects.values_list("code", flat=True)) == {"-230", "-232"}
    assert Delivery.objects.earliest("not_before").not_before > times.now()
    fake.state.users["late"].last_interaction = fake.state.clock.now()
    Delivery.objects.filter(code="-230").update(not_before=times.now())
    send_until(all_sent(1))


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "after_accept"},
        {"truncate": 9},
        {"status": 502, "body": "bad gateway"},
        {"body": {"error": -200, "message": "failed"}},
        {"body": {"error": -9999}},
    ],
)
def test_what_may_have_arrived_is_never_sent_again_by_a_machine(zalo, fake, fault):
    fake.faults.next(match="/oa/group/message", **fault)
    queue(zalo, ["g0"], urgent=True)
    with sending():
        until(lambda: states() == {"unknown": 1})
        time.sleep(3)
    assert len(calls(fake, "/oa/group/message")) == 1
    assert Attempt.objects.get().outcome == "unknown"


def test_a_dead_address_is_given_up_on_record_and_the_others_are_not(zalo, fake):
    place, unit = make.place(), make.unit()
    theirs = make.group(unit=unit, place=place, channel="zalo_oa", channel_address="theirs")
    fake.state.groups["theirs"] = FakeGroup("theirs", ours=False)
    fake.state.groups["off"] = FakeGroup("off", enabled=False)
    queue(zalo, ["theirs", "off", "g1"])
    Delivery.objects.filter(address="theirs").update(recipient_ref=theirs.pk)
    send_until(lambda: states() == {"gone": 1, "not_now": 1, "sent": 1})
    until(lambda: Entry.objects.filter(action="address.gone").exists())
    assert not NetworkGroup.objects.get(pk=theirs.pk).is_active
    assert circuit() == ""


def test_a_group_that_moves_onto_the_address_of_another_one_is_given_up_on_record():
    place, unit = make.place(), make.unit()
    one, other = (make.group(unit=unit, place=place, channel="zalo_oa") for _ in range(2))
    move_address("group", one.pk, "new")
    one = NetworkGroup.objects.get(pk=one.pk)
    assert (one.channel_address, one.address_changed_at is None) == ("new", False)
    move_address("group", other.pk, "new")
    before, other = other.channel_address, NetworkGroup.objects.get(pk=other.pk)
    assert (other.channel_address, other.is_active) == (before, False)
    entries = Entry.objects.filter(chain="addresses").order_by("seq")
    assert [entry.action for entry in entries] == ["address.moved", "address.gone"]


def test_a_broken_set_up_stops_its_account_alone_until_it_is_mended(zalo, fake, account):
    fake.faults.next(match="/oa/group/message", count=10_000, body={"error": -224})
    queue(zalo, groups(100))
    queue(account, groups(50))
    with sending(2):
        until(lambda: SandboxMessage.objects.count() == 50 and circuit() != "")
        time.sleep(3)
        asked = len(calls(fake, "/oa/group/message"))
        assert asked <= 2 * (16 + 32)
        assert states(channel="zalo_oa") == {"queued": 100}
        mend()
        until(lambda: len(calls(fake, "/oa/group/message")) > asked)
        time.sleep(3)
        assert len(calls(fake, "/oa/group/message")) <= asked + 2
        fake.faults.clear()
        mend()
        until(all_sent(150))
    assert circuit() == ""
    assert received(fake) == sorted(groups(100))
    actions = Entry.objects.filter(action__startswith="channel.").values_list("action", flat=True)
    assert list(actions.order_by("id")) == ["channel.stopped", "channel.runs_again"]


def test_a_provider_that_is_away_loses_nothing_and_uses_up_no_tries(as_sender):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = FakeSettings()
    with running_zalo(own, port=port) as fake:
        account = zalo_account(fake)
    queue(account, groups(40))
    with sending():
        until(lambda: Attempt.objects.filter(outcome="retry").count() > 2)
        time.sleep(2)
        assert states() == {"queued": 40}
        assert not Delivery.objects.filter(attempts__gt=0, state="queued").exists()
        with running_zalo(own, port=port) as back:
            back.state.groups = {f"g{n}": FakeGroup(f"g{n}") for n in range(40)}
            until(all_sent(40), within=30)
            assert received(back) == sorted(groups(40))


def test_an_address_that_cannot_be_asked_stops_the_account_and_not_the_sender(zalo, account):
    ChannelAccount.objects.filter(pk=zalo.pk).update(base_url="http://")
    queue(zalo, groups(3))
    queue(account, groups(3))
    send_until(lambda: states() == {"queued": 3, "sent": 3} and circuit() != "")


def test_a_slow_provider_does_not_keep_another_channel_waiting(zalo, fake, account):
    fake.state.settings.latency = 4.0
    queue(zalo, groups(300))
    with sending(concurrency=16):
        until(lambda: len(fake.state.journal) >= 10)
        queue(account, groups(60))
        until(lambda: SandboxMessage.objects.count() == 60, within=3.5)
        assert len(fake.state.journal) < 300
        Delivery.objects.filter(state="queued").update(state="cancelled")


def test_a_lease_lives_as_long_as_its_sender(zalo, fake, monkeypatch):
    from keng.delivery.sender import database, loop

    monkeypatch.setattr(database, "LEASE_SECONDS", 2.0)
    monkeypatch.setattr(loop, "_EXTEND_EVERY", 0.5)
    fake.state.settings.latency = 5.0
    queue(zalo, ["g0"], urgent=True)
    send_until(all_sent(1), count=2)
    assert received(fake) == ["g0"]


def test_a_long_text_arrives_in_numbered_parts_and_half_of_it_is_not_repeated(zalo, fake):
    text = "Câu thứ nhất. " * 320
    queue(zalo, ["g0"], text=text)
    send_until(all_sent(1))
    told = [sent.text for sent in fake.state.delivered]
    assert [part[:5] for part in told] == ["(1/3)", "(2/3)", "(3/3)"]
    assert all(len(part) <= 2000 for part in told)
    fake.faults.next(match="/oa/group/message", count=1, delay=0)
    fake.faults.next(match="/oa/group/message", body={"error": -210})
    queue(zalo, ["g1"], text=text, urgent=True)
    send_until(lambda: states().get("unknown") == 1)
    assert received(fake).count("g1") == 1


def test_a_picture_is_uploaded_once_for_all(zalo, fake, settings):
    from keng.kit.database import data_folder

    card = data_folder() / "files" / "card-of-this-test.png"
    card.parent.mkdir(parents=True, exist_ok=True)
    card.write_bytes(PNG)
    queue(zalo, groups(40), image_path="files/card-of-this-test.png")
    send_until(all_sent(40))
    assert len(calls(fake, "/upload/image")) == 1
    (handle,) = {sent.image for sent in fake.state.delivered}
    assert fake.state.uploads[handle].content == PNG


def test_nothing_that_could_open_the_account_is_in_any_attempt_or_entry(zalo, fake):
    fake.state.token_issued_at -= 100_000
    queue(zalo, groups(3))
    send_until(all_sent(3))
    told = str(list(Attempt.objects.values())) + str(list(Entry.objects.values("detail")))
    assert not [secret for secret in fake.state.secrets() if secret in told]
