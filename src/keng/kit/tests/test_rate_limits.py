"""How often a network may look up; the counts say of nobody who it was."""

from keng.kit.rate_limits import RateLimits, network_of_scope


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
