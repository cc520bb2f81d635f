"""Each process of a machine is killed under load: nothing acknowledged is lost, and each is missed.

Killed in turn and started again later, as a service manager would; meanwhile the other machine
does everything, `/health` of the first says what is missing there, and so does its doctor.
"""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.cluster.machines import (
    KINDS,
    SITES,
    Installation,
    storm_groups,
    storm_states,
    wait_for_more,
)
from tests.load.storm import Chatters, Post, Sink, Visitors, eventually

DELIVERIES = 30
DANGER = "Cứu với, chồng tôi đang cầm dao dọa giết tôi, lần {number:06d} trong ngày"
# People who say nothing else.
FIRST_IN_DANGER = 900_000
# Without the desk everything still comes in, rings and goes out.
ESSENTIAL = tuple(kind for kind in KINDS if kind != "desk")
SETTLED = {"sent", "unknown"}
# Each test has numbers of its own.
_firsts = itertools.count(1000, 1000)


@dataclass
class Load:
    """Who reports, and what is to be sent."""

    installation: Installation
    chatters: Chatters
    visitors: Visitors
    sink: Sink
    post: Post
    first: int
    in_danger: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        """Some of everything, as long as both ways in answer."""
        self.post.send(DELIVERIES, urgent=len(self.in_danger) % 2 == 0)
        wait_for_more(self.chatters, 20)
        wait_for_more(self.visitors, 1)

    def cry_for_help(self) -> None:
        """One message that cannot wait, and it is called for."""
        text = DANGER.format(number=FIRST_IN_DANGER + self.first + len(self.in_danger))
        self.in_danger.append(text)
        self.chatters.write(text)
        called = (
            "SELECT count(*) FROM tips_tip t WHERE t.text = %s AND (EXISTS"
            " (SELECT FROM tips_alarm a WHERE a.tip_id = t.id AND a.rounds > 0) OR EXISTS"
            " (SELECT FROM tips_bundledcall b WHERE b.tip_id = t.id))"
        )
        eventually(lambda: self.installation.ask(called, text) == [(1,)], 40, "nobody is called")

    @property
    def acknowledged(self) -> list[str]:
        people = (self.chatters, self.visitors)
        return [text for each in people for text in each.journal.acknowledged]

    def states(self) -> dict[str, str]:
        """What became of each delivery."""
        groups = storm_groups(self.first, self.post.given - self.first)
        found = storm_states(self.installation, groups)
        assert set(found) == set(groups)
        return {group: state for group, (state, _code) in found.items()}

    def is_settled(self) -> bool:
        return set(self.states().values()) <= SETTLED


@contextmanager
def load_on(installation: Installation) -> Iterator[Load]:
    sink = Sink(installation.people)
    with (
        Chatters(installation.people, at_once=4) as chatters,
        Visitors(installation.people, at_once=1) as visitors,
    ):
        post, first = Post(sink, installation.connect), next(_firsts)
        chatters.given = visitors.given = post.given = first
        yield Load(installation, chatters, visitors, sink, post, first)


@pytest.fixture
def load(installation: Installation) -> Iterator[Load]:
    with load_on(installation) as running:
        yield running


def test_each_kind_of_process_may_die_under_load(installation: Installation, load: Load) -> None:
    one, two = installation.machines
    took: dict[str, float] = {}
    load.go_on()
    for kind in KINDS:
        began = time.monotonic()
        load.post.send(DELIVERIES, urgent=kind == "sender")
        load.chatters.say(40)
        installation.kill_and_age(one, kind)
        load.go_on()
        load.cry_for_help()
        took[kind] = time.monotonic() - began
        sign = one.processes[kind].sign
        for site in SITES:
            # Of the second machine nothing is missing.
            assert two.health(site) == (200, ""), (kind, site)
            is_dead, is_missed = kind == site, kind in ESSENTIAL
            expected = (0, "") if is_dead else (503, sign) if is_missed else (200, "")
            eventually(
                lambda s=site, e=expected: one.health(s) == e, 10, f"{kind} at {site}: {expected}"
            )
        if kind in {"edge", "worker@alarm", "sender"}:
            said = one.doctor()
            level, words = said[sign]
            assert level == "wrong", (sign, words)
            bad = {name for name, (level, _words) in said.items() if level == "wrong"}
            assert bad <= {sign, "backup", "tasks"}, bad
            assert two.doctor()[sign][0] == "ok"
        one.processes[kind].start_and_wait()
        installation.wait_until_well()
    print(f"\nuntil everything went on after a kill: { {k: round(s, 1) for k, s in took.items()} }")
    eventually(load.is_settled, 90, "deliveries stay open")
    tips = Counter(text for (text,) in installation.ask("SELECT text FROM tips_tip"))
    expected = [*load.acknowledged, *load.in_danger]
    assert {text: tips[text] for text in expected if tips[text] != 1} == {}
    states, got = load.states(), load.sink.received()
    assert [group for group, state in states.items() if state == "sent" and not got[group]] == []
    # Only what is urgent is sent again when nobody knows how a try ended.
    again = {group for group in states if got[group] > 1}
    assert again <= load.post.urgent
    print(f"{len(expected)} tips, {len(states)} deliveries, {len(again)} of them twice")


def test_the_pooler_and_the_proxy_may_die(installation: Installation, load: Load) -> None:
    load.go_on()
    installation.pooler.kill()
    # Chats come in by the edges, which no pooler stands before.
    wait_for_more(load.chatters, 10)
    for machine in installation.machines:
        eventually(
            lambda m=machine: m.health("public") == (503, "database"), 15, "nobody misses it"
        )
        assert machine.health("edge") == (200, "")
        # A page that asks the database says so in words, and hangs nowhere.
        assert machine.ask("public", "/")[0] in {200, 503}
    installation.pooler.start()
    installation.wait_until_well()
    load.go_on()
    installation.proxy.kill()
    load.chatters.say(5)
    installation.proxy.start()
    load.go_on()
    eventually(load.is_settled, 90, "deliveries stay open")
    tips = Counter(text for (text,) in installation.ask("SELECT text FROM tips_tip"))
    assert {text for text in load.acknowledged if tips[text] != 1} == set()
