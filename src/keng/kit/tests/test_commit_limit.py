"""Whose commit takes too long is cancelled, and nobody else waits for that."""

import threading
import time

import psycopg
import pytest

from keng.kit.postgresql import commit_limit
from keng.kit.postgresql.commit_limit import CommitWatch


class _Connection:
    """One whose server takes a cancelling, or whose server is dead."""

    def __init__(self, *, is_dead=False):
        self.cancelled_at, self._is_dead = [], is_dead
        self.is_asked, self.is_given_up = threading.Event(), threading.Event()

    def cancel_safe(self, *, timeout):
        self.cancelled_at.append(time.monotonic())
        self.is_asked.set()
        if self._is_dead:
            self.is_given_up.wait(60)
            raise psycopg.errors.CancellationTimeout


@pytest.fixture
def watch(monkeypatch):
    monkeypatch.setattr(commit_limit, "_LOOKS_EVERY", 0.01)
    return CommitWatch(limit=0.05)


def _hold(watch, connection, until):
    with watch.watched(connection):
        until.wait(60)


def test_nobody_waits_for_the_cancelling_at_a_dead_server(watch):
    dead, end = _Connection(is_dead=True), threading.Event()
    stuck = threading.Thread(target=_hold, args=(watch, dead, end))
    stuck.start()
    assert dead.is_asked.wait(30)
    others = threading.Thread(target=_hold, args=(watch, _Connection(), dead.is_asked))
    others.start()
    others.join(30)
    assert not others.is_alive()
    # Whose own cancelling goes on does wait: it must not hit what comes next on that connection.
    end.set()
    stuck.join(0.2)
    assert stuck.is_alive()
    dead.is_given_up.set()
    stuck.join(30)
    assert not stuck.is_alive()


def test_a_server_that_takes_no_cancelling_is_left_alone_while_others_have_their_turn(watch):
    dead, other, end = _Connection(is_dead=True), _Connection(), threading.Event()
    dead.is_given_up.set()
    threads = [threading.Thread(target=_hold, args=(watch, each, end)) for each in (dead, other)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 30
    while len(other.cancelled_at) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    end.set()
    for thread in threads:
        thread.join(30)
    assert len(other.cancelled_at) >= 3
    assert len(dead.cancelled_at) == 1
