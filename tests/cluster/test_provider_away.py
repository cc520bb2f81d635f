"""A provider is away, or broken, for a day: what waits, what ends, and how it goes on after."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator

import pytest

from keng.delivery.priorities import Priority
from tests.cluster.machines import Installation, storm_groups, storm_states
from tests.load.storm import Post, Sink, eventually

BULK, URGENT = 300, 10
# Of a provider that answers nothing that can be believed, no more than were asked at once.
ASKED_AT_ONCE = 40
PER_MINUTE = 1200
# As if all of it had begun a day earlier: whatever counts time does so by the database's.
_A_DAY_PASSES = """
WITH waiting AS (
  UPDATE delivery_delivery SET created_at = created_at - interval '1 day',
    not_before = not_before - interval '1 day', expires_at = expires_at - interval '1 day'
  WHERE state IN ('queued', 'not_now')
)
UPDATE delivery_channelaccount SET circuit_open_since = circuit_open_since - interval '1 day',
  bucket_at = bucket_at - interval '1 day'
"""


class BrokenProvider:
    """The fake of every channel, which goes wrong as one orders."""

    def __init__(self, installation: Installation) -> None:
        self._address = f"{installation.zalo}/_fake"

    def answer_everything_with(self, status: int) -> None:
        self._order("next", {"match": "/message", "count": 1_000_000, "status": status})

    def mend(self) -> None:
        self._order("clear", {})

    def _order(self, name: str, body: object) -> None:
        request = urllib.request.Request(
            f"{self._address}/{name}",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=20).close()


@pytest.fixture
def paced(installation: Installation) -> Iterator[Installation]:
    """With a rate, as every account has one."""
    with installation.connect() as owner:
        owner.execute(
            "UPDATE delivery_channelaccount SET rate_per_minute = %s WHERE slug = 'bac-ninh'",
            [PER_MINUTE],
        )
    yield installation
    with installation.connect() as owner:
        owner.execute(
            "UPDATE delivery_channelaccount SET rate_per_minute = 0, circuit_open_since = NULL,"
            " circuit_reason = '' WHERE slug = 'bac-ninh'"
        )


def states_of(installation: Installation, groups: list[str]) -> Counter[tuple[str, str]]:
    return Counter(storm_states(installation, groups).values())


def is_stopped(installation: Installation) -> bool:
    return bool(
        installation.ask(
            "SELECT FROM delivery_channelaccount WHERE slug = 'bac-ninh'"
            " AND circuit_open_since IS NOT NULL"
        )
    )


def let_a_day_pass(installation: Installation) -> None:
    with installation.connect() as owner:
        owner.execute(_A_DAY_PASSES)


def test_what_a_broken_provider_was_not_asked_waits_a_day_and_goes_out_in_order(
    paced: Installation,
) -> None:
    provider, sink = BrokenProvider(paced), Sink(paced.people)
    post = Post(sink, paced.connect)
    # Other tests' groups have other names.
    post.given = 10_000
    provider.answer_everything_with(503)
    post.send(BULK)
    groups = storm_groups(10_000, BULK)
    eventually(lambda: is_stopped(paced), 60, "the account is not stopped")
    before = len(sink.entries())
    burned = sum(
        count for (state, _code), count in states_of(paced, groups).items() if state == "unknown"
    )
    assert burned <= ASKED_AT_ONCE, burned
    # What came in meanwhile and cannot wait, and what is worth nothing tomorrow.
    post.send(URGENT, urgent=True)
    post.send(5)
    urgent = storm_groups(10_000 + BULK, URGENT)
    short = storm_groups(10_000 + BULK + URGENT, 5)
    with paced.connect() as owner:
        owner.execute(
            "UPDATE delivery_delivery SET expires_at = now() + interval '12 hours'"
            " WHERE address = ANY (%s)",
            [short],
        )
        owner.execute(
            "UPDATE delivery_delivery SET priority = %s WHERE address = ANY (%s)",
            [Priority.URGENT_WARNING, urgent],
        )
    doctor = paced.machines[0].doctor()
    assert doctor["accounts"][0] == "attention", doctor["accounts"]
    assert "bac-ninh" in doctor["accounts"][1]
    provider.mend()
    let_a_day_pass(paced)
    every = [*groups, *urgent, *short]
    waiting = {"queued", "leased", "not_now"}
    eventually(
        lambda: not waiting & {state for state, _code in states_of(paced, every)},
        90,
        "it does not go on",
    )
    found = states_of(paced, short)
    assert set(found) == {("rejected", "expired")}, found
    assert {state for state, _code in states_of(paced, urgent)} == {"sent"}
    came = [entry for entry in sink.entries()[before:] if entry["recipient"].startswith("storm-1")]
    order = [entry["recipient"] for entry in came]
    assert max(Counter(order).values()) == 1
    # One shows that the account works again; then what is urgent, before all that waited longer.
    assert set(urgent) <= set(order[: URGENT + 3]), order[: URGENT + 3]
    seconds = Counter(int(entry["at"]) for entry in came)
    assert max(seconds.values()) <= PER_MINUTE / 60 * 1.5, seconds
    assert not is_stopped(paced)
    print(f"\nof {BULK} asked for, {burned} ended as unknown; per second {max(seconds.values())}")
