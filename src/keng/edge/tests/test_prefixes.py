"""The prefix API on a real edge: what it serves, always as much, to nobody who is remembered."""

import datetime as dt
import http.client
import importlib.util
import json
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from keng.edge import prefixes
from keng.edge.prefixes import LEAST_HASHES, PrefixAnswers, prefix_bounds
from keng.kit import times
from keng.language.lookup_terms import listing_hash, lookup_terms_in
from keng.lookup.models import BlockList, Listing
from tests import make
from tests.running import running

ROOT = Path(__file__).parents[4]
NUMBER = "+84912000417"
SITE = "gia-dich-vu-cong.example"


def ask(edge, prefix, method="GET", **headers):
    asking = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    try:
        asking.request(method, f"/lookup/v1/prefix/{prefix}", headers=headers)
        answer = asking.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        asking.close()


def prefix_of(type, value):
    return listing_hash(type, value).hex()[:4]


def has(edge, type, value):
    body = json.loads(ask(edge, prefix_of(type, value))[1])
    return listing_hash(type, value).hex()[4:] in body["hashes"]


def list_it(value, *, type="phone", **fields):
    unit = make.unit()
    made = {
        "grade": "confirmed",
        "status": "listed",
        "is_harmless": True,
        "unit": unit,
        "made_by": make.officer(unit=unit),
        "released_by": make.officer(unit=unit),
        "released_at": times.now(),
        "expires_on": times.local_date(times.now()),
    }
    return Listing.objects.create(
        indicator=make.indicator(value, type=type),
        lookup_hash=listing_hash(type, value),
        **made | fields,
    )


@pytest.fixture
def edge(account):
    with running("edge") as found:
        yield found


@pytest.fixture
def client():
    spec = importlib.util.spec_from_file_location("lookup_client", ROOT / "docs/lookup_client.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.django_db(transaction=True)
def test_only_confirmed_entries_in_force_are_served(edge):
    yesterday = times.local_date(times.now()) - dt.timedelta(days=1)
    source = BlockList.objects.create(name="Another", expires_on=times.local_date(times.now()))
    list_it(NUMBER)
    list_it("+84912000418", grade="reported")
    list_it("+84912000419", status="proposed", released_by=None, released_at=None)
    list_it("+84912000420", expires_on=yesterday)
    list_it("+84912000421", status="ended", end_reason="mistake", ended_at=times.now())
    imported = {"grade": "imported", "block_list": source, "unit": None, "made_by": None}
    list_it("+84912000422", released_by=None, released_at=None, is_harmless=False, **imported)
    found = [has(edge, "phone", f"+849120004{n}") for n in range(17, 23)]
    assert found == [True, False, False, False, False, False]


@pytest.mark.django_db(transaction=True)
def test_every_answer_has_one_size_and_is_the_same_again(edge):
    for number in range(40):
        list_it(f"+8491200{number:04d}")
    full = prefix_of("phone", "+84912000000")
    answers = [ask(edge, prefix) for prefix in (full, "0000", "ffff", "a1b2", full.upper())]
    assert {len(body) for _status, body, _headers in answers} == {len(answers[0][1])}
    assert {len(str(headers)) for _status, _body, headers in answers} == {len(str(answers[0][2]))}
    assert answers[0][1] == answers[4][1]
    body = json.loads(answers[1][1])
    assert (len(body["hashes"]), body["hashes"]) == (LEAST_HASHES, sorted(body["hashes"]))
    assert "are public" in body["note"]
    assert answers[0][2]["cache-control"] == "public, max-age=600, no-transform"


@pytest.mark.django_db(transaction=True)
def test_an_answer_keeps_its_size_when_an_entry_comes_and_when_it_goes(edge):
    prefix = prefix_of("phone", NUMBER)
    before = ask(edge, prefix)
    made = list_it(NUMBER)
    listed = ask(edge, prefix)
    Listing.objects.filter(pk=made.pk).update(
        status="ended", end_reason="mistake", ended_at=times.now()
    )
    after = ask(edge, prefix)
    assert {len(body) for _status, body, _headers in (before, listed, after)} == {len(before[1])}
    assert before[1] == after[1] != listed[1]


HASHES = st.text("0123456789abcdef", min_size=60, max_size=60)


@given(st.text("0123456789abcdef", min_size=4, max_size=4), st.sets(HASHES, max_size=LEAST_HASHES))
def test_every_answer_is_as_long_as_an_empty_one(prefix, rests):
    body = PrefixAnswers().body(prefix, [bytes.fromhex(prefix + rest) for rest in rests])
    assert len(body) == len(PrefixAnswers().body("0000", []))
    hashes = json.loads(body)["hashes"]
    assert len(set(hashes)) == LEAST_HASHES
    assert rests <= set(hashes)


def test_as_the_edge_comes_one_network_reads_the_whole_list_in_no_working_day(monkeypatch):
    for name in ("KENG_LOOKUP_NETWORK_LIMIT", "KENG_LOOKUP_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    limits = prefixes._limits()
    waits = [limits.wait("scraper") for _ in range(2000)]
    at_once, seconds_for_each = waits.count(0), max(waits)
    assert at_once <= 300
    assert (16**prefixes.PREFIX_DIGITS - at_once) * seconds_for_each > 8 * 3600


@pytest.mark.django_db(transaction=True)
def test_whoever_enumerates_is_stopped_and_told_when_to_come_again(account):
    with running("edge", KENG_LOOKUP_NETWORK_LIMIT="50,0.1") as edge:
        answers = [ask(edge, f"{n:04x}") for n in range(80)]
        statuses = [status for status, _body, _headers in answers]
        assert 50 <= statuses.count(200) <= 52
        assert set(statuses[52:]) == {429}
        assert 1 <= int(answers[-1][2]["retry-after"]) <= 10
        # A header that anybody can write makes nobody another network.
        assert ask(edge, "abcd", **{"X-Forwarded-For": "198.51.100.1"})[0] == 429


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_asker_is_in_the_log_or_in_a_table(edge):
    def rows():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(
                "SELECT relname, n_tup_ins + n_tup_upd FROM pg_stat_user_tables ORDER BY 1"
            )
            return cursor.fetchall()

    before = rows()
    assert ask(edge, "abcd", **{"User-Agent": "a-telling-agent"})[0] == 200
    assert ask(edge, "nonsense")[0] == 400
    assert ask(edge, "abcd", method="POST")[0] == 405
    assert ask(edge, "abcde")[0] == 400
    assert rows() == before
    said = edge.output()
    assert not [word for word in ("abcd", "127.0.0.1", "a-telling-agent") if word in said]


@pytest.mark.django_db(transaction=True)
def test_the_documented_client_finds_what_is_listed_and_tells_the_site_four_digits(edge, client):
    list_it(NUMBER)
    list_it(SITE, type="url")
    assert client.is_listed(edge.url, "phone", "0912 000 417")
    assert client.is_listed(edge.url, "phone", "+84 912-000-417")
    assert client.is_listed(edge.url, "url", f"https://www.login.{SITE}/vao?x=1")
    assert not client.is_listed(edge.url, "phone", "0912 000 418")
    assert not client.is_listed(edge.url, "url", "https://another.example")


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("phone", "0912 000 417"),
        ("phone", "+84912000417"),
        ("phone", "0084 912.000.417"),
        ("bank_account", "1903 6789 0123 45"),
        ("url", "https://a.evil-login.com/x"),
        ("url", "www.evil-login.com"),
    ],
)
def test_the_client_asks_under_the_same_keys_as_the_site(client, kind, written):
    (asked,) = lookup_terms_in(written)
    ours = {value for of, value in asked.keys if of == kind and "/" not in value}
    assert ours <= set(client.keys(kind, written))


def test_more_than_an_answer_holds_makes_every_answer_larger():
    answers = PrefixAnswers()
    small = answers.body("0000", [])
    first, last = prefix_bounds("abcd")
    many = [bytes([*first[:2], n, *last[3:]]) for n in range(LEAST_HASHES + 1)]
    assert len(json.loads(answers.body("abcd", many))["hashes"]) == 2 * LEAST_HASHES
    larger = json.loads(answers.body("0000", []))["hashes"]
    assert set(json.loads(small)["hashes"]) < set(larger)


def test_fillers_look_like_hashes_and_differ_by_prefix():
    answers = PrefixAnswers()
    one, two = (json.loads(answers.body(prefix, []))["hashes"] for prefix in ("0000", "0001"))
    assert {len(each) for each in one} == {60}
    assert not set(one) & set(two)
