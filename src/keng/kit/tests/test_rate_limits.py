"""How often a network may look up; the counts say of nobody who it was."""

from django.http import HttpResponse
from django.test import RequestFactory

from keng.kit.rate_limits import (
    ChatThrottle,
    FormThrottle,
    RateLimits,
    ask_to_wait,
    forget_all_counts,
    limit_of_setting,
    network_of_scope,
)


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def make_limits(clock, *, network=(3, 0.5), process=(100, 50.0)):
    return RateLimits(network=network, process=process, clock=clock)


def test_a_network_may_ask_so_many_times_and_then_one_by_one():
    clock = Clock()
    limits = make_limits(clock)
    assert [limits.wait("n") for _ in range(4)] == [0, 0, 0, 2.0]
    assert limits.wait("other") == 0
    clock.now += 2
    assert [limits.wait("n"), limits.wait("n")] == [0, 2.0]


def test_all_networks_together_have_a_limit_too():
    limits = make_limits(Clock(), process=(5, 1.0))
    assert [limits.wait(f"n{i}") for i in range(7)].count(0) == 5


def test_enumerating_every_prefix_from_one_network_takes_most_of_a_day():
    clock = Clock()
    limits = make_limits(clock, network=(240, 2.0))
    asked = 0
    while clock.now < 1000 + 6 * 3600:
        wait = limits.wait("scraper")
        if wait:
            clock.now += wait
        else:
            asked += 1
    assert asked < 65_536 * 0.75


def test_a_crowd_of_addresses_fills_no_memory_and_frees_nobody_who_asks_on():
    clock = Clock()
    limits = make_limits(clock, process=(10**6, 1e6))
    for number in range(25_000):
        limits.wait(f"n{number}")
    assert len(limits._buckets) == 20_000


def test_the_counts_hold_no_network_and_their_key_changes():
    clock = Clock()
    limits = make_limits(clock)
    limits.wait("203.0.113.0/24")
    (before,) = limits._buckets
    assert b"203" not in before
    clock.now += 3601
    limits.wait("203.0.113.0/24")
    (after,) = limits._buckets
    assert after != before


def scope(client, forwarded=None):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"client": client, "headers": headers}


def test_neighbours_share_a_network_and_a_forged_header_is_not_believed():
    assert network_of_scope(scope(("203.0.113.7", 1)), behind_proxy=False) == "203.0.113.0/24"
    assert (
        network_of_scope(scope(("::ffff:203.0.113.9", 1)), behind_proxy=False) == "203.0.113.0/24"
    )
    assert network_of_scope(scope(("2001:db8:1:2::3", 1)), behind_proxy=False) == "2001:db8:1::/48"
    forged = scope(("203.0.113.7", 1), "198.51.100.1")
    assert network_of_scope(forged, behind_proxy=False) == "203.0.113.0/24"
    proxied = scope(("127.0.0.1", 1), "198.51.100.1, 192.0.2.55")
    assert network_of_scope(proxied, behind_proxy=True) == "192.0.2.0/24"
    assert network_of_scope(scope(None), behind_proxy=False) == ""


def test_without_a_limit_for_all_there_is_none():
    limits = make_limits(Clock(), network=(1, 0.1), process=None)
    assert not any(limits.wait(f"n{number}") for number in range(5_000))


def test_a_chat_that_asks_too_often_is_told_once():
    throttle = ChatThrottle(at_once=2, per_second=0.001)
    assert [throttle.refusal(b"a") for _ in range(5)] == ["", "", "tell", "silent", "silent"]
    assert throttle.refusal(b"b") == ""


def test_both_figures_of_a_limit_come_from_the_environment(monkeypatch):
    monkeypatch.delenv("KENG_LOOKUP_LIMIT", raising=False)
    assert limit_of_setting("KENG_LOOKUP_LIMIT", "240,2") == (240, 2.0)
    for said, meant in (
        ("", (240, 2.0)),
        ("7,0.5", (7, 0.5)),
        ("9", (9, 1.0)),
        ("0,0", (0, 0.001)),
    ):
        monkeypatch.setenv("KENG_LOOKUP_LIMIT", said)
        assert limit_of_setting("KENG_LOOKUP_LIMIT", "240,2") == meant


def test_who_has_to_wait_is_told_so_by_the_status_too():
    refused = ask_to_wait(HttpResponse(status=422), 1.2)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    answered = ask_to_wait(HttpResponse(status=422), 0)
    assert answered.status_code == 422
    assert "Retry-After" not in answered.headers


def test_all_counts_are_forgotten_together():
    limits, throttle = make_limits(Clock(), network=(1, 0.1)), FormThrottle(at_once=1, pause=60)
    request = RequestFactory().get("/")
    for _ in range(3):
        limits.wait("n")
        throttle.seconds_to_wait(request)
    assert limits.wait("n")
    assert throttle.seconds_to_wait(request, 0)
    forget_all_counts()
    assert not limits.wait("n")
    assert not throttle.seconds_to_wait(request)
