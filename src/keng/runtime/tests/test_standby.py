"""A real standby beside its primary: who may choose goes past it, and who is with it goes away."""

import asyncio
import subprocess
import threading
import time

import psycopg
import pytest
from django.db import connection
from django.db.utils import load_backend
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from keng.kit.database import django_database, dsn
from keng.kit.health import Health
from keng.kit.read_only_servers import server_only_reads, told_that_it_only_reads
from keng.kit.standby_probe import StandbyProbe
from keng.runtime.postgres import embedded_cluster
from keng.runtime.roles import ensure_owner, ensure_roles


@pytest.fixture
def standby(cluster, monkeypatch):
    """A copy of the cluster that waits for its primary; KENG_DATA names it."""
    monkeypatch.setenv("KENG_DATA", str(cluster.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cluster.start()
    ensure_owner(cluster)
    ensure_roles(dsn("owner"))
    cluster.stop()
    data = cluster.data.with_name("standby")
    subprocess.run(["cp", "-a", str(cluster.data), str(data)], check=True)
    (data / "postgres" / "cluster" / "standby.signal").touch()
    copy = embedded_cluster(data)
    monkeypatch.setenv("KENG_DATA", str(data))
    copy.start()
    yield copy
    copy.stop()


@pytest.mark.django_db
def test_a_standby_is_no_database_until_it_is_promoted(standby, cluster, monkeypatch):
    with psycopg.connect(dsn("edge")) as found:
        assert server_only_reads(found)
    edge = Health("edge")
    assert edge._faults_of_database(lambda _: None) == ["database"]
    django = load_backend(connection.settings_dict["ENGINE"]).DatabaseWrapper(
        connection.settings_dict | django_database("edge")
    )
    django.connect()
    assert not django.is_usable()
    assert asyncio.run(told_at_connecting(dsn("edge")))

    # Both named: it is found which one writes.
    cluster.start()
    hosts = [conninfo_to_dict(dsn("edge"))["host"], str(cluster._sockets())]
    both = make_conninfo(dsn("edge"), host=",".join(hosts))
    monkeypatch.setenv("KENG_DATABASE_URL_EDGE", both)
    assert not asyncio.run(told_at_connecting(dsn("edge")))
    wait_until(lambda: edge._faults_of_database(lambda _: None) == [])
    with psycopg.connect(dsn("edge")) as found:
        assert found.info.host == hosts[1]

    # Promoted, it is one for those who stayed with it.
    with standby.connect() as superuser:
        superuser.execute("SELECT pg_promote()")
    wait_until(django.is_usable)
    django.close()


def wait_until(is_so):
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


async def told_at_connecting(address):
    async with await psycopg.AsyncConnection.connect(address) as opened:
        return told_that_it_only_reads(opened)


@pytest.fixture
def lonely_primary(cluster, monkeypatch):
    """One whose commits wait for a standby that is not there."""
    monkeypatch.setenv("KENG_DATA", str(cluster.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cluster.start()
    ensure_owner(cluster)
    ensure_roles(dsn("owner"))
    yield cluster
    set_standbys(cluster, "")
    cluster.stop()


def set_standbys(cluster, names):
    """What is waiting goes on once there are no names."""
    with cluster.connect() as superuser:
        superuser.autocommit = True
        superuser.execute("SET synchronous_commit = local")
        superuser.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        superuser.execute("SELECT pg_reload_conf()")


def test_health_says_that_no_standby_confirms_and_when_one_does_again(lonely_primary):
    def database_faults_within(seconds=5):
        """Asked of a process that has just begun: what it said, none where it is well."""
        edge, found = Health("edge"), []
        asking = threading.Thread(
            target=lambda: found.append(edge._faults_of_database(lambda _: found.append("waits"))),
            daemon=True,
        )
        asking.start()
        asking.join(seconds)
        return found

    assert database_faults_within() == ["waits", []]
    set_standbys(lonely_primary, "one")
    wait_until(lambda: database_faults_within(1) == ["waits"])
    edge = Health("edge")
    edge.ask()
    assert not edge._is_well
    assert "standbys" in edge._waits_for
    set_standbys(lonely_primary, "")
    wait_until(lambda: database_faults_within() == ["waits", []])


def test_a_monitor_is_told_for_how_long_a_commit_waits_for_a_standby(lonely_primary):
    probe = StandbyProbe("public", tried_every=0)
    assert probe.waited_seconds() is None
    set_standbys(lonely_primary, "one")
    # It grows while nothing confirms, and whoever asks waits for nobody.
    wait_until(lambda: (probe.waited_seconds() or 0) > 1)
    asked = probe.waited_seconds()
    wait_until(lambda: (probe.waited_seconds() or 0) > asked)
    set_standbys(lonely_primary, "")
    wait_until(lambda: probe.waited_seconds() is None)


def test_of_a_database_that_does_not_answer_no_wait_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@/keng?host={tmp_path}")
    probe = StandbyProbe("public", tried_every=0)
    for _each in range(3):
        assert probe.waited_seconds() is None
        probe._trying.join(10)
