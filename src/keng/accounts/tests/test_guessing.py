"""The figures that bound a guesser, and what is kept of whom."""

import gc
from contextlib import suppress

import pytest

from keng.accounts import guessing
from keng.accounts.guessing import GuessCounter, TooManyTries, TryOrigin
from keng.kit.rate_limits import TokenBucket

DAY = 24 * 3600


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def let_through(guesses, clock, origins, *, seconds=DAY, every=10, name="lan"):
    """How many tries get through when each origin tries again and again for a day."""
    through = 0
    end = clock.now + seconds
    while clock.now < end:
        for origin in origins:
            try:
                guesses.begin_try(name, origin)
            except TooManyTries:
                continue
            through += 1
        clock.now += every
    return through


def test_one_network_has_so_many_tries_a_day_as_the_first_lines_say():
    clock = Clock()
    assert let_through(GuessCounter(clock=clock), clock, [TryOrigin("a")]) in range(290, 294)


def test_the_whole_world_has_so_many_tries_a_day_as_the_first_lines_say():
    clock = Clock()
    world = [TryOrigin(f"10.{n}.0.0/24") for n in range(200)]
    guesses = GuessCounter(clock=clock)
    assert let_through(guesses, clock, world, every=60) in range(735, 741)
    assert let_through(guesses, clock, world, every=60) in range(718, 722)
    for figure in ("740", "720", "293", "0.09 %", "0.22 %"):
        assert figure in guessing.__doc__


def test_a_network_that_tries_many_names_waits():
    clock = Clock()
    guesses = GuessCounter(clock=clock)
    for n in range(guessing.NETWORK_LIMIT[0]):
        guesses.begin_try(f"name{n}", TryOrigin("a"))
    with pytest.raises(TooManyTries) as refused:
        guesses.begin_try("another", TryOrigin("a"))
    assert refused.value.is_wide
    assert refused.value.seconds <= 30
    # A browser that is known for its name does not, and no other network.
    guesses.begin_try("another", TryOrigin("a", browser="own"))
    guesses.begin_try("another", TryOrigin("b"))


def test_what_was_right_counts_nowhere():
    clock = Clock()
    guesses = GuessCounter(clock=clock)
    for _ in range(100):
        guesses.begin_try("lan", TryOrigin("a")).count_as_right()


def test_a_known_browser_that_guesses_waits_like_everybody():
    clock = Clock()
    own = TryOrigin("a", browser="own")
    assert let_through(GuessCounter(clock=clock), clock, [own], seconds=60) == 5


def use_up(guesses, name, origin):
    for _ in range(guessing.PAIR_LIMIT[0]):
        guesses.begin_try(name, origin)


def flood(guesses, names, origins):
    """Made-up names, each once from each origin."""
    for number in range(names):
        for origin in origins:
            with suppress(TooManyTries):
                guesses.begin_try(f"made-up {number}", origin)


def test_made_up_names_from_one_network_give_nobody_new_tries():
    guesses = GuessCounter(clock=Clock())
    here = TryOrigin("a")
    use_up(guesses, "lan", here)
    flood(guesses, guessing._MOST + 1, [here])
    guesses._networks = guessing._Counts(guessing.NETWORK_LIMIT)
    with pytest.raises(TooManyTries) as refused:
        guesses.begin_try("lan", here)
    assert not refused.value.is_wide


def test_what_a_network_is_refused_takes_no_room():
    guesses = GuessCounter(clock=Clock())
    flood(guesses, 100, [TryOrigin("a")])
    most = guessing.NETWORK_LIMIT[0]
    assert (len(guesses._pairs._buckets), len(guesses._names._buckets)) == (most, most)


def test_made_up_names_from_many_networks_push_out_none_that_is_used_up(monkeypatch):
    monkeypatch.setattr(guessing, "_MOST", 100)
    clock = Clock()
    guesses = GuessCounter(clock=clock)
    here = TryOrigin("a")
    use_up(guesses, "lan", here)
    for number in range(guessing.NAME_LIMIT[0] - guessing.PAIR_LIMIT[0]):
        guesses.begin_try("lan", TryOrigin(f"many {number}"))
    flood(guesses, 20, [TryOrigin(f"network {number}") for number in range(50)])
    clock.now += 1
    with pytest.raises(TooManyTries) as refused:
        guesses.begin_try("lan", here)
    assert not refused.value.is_wide
    with pytest.raises(TooManyTries) as refused:
        guesses.begin_try("lan", TryOrigin("fresh"))
    assert refused.value.is_wide
    assert len(guesses._pairs._buckets) <= 100


def test_where_there_is_room_for_none_more_strangers_wait_and_no_known_browser(monkeypatch):
    monkeypatch.setattr(guessing, "_MOST", 10)
    clock = Clock()
    guesses = GuessCounter(clock=clock)
    for number in range(10):
        use_up(guesses, f"name {number}", TryOrigin(f"network {number // 2}"))
    looked = []
    left = TokenBucket.left
    monkeypatch.setattr(
        TokenBucket, "left", lambda self, now: looked.append(now) or left(self, now)
    )
    for _ in range(5):
        with pytest.raises(TooManyTries) as refused:
            guesses.begin_try("another", TryOrigin("fresh"))
        assert refused.value.is_wide
    # The network of each try, and all pairs but once: who is refused has nobody look again.
    assert len(looked) == 5 + 10
    guesses.begin_try("lan", TryOrigin("a", browser="own"))
    clock.now += guessing.PAIR_LIMIT[0] / guessing.PAIR_LIMIT[1]
    guesses.begin_try("another", TryOrigin("fresh"))


def test_neither_a_network_nor_a_name_is_kept():
    guesses = GuessCounter()
    guesses.begin_try("mot.ten.rieng", TryOrigin("203.0.113.0/24"))
    kept = repr(list(gc.get_referents(guesses._pairs._buckets)))
    assert "mot.ten" not in kept
    assert "203.0" not in kept
