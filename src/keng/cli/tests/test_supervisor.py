"""The supervisor keeps its children alive, and leaves nothing behind."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg
import pytest

from keng.cli.postgres import embedded_cluster
from keng.cli.postgres.postmaster import command_line
from keng.cli.tests import small

WITHIN = 30


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def data(open_folder):
    return open_folder / "data"


@contextmanager
def supervised(data, port, *extra):
    """A running supervisor; ended by force if the test did not."""
    command = [sys.executable, small.__file__, str(data), str(port), *extra]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=WITHIN)


def processes(data):
    return json.loads((data / "run" / "processes.json").read_text())


def eventually(condition):
    deadline = time.monotonic() + WITHIN
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return answer


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_gone(pid):
    return command_line(pid) == ""


def test_a_killed_child_is_replaced_and_serves_again(data, port):
    with supervised(data, port):
        before = processes(data)["site"]["pid"]
        os.kill(before, signal.SIGKILL)
        after = eventually(lambda: processes(data)["site"]["pid"] != before)
        assert after
        eventually(lambda: answers(port))


def test_the_register_names_pid_and_port(data, port):
    with supervised(data, port):
        assert processes(data)["site"]["port"] == port
        assert processes(data)["quiet"]["port"] is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_with_exit_code_0(data, port, number):
    with supervised(data, port) as process:
        pids = [entry["pid"] for entry in processes(data).values()]
        process.send_signal(number)
        assert process.wait(WITHIN) == 0
    assert all(is_gone(pid) for pid in pids)
    assert not (data / "run" / "processes.json").exists()


def test_children_stop_in_the_order_of_the_list(data, port):
    with supervised(data, port) as process:
        eventually(lambda: "I am quiet" in (data / "logs" / "quiet.log").read_text())
        logs = list((data / "logs").glob("*.log"))
        assert {stat.S_IMODE(file.stat().st_mode) for file in logs} == {0o600}
        process.send_signal(signal.SIGTERM)
        process.wait(WITHIN)
    assert (data / "ended").read_text().splitlines() == ["site", "quiet"]


def test_a_child_that_does_not_listen_is_ended_by_force_and_reported(data, port):
    with supervised(data, port, "stubborn") as process:
        pid = processes(data)["stubborn"]["pid"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN) == 1
    assert is_gone(pid)


def test_a_second_start_is_refused_and_names_the_first(data, port):
    with supervised(data, port) as process:
        command = [sys.executable, small.__file__, str(data), str(port)]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"already runs with the data in {data} (process {process.pid})" in second.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends them")
def test_children_and_database_end_when_their_supervisor_is_killed(data, port):
    with supervised(data, port, "database") as process:
        cluster = embedded_cluster(data)
        eventually(lambda: "postgres" in processes(data))
        pids = [entry["pid"] for entry in processes(data).values()]
        assert len(pids) == 3
        process.kill()
        process.wait(WITHIN)
        eventually(lambda: all(is_gone(pid) for pid in pids))
        assert cluster.pid is None
    with supervised(data, port, "database"):
        assert can_connect(cluster)


def test_a_child_that_outlived_a_killed_supervisor_is_ended_by_the_next(data, port):
    with supervised(data, port, "stubborn") as process:
        orphan = processes(data)["stubborn"]["pid"]
        process.kill()
        process.wait(WITHIN)
        assert not is_gone(orphan)
    with supervised(data, port, "stubborn"):
        assert processes(data)["stubborn"]["pid"] != orphan
        assert is_gone(orphan)


def test_every_child_has_a_log_file_and_a_prefix_on_the_terminal(data, port):
    with supervised(data, port) as process:
        eventually(lambda: "I am quiet" in (data / "logs" / "quiet.log").read_text())
        process.send_signal(signal.SIGINT)
        assert "quiet    | I am quiet" in process.communicate(timeout=WITHIN)[1]


def test_a_killed_database_comes_back_by_itself(data, port):
    with supervised(data, port, "database") as process:
        cluster = embedded_cluster(data)
        before = cluster.pid
        os.kill(before, signal.SIGKILL)
        eventually(lambda: cluster.pid not in {None, before})
        eventually(lambda: can_connect(cluster))
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN) == 0
        assert cluster.pid is None


def can_connect(cluster):
    try:
        cluster.connect().close()
    except psycopg.OperationalError:
        return False
    return True
