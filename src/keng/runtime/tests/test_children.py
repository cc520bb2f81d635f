"""What each process is told, and what none but one is told."""

import argparse
import os
import re
import socket

import pytest

from keng.kit import alive
from keng.kit.worker_tasks import TaskPace
from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.children import (
    SENDER_KEY,
    child_processes,
    process_alone,
    rewrite_process,
)
from keng.runtime.supervisor.ports import Ports, chosen_ports, require_free

OWNER = "postgresql://owner:secret@db.invalid/keng"


@pytest.fixture
def told(monkeypatch, tmp_path):
    """The environment of every child where the operator brings the database."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", OWNER)
    monkeypatch.setenv("KENG_DATABASE_URL_DESK", "postgresql://desk:own@db.invalid/keng")
    monkeypatch.setenv(SENDER_KEY, "/somewhere")
    return {child.name: child.environment for child in child_processes(Ports(), is_demo=True)}


def test_only_the_sender_learns_where_its_key_lies(told):
    assert [name for name, environment in told.items() if SENDER_KEY in environment] == ["sender"]


def test_no_child_is_told_the_owners_connection(told):
    assert not any(
        "owner:secret" in value for environment in told.values() for value in environment.values()
    )


def test_what_writes_the_files_anew_learns_neither_key_nor_connection(told):
    environment = rewrite_process().environment
    assert SENDER_KEY not in environment
    assert not [name for name in environment if name.startswith(("DATABASE_URL", "KENG_DATABASE_"))]


def test_each_child_is_told_its_own_connection_and_no_other(told):
    for name in ("public", "desk", "edge", "worker", "sender", "opener"):
        names = [n for n in told[name] if n.startswith("KENG_DATABASE_URL_")]
        listens = ["KENG_DATABASE_URL_CHANGES"] if name == "desk" else []
        assert sorted(names) == sorted([f"KENG_DATABASE_URL_{name.upper()}", *listens])
    assert "user=desk password=own" in told["desk"]["KENG_DATABASE_URL_DESK"]


def test_each_child_knows_which_process_it_is(told):
    ours = {name: environment for name, environment in told.items() if name != "zalo_fake"}
    found = {name: told[name]["KENG_PROCESS"] for name in ours}
    # Two processes, and in the database one role.
    assert found == {name: name for name in ours} | {"worker-alarm": "worker"}


def test_the_fake_zalo_is_told_nothing_of_ours(told):
    assert not [name for name in told["zalo_fake"] if name.startswith("KENG_")]


def test_there_is_no_fake_outside_the_demo():
    assert "zalo_fake" not in {child.name for child in child_processes(Ports(), is_demo=False)}


def test_what_takes_in_stops_before_what_sends():
    names = [child.name for child in child_processes(Ports(), is_demo=True)]
    workers = ["worker", "worker-alarm"]
    assert names == ["public", "desk", "edge", *workers, "sender", "opener", "zalo_fake"]


def test_what_calls_for_help_has_a_process_of_its_own_and_every_class_is_done_by_one():
    workers = [child for child in child_processes(Ports(), is_demo=False) if "worker" in child.name]
    classes = [[word for word in child.command if "class" in word] for child in workers]
    assert classes == [["--class=normal", "--class=slow"], ["--class=alarm"]]
    assert [child.signs for child in workers] == [
        ("worker-normal", "worker-slow"),
        ("worker-alarm",),
    ]
    alone = process_alone("worker", Ports(), [TaskPace.SLOW])
    assert (alone.command[-1], alone.signs) == ("--class=slow", ("worker-slow",))
    assert process_alone("worker", Ports()).signs == tuple(alive.WORKER_SIGNS.values())
    assert process_alone("sender", Ports()).signs == ("sender",)


def test_a_taken_port_is_named_with_its_setting():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotContinue, match=f"{port} is in use.*KENG_DESK_PORT"):
            require_free(Ports(desk=port), ["desk"])


def test_what_the_children_need_of_the_system_is_passed_on(told):
    assert told["public"]["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize("first", [7995, 8000, 8003])
def test_the_ports_of_the_metrics_are_none_of_the_sites(monkeypatch, first):
    monkeypatch.setenv("KENG_METRICS_PORT", str(first))
    nothing_said = argparse.Namespace(ports=None)
    with pytest.raises(CannotContinue, match="KENG_METRICS_PORT takes"):
        chosen_ports(nothing_said)
    monkeypatch.setenv("KENG_METRICS_PORT", "8004")
    assert chosen_ports(nothing_said).public == 8000


def test_the_desk_alone_is_told_where_to_listen(monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", OWNER)
    monkeypatch.setenv("KENG_DATABASE_URL_CHANGES", "postgresql://listener:word@db.invalid/keng")
    told = {each.name: each.environment for each in child_processes(Ports(), is_demo=False)}
    assert [name for name in told if "KENG_DATABASE_URL_CHANGES" in told[name]] == ["desk"]
    assert "user=listener" in told["desk"]["KENG_DATABASE_URL_CHANGES"]


def test_desk_and_worker_are_told_of_the_replica_each_as_itself(monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", OWNER)
    monkeypatch.setenv("KENG_DATABASE_URL_REPLICA", "postgresql://standby.invalid/keng")
    told = {each.name: each.environment for each in child_processes(Ports(), is_demo=False)}
    users = {
        name: re.findall(r"user=(\S+)", told[name]["KENG_DATABASE_URL_REPLICA"])
        for name in told
        if "KENG_DATABASE_URL_REPLICA" in told[name]
    }
    assert users == {
        "desk": ["keng_desk"],
        "worker": ["keng_worker"],
        "worker-alarm": ["keng_worker"],
    }
