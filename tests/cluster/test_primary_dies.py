"""The primary is killed under load, a standby promoted by hand: nothing acknowledged is lost."""

import os
import statistics
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from keng.runtime.tests.chance import is_nightly
from tests.cluster.replicated_database import ReplicatedDatabase, eventually
from tests.load.storm import Chatters, Visitors
from tests.stack import Stack

ROUNDS = 3 if os.environ.get("KENG_TEST_CLUSTER") == "long" or is_nightly() else 1
MESSAGES = 600
# The edge gives a batch up after ten seconds, and a page of the public site its commit; the rest
# is a busy machine's.
LONGEST_ANSWER = 30


@pytest.fixture(scope="module")
def stack(database: ReplicatedDatabase) -> Iterator[Stack]:
    with Stack({"DATABASE_URL": database.url(), "KENG_DRAFTS_NETWORK_LIMIT": "0,1"}) as made:
        yield made


def tips_by_text(database: ReplicatedDatabase) -> Counter[str]:
    with database.members[database.primary].connect("keng") as superuser:
        rows = superuser.execute("SELECT text, count(*) FROM tips_tip GROUP BY 1").fetchall()
    return Counter(dict(rows))


def test_nothing_acknowledged_is_lost_and_nobody_starts_anything_anew(
    database: ReplicatedDatabase, stack: Stack
) -> None:
    names = ("edge", "public", "desk", "worker", "worker-alarm", "sender")
    before = {name: stack.pid(name) for name in names}
    away, after_promotion = [], []
    acknowledged: list[str] = []
    with Chatters(stack, at_once=8) as chatters, Visitors(stack, at_once=2) as visitors:
        for _ in range(ROUNDS):
            chatters.say(MESSAGES)
            visitors.say(6)
            wait_for_more(chatters, 100)
            killed = time.monotonic()
            former = database.primary
            database.kill_primary()
            database.promote_the_furthest()
            promoted = time.monotonic()
            wait_for_more(chatters, 1)
            away.append(time.monotonic() - killed)
            after_promotion.append(time.monotonic() - promoted)
            database.rejoin(former)
            eventually(lambda: len(database.in_sync()) == 2, "the former primary does not follow")
    for people in (chatters, visitors):
        assert len(people.journal.acknowledged) == people.given
        acknowledged += people.journal.acknowledged
    print(
        f"\n{len(acknowledged)} acknowledged; intake answers {statistics.median(away):.1f} s after"
        f" the kill, {statistics.median(after_promotion):.1f} s after the promotion; {away}"
        f" {chatters.journal.answers} {visitors.journal.answers}"
    )
    found = tips_by_text(database)
    assert {text: found[text] for text in acknowledged if found[text] != 1} == {}
    assert {name: stack.pid(name) for name in names} == before
    eventually(lambda: all_are_examined(database), "the worker does not go on")


def wait_for_more(people: Chatters, count: int) -> None:
    """Until so many more of their messages are acknowledged."""
    until = people.journal.answers[200] + count
    eventually(lambda: people.journal.answers[200] >= until, "nothing is taken")


def all_are_examined(database: ReplicatedDatabase) -> bool:
    with database.members[database.primary].connect("keng") as superuser:
        row = superuser.execute("SELECT count(*) FROM tips_tip WHERE examined_at IS NULL")
        return row.fetchone() == (0,)


@pytest.mark.usefixtures("nobody_follows")
def test_with_no_standby_the_edge_says_try_again_and_hangs_nowhere(
    database: ReplicatedDatabase, stack: Stack
) -> None:
    with Chatters(stack, at_once=1) as chatters, Visitors(stack, at_once=1) as visitors:
        # What nobody has said before: a repetition is known, and acknowledged at once.
        chatters.given = visitors.given = 90_000
        chatters.say(1)
        visitors.say(1)
        eventually(lambda: chatters.journal.answers[503] >= 3, "the edge hangs")
        eventually(lambda: visitors.journal.answers[503] >= 2, "the site hangs")
        # The worker waits with what it commits, and with the lock on notifications that goes with
        # it: so would whoever waited for no standby by itself (docs/decisions/0062).
        eventually(lambda: "COMMIT" in database.waiting_commits(), "the worker commits nothing")
        (line,) = (
            line for line in stack.command("doctor").stdout.splitlines() if " standbys " in line
        )
        assert "no standby confirms, so every commit waits" in line, line
        assert chatters.journal.acknowledged == visitors.journal.acknowledged == []
        database.resume(database.standbys[0])
    for people in (chatters, visitors):
        assert len(people.journal.acknowledged) == 1
        longest = max(span.ended - span.began for span in people.journal.spans)
        assert longest < LONGEST_ANSWER, longest
        (text,) = people.journal.acknowledged
        assert tips_by_text(database)[text] == 1
