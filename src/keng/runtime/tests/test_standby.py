"""A real standby beside its primary: who may choose goes past it, and who is with it goes away."""

import asyncio
import subprocess
import time

import psycopg
import pytest
from django.db import connection
from django.db.utils import load_backend
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from keng.kit.database import django_database, dsn
from keng.kit.health import Health
from keng.kit.read_only_servers import server_only_reads, told_that_it_only_reads
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
    assert edge._faults_of_database() == ["database"]
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
    wait_until(lambda: edge._faults_of_database() == [])
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
