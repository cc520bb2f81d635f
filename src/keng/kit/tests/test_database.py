"""Each process finds its own database account, and only that."""

import json
import socket
import time

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import keng
from keng.kit.database import (
    _SILENT_SERVER,
    TIME_LIMITS,
    DatabaseNotPrepared,
    data_folder,
    django_database,
    dsn,
    listening_dsn,
    password_file,
    this_process,
    version_of_session,
)


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path):
    """An empty data folder, and no database of the operator's."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def prepared(data):
    """As the launcher leaves it."""
    (data / "postgres").mkdir()
    place = {"host": "/run/keng", "port": 5432, "name": "keng"}
    (data / "postgres" / "connection.json").write_text(json.dumps(place))
    password_file("keng_desk").parent.mkdir(parents=True)
    password_file("keng_desk").write_text("of-the-desk\n")


@pytest.fixture
def external(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss:top@db.invalid:6432/town?sslmode=require")


def test_the_embedded_database_is_found_with_the_own_role(prepared):
    found = conninfo_to_dict(dsn("desk"))
    del found["options"]
    assert version_of_session(found.pop("application_name")) == keng.VERSION
    assert found == {
        "host": "/run/keng",
        "port": "5432",
        "dbname": "keng",
        "user": "keng_desk",
        "password": "of-the-desk",
    }


@pytest.mark.parametrize(
    ("address", "attrs"),
    [
        ("postgresql://boss@one.invalid,two.invalid/town", "read-write"),
        ("postgresql://boss@one.invalid,two.invalid/town?target_session_attrs=any", "any"),
        ("postgresql://boss@/town?hostaddr=10.0.0.1,10.0.0.2", "read-write"),
        ("postgresql://boss@one.invalid/town", None),
    ],
)
def test_of_several_servers_the_one_that_writes_is_meant(monkeypatch, address, attrs):
    monkeypatch.setenv("DATABASE_URL", address)
    assert conninfo_to_dict(dsn("owner")).get("target_session_attrs") == attrs
    monkeypatch.setenv("KENG_DATABASE_URL_EDGE", address)
    assert conninfo_to_dict(dsn("edge")).get("target_session_attrs") == attrs
    assert django_database("edge")["OPTIONS"].get("target_session_attrs") == attrs


@pytest.mark.parametrize("process", ["owner", "public", "desk", "edge", "worker", "sender"])
def test_a_server_without_power_is_not_waited_for(external, process):
    for found in (conninfo_to_dict(dsn(process)), django_database(process)["OPTIONS"]):
        assert found["connect_timeout"] == "3"
        assert found["tcp_user_timeout"] == "10000"
        assert found["keepalives_idle"] == "10"
    assert conninfo_to_dict(listening_dsn("public"))["tcp_user_timeout"] == "10000"


def test_how_long_a_server_is_waited_for_is_the_operators_to_say(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss@one.invalid/town?connect_timeout=9")
    found = conninfo_to_dict(dsn("worker"))
    assert (found["connect_timeout"], found["keepalives_count"]) == ("9", "3")


def test_the_next_server_is_asked_when_the_first_one_says_nothing(monkeypatch):
    """The kernel of a machine takes the connection, and PostgreSQL there answers nothing."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        socket.create_server(("127.0.0.1", 0)) as refused,
    ):
        ports = f"{silent.getsockname()[1]},{refused.getsockname()[1]}"
        refused.close()
        address = f"postgresql://boss@/town?host=127.0.0.1,127.0.0.1&port={ports}"
        monkeypatch.setenv("DATABASE_URL", address)
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match="refused"):
            psycopg.connect(dsn("public"))
    assert time.monotonic() - began < 30


def test_before_the_first_start_it_says_what_to_run():
    with pytest.raises(DatabaseNotPrepared, match="keng migrate"):
        dsn("desk")


def test_settings_can_be_read_before_the_first_start():
    assert django_database("desk")["USER"] == "keng_desk"


def test_the_operators_database_is_used_with_the_own_role(external):
    parameters = conninfo_to_dict(dsn("edge"))
    assert (parameters["host"], parameters["dbname"]) == ("db.invalid", "town")
    assert (parameters["user"], parameters["password"]) == ("keng_edge", "")


def test_only_the_owner_gets_the_operators_own_password(external):
    assert conninfo_to_dict(dsn("owner"))["password"] == "top"


def test_a_process_may_have_a_connection_of_its_own(external, monkeypatch):
    monkeypatch.setenv("KENG_DATABASE_URL_SENDER", "postgresql://s:own@other.invalid/town")
    assert conninfo_to_dict(dsn("sender"))["host"] == "other.invalid"
    assert conninfo_to_dict(dsn("worker"))["host"] == "db.invalid"


def test_what_django_has_no_name_for_becomes_an_option(external):
    database = django_database("public")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["PORT"] == "6432"


def test_connections_are_kept_and_checked():
    database = django_database("public")
    assert database["CONN_MAX_AGE"] is None
    assert database["CONN_HEALTH_CHECKS"] is True


def test_an_unknown_process_is_refused_with_the_known_ones(monkeypatch):
    monkeypatch.setenv("KENG_PROCESS", "kitchen")
    with pytest.raises(ValueError, match=r"public, desk.*kitchen"):
        this_process()


def test_the_data_folder_of_an_ordinary_account_follows_its_settings(monkeypatch, tmp_path):
    monkeypatch.delenv("KENG_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert data_folder() == tmp_path / "keng"


def test_root_keeps_its_data_where_services_do(monkeypatch):
    monkeypatch.delenv("KENG_DATA")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert str(data_folder()) == "/var/lib/keng"


def test_every_process_that_runs_for_long_has_limits_of_time_and_the_owner_has_none(prepared):
    for process in ("public", "desk", "edge", "worker", "sender", "opener"):
        options = conninfo_to_dict(dsn(process))["options"]
        assert django_database(process)["OPTIONS"]["options"] == options
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert f"-c {name}=" in options
    assert "options" not in conninfo_to_dict(dsn("owner"))


def test_whoever_answers_outside_gives_up_sooner_than_whoever_works_alone():
    limits = [TIME_LIMITS[process] for process in ("edge", "public", "desk", "worker")]
    for name in ("statement", "lock", "idle"):
        values = [getattr(each, name) for each in limits]
        assert values == sorted(values)


def test_the_operators_own_limits_win(monkeypatch):
    url = "postgresql://d:own@db.invalid/town?options=-c%20lock_timeout%3D9s"
    monkeypatch.setenv("KENG_DATABASE_URL_DESK", url)
    options = conninfo_to_dict(dsn("desk"))["options"]
    assert options.count("lock_timeout") == 1
    assert options.endswith("-c lock_timeout=9s")
    assert "-c statement_timeout=20000ms" in options
    # Handed on to a child, nothing is said twice.
    monkeypatch.setenv("KENG_DATABASE_URL_DESK", dsn("desk"))
    assert conninfo_to_dict(dsn("desk"))["options"] == options


def test_who_listens_does_so_at_the_server_itself_whatever_pooler_it_asks_through(monkeypatch):
    for name in ("DATABASE_URL", "KENG_DATABASE_URL_CHANGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KENG_DATABASE_URL_DESK", "postgresql://desk:own@pooler.invalid:6432/keng")
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:all@db.invalid/keng?sslmode=verify-full")
    found = conninfo_to_dict(listening_dsn("desk"))
    assert found == {
        "user": "desk",
        "password": "own",
        "host": "db.invalid",
        "dbname": "keng",
        "sslmode": "verify-full",
        **_SILENT_SERVER,
    }
    monkeypatch.setenv("KENG_DATABASE_URL_CHANGES", "postgresql://one.invalid,two.invalid/keng")
    found = conninfo_to_dict(listening_dsn("desk"))
    assert (found["user"], found["target_session_attrs"]) == ("desk", "read-write")
