"""Whatever is killed when: no acknowledged tip is lost or doubled, every delivery has an end."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from keng.kit.database import dsn
from keng.runtime.tests.chance import is_nightly
from keng.runtime.tests.plugin import unsafe_settings
from tests.load.storm import (
    Chatters,
    Killer,
    Post,
    Residents,
    Sink,
    Visitors,
    eventually,
)
from tests.stack import Stack

# By day every process is killed several times, in a few minutes; the long storm is the night's.
KILLS = 150 if is_nightly() else 25
CHATS, FORMS, DELIVERIES = 38 * KILLS, 2 * KILLS, 100 * KILLS
# What one sender may have leased when it dies: 64 being sent and 32 ahead.
OUTSTANDING = 64 + 32
SETTLED = {"sent", "delivered", "read", "unknown", "gone", "rejected", "relayed", "cancelled"}


@contextmanager
def connected(stack: Stack) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the owner of this stack's database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KENG_DATA", str(stack.data))
        address = dsn("owner")
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@dataclass(frozen=True)
class Found:
    """What the journals of the outside and the tables of the inside do not agree about."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    without_receipt: int = 0
    open: int = 0
    repeated: int = 0
    repeated_though_unsure: tuple[str, ...] = ()
    """Not urgent, and still sent again: a machine may never do that."""
    never_arrived: tuple[str, ...] = ()
    """On record as sent, and unknown to the sink."""
    states: str = ""


def look(stack: Stack, acknowledged: list[str], sink: Sink, post: Post) -> Found:
    """Compare everything with everything."""
    with connected(stack) as database:
        tips = Counter(dict(database.execute("SELECT text, count(*) FROM tips_tip GROUP BY 1")))
        (orphans,) = database.execute(
            "SELECT count(*) FROM tips_tip t WHERE t.text LIKE 'Có người lạ gõ cửa, %' "
            "AND (SELECT count(*) FROM tips_receipt r WHERE r.tip_id = t.id) <> 1"
        ).fetchone()
        state = _states(database)
    got = sink.received()
    again = {group: n - 1 for group, n in got.items() if n > 1}
    return Found(
        lost=tuple(text for text in set(acknowledged) if tips[text] == 0),
        doubled=tuple(text for text in set(acknowledged) if tips[text] > 1),
        without_receipt=orphans,
        open=post.given - sum(found in SETTLED for found in state.values()),
        repeated=sum(again.values()),
        repeated_though_unsure=tuple(group for group in again if group not in post.urgent),
        never_arrived=tuple(g for g, found in state.items() if found == "sent" and not got[g]),
        states=str(dict(Counter(state.values()))),
    )


def _states(database: psycopg.Connection[Any]) -> dict[str, str]:
    return dict(
        database.execute(
            "SELECT d.address, d.state FROM delivery_delivery d "
            "JOIN delivery_dispatch o ON o.id = d.dispatch_id WHERE o.source_kind = 'storm'"
        )
    )


def all_settled(stack: Stack, post: Post) -> bool:
    with connected(stack) as database:
        found = _states(database)
    return len(found) == post.given and set(found.values()) <= SETTLED


@contextmanager
def prepared(environment: dict[str, str] | None = None) -> Iterator[Stack]:
    """A demo of its own whose account has no rate, to be killed all over."""
    # All its visitors come from one network.
    with Stack({"KENG_DRAFTS_NETWORK_LIMIT": "0,1", **(environment or {})}) as stack:
        with connected(stack) as database:
            assert unsafe_settings(database) == {}, "a kill here would prove nothing"
            database.execute(
                "UPDATE delivery_channelaccount SET rate_per_minute = 0 WHERE slug = 'bac-ninh'"
            )
        yield stack


@pytest.fixture
def stack() -> Iterator[Stack]:
    with prepared() as running:
        yield running


def test_sixty_four_senders_twice_each_have_one_tip_and_one_receipt(stack):
    sink = Sink(stack)
    with Chatters(stack, at_once=64) as people:
        people.say(64, each=2)
    assert people.journal.answers[200] == 128
    found = look(stack, people.journal.acknowledged, sink, Post(sink, lambda: connected(stack)))
    assert found == Found(states="{}")
    with connected(stack) as database:
        (tips,) = database.execute("SELECT count(*) FROM tips_tip").fetchone()
        (receipts,) = database.execute("SELECT count(*) FROM tips_receipt").fetchone()
    assert (tips, receipts) == (64, 64)


class Storm:
    """Everything at once, and one kill after the other in the middle of it."""

    def __init__(
        self, stack: Stack, killer: Killer, chatters: Residents, visitors: Residents
    ) -> None:
        self.sink, self.killer = Sink(stack), killer
        self.post = Post(self.sink, lambda: connected(stack))
        self._chatters, self._visitors = chatters, visitors

    def strike(self, name: str) -> None:
        """Some more traffic, and the kill once its journal says that something is under way."""
        self._chatters.say(CHATS // KILLS)
        self._visitors.say(FORMS // KILLS)
        self.post.send(DELIVERIES // KILLS, urgent=self.killer.count() % 2 == 0)
        eventually(lambda: self._is_hit_in_the_middle(name), 60, f"nothing for {name} to do")
        self.killer.kill(name)

    def _is_hit_in_the_middle(self, name: str) -> bool:
        if name == "sender":
            return self.sink.has_one_under_way()
        people = self._visitors if name == "public" else self._chatters
        if people.is_silent:
            people.say(1)
        return people.journal.under_way > 0

    def was_in_flight(self, name: str, moment: float) -> bool:
        """By the journals, afterwards."""
        if name == "sender":
            return self.sink.had_one_at(moment)
        people = [self._visitors] if name == "public" else [self._chatters]
        if name in ("worker", "worker-alarm", "postgres"):
            people.append(self._visitors)
        return any(p.journal.had_one_at(moment) for p in people)


def test_a_storm_of_kills_loses_nothing_and_repeats_no_more_than_it_may(stack):
    seed = int(os.environ.get("KENG_STORM_SEED", "0")) or random.SystemRandom().randrange(10**6)
    print(f"\nseed {seed}: KENG_STORM_SEED={seed} repeats the order of the kills")
    killer = Killer(stack, KILLS, seed)
    with Chatters(stack, at_once=12) as chatters, Visitors(stack, at_once=3) as visitors:
        storm = Storm(stack, killer, chatters, visitors)
        order = list(killer.plan)
        while order and killer.count() < 2 * KILLS:
            name = order.pop(0)
            storm.strike(name)
            if not storm.was_in_flight(*killer.done[-1]):
                # It missed by a moment: it counts for the bound, not for the storm.
                order.append(name)
        storm.post.send(max(0, DELIVERIES - storm.post.given))
    acknowledged = chatters.journal.acknowledged + visitors.journal.acknowledged
    hits = sum(storm.was_in_flight(*done) for done in killer.done)
    eventually(lambda: all_settled(stack, storm.post), 240, "deliveries stay open")
    found = look(stack, acknowledged, storm.sink, storm.post)
    print(
        f"{len(acknowledged)} tips, {storm.post.given} deliveries {found.states}, "
        f"{found.repeated} repeated; {hits} of {killer.count()} kills in flight: "
        f"{dict(Counter(name for name, _moment in killer.done))}"
    )
    assert hits >= KILLS
    assert len(acknowledged) >= CHATS + FORMS
    assert (found.lost, found.doubled, found.without_receipt) == ((), (), 0)
    assert (found.open, found.never_arrived, found.repeated_though_unsure) == (0, (), ())
    assert found.repeated <= killer.count() * OUTSTANDING
    assert stack.command("audit", "verify").returncode == 0


def test_acknowledging_before_the_commit_is_caught():
    fault = {"KENG_DEBUG_FAULTS": "1", "KENG_TEST_FAULT": "ack_before_commit"}
    with prepared(fault) as faulty:
        sink, killer = Sink(faulty), Killer(faulty, 0, 0)
        with Chatters(faulty, at_once=32) as people:
            for name in ("edge", "postgres", "edge", "postgres", "edge"):
                people.say(300)
                eventually(lambda: people.journal.under_way > 0, 60, "nobody writes")
                killer.kill(name)
        post = Post(sink, lambda: connected(faulty))
        found = look(faulty, people.journal.acknowledged, sink, post)
    assert found.lost, "the deliberate fault lost nothing: a real one would not be noticed"


def test_sending_before_the_lease_is_committed_is_caught():
    fault = {"KENG_DEBUG_FAULTS": "1", "KENG_TEST_FAULT": "send_before_lease"}
    with prepared(fault) as faulty:
        sink, killer = Sink(faulty), Killer(faulty, 0, 0)
        post = Post(sink, lambda: connected(faulty))
        for _kill in range(4):
            post.send(200)
            eventually(sink.has_one_under_way, 60, "nothing is being sent")
            killer.kill("sender")
        eventually(lambda: all_settled(faulty, post), 180, "deliveries stay open")
        found = look(faulty, [], sink, post)
    assert found.repeated_though_unsure, "the deliberate fault repeated nothing: see above"
