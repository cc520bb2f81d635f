"""The pgbouncer of the operator's guide, as it stands there: two sites, few server connections."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from keng.runtime.postgres import embedded_cluster
from tests.load.forms import FormBrowser, signed_in_officer
from tests.load.storm import Journal
from tests.load.web import Browser
from tests.stack import Stack, free_ports
from tests.stack_database import connect_as_owner

EXAMPLE = Path(__file__).parents[2] / "deploy" / "pgbouncer.ini"
PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
needs_pgbouncer = pytest.mark.skipif(
    PROGRAM is None, reason="pgbouncer is not installed here: the guide's example was not run."
)
SITES = ("public", "desk")
# Fewer than there are people below, so that each server connection serves many of them.
SERVER_CONNECTIONS = 2
ROUNDS = 12


@contextmanager
def pgbouncer(stack: Stack, port: int) -> Iterator[None]:
    """The guide's example for the database of this stack, which need not run yet."""
    folder = stack.folder
    words = EXAMPLE.read_text()
    where = f"host={embedded_cluster(stack.data)._sockets()} port=5432"
    for pattern, value in (
        ("host=database.example port=5432", where),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("auth_file = .*", f"auth_file = {folder}/userlist.txt"),
        ("default_pool_size = .*", f"default_pool_size = {SERVER_CONNECTIONS}"),
    ):
        words, count = re.subn(pattern, value, words)
        assert count == 1, pattern
    (folder / "pgbouncer.ini").write_text(words)
    passwords = {
        f"keng_{site}": (stack.data / "secrets" / "database" / f"keng_{site}").read_text().strip()
        for site in SITES
    }
    lines = (f'"{role}" "{password}"' for role, password in passwords.items())
    (folder / "userlist.txt").write_text("\n".join(lines))
    assert PROGRAM is not None
    with (folder / "pgbouncer.log").open("w") as log:
        process = subprocess.Popen(
            # It refuses to be root, and not everybody comes to the socket.
            [
                PROGRAM,
                "-u",
                (stack.data / "postgres" / "cluster").owner(),
                str(folder / "pgbouncer.ini"),
            ],
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def pooled_stack() -> Iterator[Stack]:
    """A small province whose two sites reach the database through pgbouncer alone."""
    (port,) = free_ports(1)
    environment = {"PGGSSENCMODE": "disable"}
    with Stack(environment) as stack:
        # Passwords are made at the first start.
        stack.stop()
        for site in SITES:
            environment[f"KENG_DATABASE_URL_{site.upper()}"] = f"postgresql://127.0.0.1:{port}/keng"
        with pgbouncer(stack, port):
            stack.start()
            yield stack
            stack.stop()


def server_connections(stack: Stack) -> dict[str, int]:
    """Those of the pooler, by role: who listens for changes does so beside it."""
    with connect_as_owner(stack.data) as database:
        return dict(
            database.execute(
                "SELECT usename::text, count(*) FROM pg_stat_activity"
                " WHERE usename IN ('keng_public', 'keng_desk')"
                " AND application_name NOT LIKE '% desk changes' GROUP BY 1"
            ).fetchall()
        )


@needs_pgbouncer
def test_officers_who_share_server_connections_each_see_their_own(pooled_stack: Stack) -> None:
    names = sorted(pooled_stack.officers)
    desks = {name: signed_in_officer(pooled_stack, name).open("/") for name in names}
    own = {name: rows_of(desk) for name, desk in desks.items()}
    assert len(set(own.values())) > 1

    def look_again(name: str) -> list[frozenset[str]]:
        return [rows_of(desks[name].open("/")) for _ in range(ROUNDS)]

    with ThreadPoolExecutor(len(names)) as people:
        for name, seen in zip(names, people.map(look_again, names), strict=True):
            assert set(seen) == {own[name]}, name
    assert all(count <= SERVER_CONNECTIONS for count in server_connections(pooled_stack).values())


def rows_of(desk: FormBrowser) -> frozenset[str]:
    return frozenset(desk.links("/tips/"))


@needs_pgbouncer
def test_a_tip_goes_from_a_resident_to_an_answer(pooled_stack: Stack) -> None:
    journal = Journal()
    words = "Có người gọi tự xưng ngân hàng, đòi mã OTP của tôi."
    Browser(pooled_stack.public, journal).report(words)
    assert set(journal.answers) == {200}
    with connect_as_owner(pooled_stack.data) as database:
        until = time.monotonic() + 60
        find = "SELECT t.id FROM tips_tip t WHERE text = %s AND reference <> ''"
        while (row := database.execute(find, [words]).fetchone()) is None:
            assert time.monotonic() < until, "nobody examined the tip"
            time.sleep(0.2)
    assert row


@needs_pgbouncer
def test_the_doctor_says_that_it_is_well(pooled_stack: Stack) -> None:
    words = pooled_stack.command("doctor").stdout
    (line,) = (line for line in words.splitlines() if re.match(r"\W*\w+\W+pooler", line))
    assert "server connections that it needs" in line, line


@needs_pgbouncer
def test_each_session_has_the_limits_of_its_role(pooled_stack: Stack) -> None:
    address = pooled_stack.environment["KENG_DATABASE_URL_DESK"]
    password = (pooled_stack.data / "secrets" / "database" / "keng_desk").read_text().strip()
    with psycopg.connect(address, user="keng_desk", password=password) as found:
        assert found.execute("SHOW statement_timeout").fetchone() == ("20s",)
        assert found.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("1min",)
