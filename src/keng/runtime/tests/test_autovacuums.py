"""A change of a table gets past an autovacuum of it, and makes nobody else wait."""

import threading
import time

import psycopg
import pytest

from keng.kit.database import dsn
from keng.runtime import migrate
from keng.runtime.autovacuums import end_autovacuums
from keng.runtime.postgres import embedded_cluster
from keng.runtime.roles import ensure_owner, ensure_roles
from keng.runtime.row_security import WAITS_FOR_A_TABLE

# The autovacuum of this table sleeps after each of its pages: it would take minutes.
TABLE = """
CREATE TABLE tip (id int, words text) WITH (
  autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, fillfactor = 10
);
INSERT INTO tip SELECT each, repeat('word ', 100) FROM generate_series(1, 5000) each;
DELETE FROM tip
"""
WORKS_ON_IT = (
    "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'ShareUpdateExclusiveLock'"
    " AND relation = 'tip'::regclass"
)
IS_BEHIND = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'tip'::regclass"


@pytest.fixture
def owner(open_folder, monkeypatch):
    made = embedded_cluster(open_folder / "data", {"autovacuum_naptime": "1", "fsync": "off"})
    monkeypatch.setenv("KENG_DATA", str(made.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    made.start()
    ensure_owner(made)
    ensure_roles(dsn("owner"))
    with psycopg.connect(dsn("owner"), autocommit=True) as owner:
        yield owner
    made.stop()


def test_a_table_is_changed_though_an_autovacuum_of_it_would_take_minutes(owner, monkeypatch):
    monkeypatch.setattr(migrate, "_TRIES", 20)
    for statement in TABLE.split(";"):
        owner.execute(statement)
    wait_until(owner, WORKS_ON_IT)

    def change():
        with psycopg.connect(dsn("owner"), autocommit=True) as changing:
            changing.execute(f"SET lock_timeout = '{WAITS_FOR_A_TABLE}'")
            changing.execute("ALTER TABLE tip ADD COLUMN more int")

    migrate._patiently(change)
    owner.execute("SELECT more FROM tip")


def test_nobody_who_reads_or_writes_waits_behind_it_and_what_is_not_ended_is_left(owner):
    owner.execute("CREATE TABLE tip (id int) WITH (autovacuum_enabled = false)")
    with psycopg.connect(dsn("owner")) as holder:
        holder.execute("LOCK TABLE tip IN SHARE UPDATE EXCLUSIVE MODE")
        waits = threading.Thread(target=end_autovacuums)
        waits.start()
        wait_until(owner, IS_BEHIND)
        owner.execute("SET lock_timeout = '10ms'")
        owner.execute("INSERT INTO tip VALUES (1)")
        assert owner.execute("SELECT * FROM tip").fetchall() == [(1,)]
        # It gives up, and raises nothing.
        waits.join(30)
        assert not waits.is_alive()
        holder.execute("SELECT 1")
    assert owner.execute(IS_BEHIND).fetchone() == (0,)


def wait_until(connection, question):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if connection.execute(question).fetchone()[0]:
            return
        time.sleep(0.05)
    pytest.fail(question)
