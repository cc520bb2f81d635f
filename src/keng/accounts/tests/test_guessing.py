"""The figures that bound a guesser, whichever process they ask, and what is kept of whom."""

import threading
from contextlib import suppress

import pytest
from django.db import connection

from keng.accounts import guessing
from keng.accounts.guessing import GuessCounter, TooManyTries, TryOrigin
from keng.limits import guesses, shared
from keng.limits.guesses import GuessLimit, remove_refilled_guesses
from keng.limits.models import GuessCount

pytestmark = pytest.mark.django_db

HOUR, DAY = 3600, 24 * 3600


class Clock:
    def __init__(self):
        self.now = 600_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """One for the keys and the counts, which goes on when it is told to."""
    found = Clock()
    monkeypatch.setattr(shared, "seconds_now", found)
    monkeypatch.setattr(guesses, "guess_clock", found)
    return found


@pytest.fixture
def counter():
    return GuessCounter("tried out")


def let_through(counter, clock, origins, *, seconds, every, name="officer lan"):
    """How many tries get through when each origin tries again and again."""
    through = 0
    end = clock.now + seconds
    while clock.now < end:
        for origin in origins:
            with suppress(TooManyTries):
                counter.begin_try(name, origin)
                through += 1
        clock.now += every
    return through


def in_a_day(limit):
    at_once, pause = limit
    return at_once - 1 + DAY / pause


def test_the_first_lines_say_what_the_figures_come_to():
    assert round(in_a_day(guessing.PAIR_LIMIT)) in range(290, 294)
    assert round(in_a_day(guessing.NAME_LIMIT)) in range(735, 741)
    for figure in ("740", "720", "293", "0.09 %", "0.22 %"):
        assert figure in guessing.__doc__


def test_one_network_has_no_more_however_often_the_key_changes(counter, clock):
    begun = let_through(counter, clock, [TryOrigin("a")], seconds=HOUR, every=60)
    assert begun in range(15, 18)
    assert let_through(counter, clock, [TryOrigin("a")], seconds=HOUR, every=60) in range(11, 14)


def test_silence_earns_no_more_than_the_pause_does(counter, clock):
    """The counts of other limits are forgotten after twenty minutes of it."""
    world = [TryOrigin(f"10.{n}.0.0/24") for n in range(25)]
    through = let_through(counter, clock, world, seconds=2 * HOUR, every=1500)
    assert through <= guessing.NAME_LIMIT[0] + 2 * HOUR / guessing.NAME_LIMIT[1]
    with pytest.raises(ValueError, match="forgotten"):
        GuessLimit("too slow", at_once=5, pause=700.0)


def test_a_network_that_tries_many_names_waits(counter, clock):
    for n in range(guessing.NETWORK_LIMIT[0]):
        counter.begin_try(f"officer name{n}", TryOrigin("a"))
    with pytest.raises(TooManyTries) as refused:
        counter.begin_try("officer another", TryOrigin("a"))
    assert refused.value.is_wide
    assert refused.value.seconds <= 30
    # A browser that is known for its name does not, no other network, and nobody at another door.
    counter.begin_try("officer another", TryOrigin("a", browser="own"))
    counter.begin_try("officer another", TryOrigin("b"))
    counter.begin_try("partner another", TryOrigin("a"))


def test_what_was_right_counts_nowhere(counter, clock):
    for _ in range(40):
        counter.begin_try("officer lan", TryOrigin("a")).count_as_right()
    assert {row.used for row in GuessCount.objects.all()} == {0.0}


def test_the_last_one_knows_that_it_is(counter, clock):
    assert [counter.begin_try("officer lan", TryOrigin("a")).is_last for _ in range(5)] == [
        *[False] * 4,
        True,
    ]


def test_a_known_browser_that_guesses_waits_like_everybody(counter, clock):
    own = TryOrigin("a", browser="own")
    assert let_through(counter, clock, [own], seconds=60, every=10) == 5


def use_up(counter, name, origin):
    for _ in range(guessing.PAIR_LIMIT[0]):
        counter.begin_try(name, origin)


def test_a_process_that_has_just_begun_knows_what_was_tried_elsewhere(counter, clock):
    here = TryOrigin("a")
    use_up(counter, "officer lan", here)
    shared.forget_keys()
    with pytest.raises(TooManyTries) as refused:
        GuessCounter("tried out").begin_try("officer lan", here)
    assert not refused.value.is_wide
    # Passwords and digits are two counts.
    GuessCounter("something else").begin_try("officer lan", here)


def test_what_a_network_is_refused_takes_no_room(counter, clock):
    for number in range(40):
        with suppress(TooManyTries):
            counter.begin_try(f"officer made-up {number}", TryOrigin("a"))
    most = guessing.NETWORK_LIMIT[0]
    assert GuessCount.objects.count() == 1 + 2 * most


def test_made_up_names_have_no_more_room_than_there_is_and_free_nobody(counter, clock, monkeypatch):
    monkeypatch.setattr(guesses, "ROOM", 16)
    here = TryOrigin("a")
    use_up(counter, "officer lan", here)
    for number in range(60):
        with suppress(TooManyTries):
            counter.begin_try(f"officer made-up {number}", TryOrigin(f"network {number}"))
    assert GuessCount.objects.count() <= 3 * 16
    with pytest.raises(TooManyTries):
        counter.begin_try("officer lan", here)
    # A known browser has a room of its own.
    counter.begin_try("officer lan", TryOrigin("a", browser="own"))


def test_neither_a_network_nor_a_name_is_kept(counter, clock):
    counter.begin_try("officer mot.ten.rieng", TryOrigin("203.0.113.0/24"))
    kept = repr(list(GuessCount.objects.values_list()))
    assert "mot.ten" not in kept
    assert "203.0" not in kept


def test_what_has_refilled_is_deleted(counter, clock):
    counter.begin_try("officer lan", TryOrigin("a"))
    clock.now += guesses.LONGEST_REFILL
    assert remove_refilled_guesses() == 0
    clock.now += shared.PERIOD_SECONDS
    assert remove_refilled_guesses() == 3


def test_the_table_is_in_no_log():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'limits_guesscount'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.parametrize("process", ["public", "desk"])
def test_each_site_counts_with_its_own_rights(become, counter, process):
    become(process)
    for _ in range(guessing.PAIR_LIMIT[0] - 1):
        counter.begin_try("officer lan", TryOrigin("a"))
    counter.begin_try("officer lan", TryOrigin("a")).count_as_right()
    counter.begin_try("officer lan", TryOrigin("a"))
    with pytest.raises(TooManyTries):
        counter.begin_try("officer lan", TryOrigin("a"))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_through(counter):
    through = []

    def ask():
        for _ in range(4):
            with suppress(TooManyTries):
                counter.begin_try("officer lan", TryOrigin("", browser="own"))
                through.append(1)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(through) == guessing.PAIR_LIMIT[0]
