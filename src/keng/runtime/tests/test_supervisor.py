"""The supervisor keeps its children alive, and leaves nothing behind."""

import asyncio
import datetime
import fcntl
import json
import os
import pty
import resource
import signal
import socket
import stat
import subprocess
import sys
import termios
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest

from keng.runtime.environment import running_database
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster
from keng.runtime.postgres.postmaster import command_line
from keng.runtime.supervisor import register
from keng.runtime.supervisor.logs import ProcessLogs
from keng.runtime.tests import small
from tests.stack import free_ports_in_a_row

WITHIN = 30
# It takes a fraction of a second; where other tests have the processors it may take some.
NOTICED_WITHIN = 10


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def web():
    """The port of a server with a worker of its own."""
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


def kill(data, name):
    """kill -9 to the leader alone; its number."""
    pid = processes(data)[name]["pid"]
    os.kill(pid, signal.SIGKILL)
    return pid


def is_replaced(data, name, before):
    after = processes(data)[name]["pid"]
    return after != before and not is_gone(after)


def kill_until_it_came_back_twice(data, name):
    """Once may be luck: what starts a child again must also have gone on watching it."""
    for _ in range(2):
        before = kill(data, name)
        eventually(lambda before=before: is_replaced(data, name, before))


def own_words(data):
    return (data / "logs" / "keng.log").read_text()


def seconds_until_noticed(data, name, pid):
    """Since now, when `pid` is killed, until it is on record that `name` ended."""
    words = f"{name} ended with"
    before = own_words(data).count(words) if (data / "logs" / "keng.log").exists() else 0
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    eventually((data / "logs" / "keng.log").exists)
    eventually(lambda: own_words(data).count(words) > before)
    return time.monotonic() - began


def answering_worker(web):
    """The number of the process behind the port, once there is one."""

    def ask():
        try:
            with urlopen(f"http://127.0.0.1:{web}/", timeout=2) as answer:
                return int(answer.read())
        except (URLError, OSError):
            return 0

    return eventually(ask)


def wait_until_it_listens(data, name):
    """Until it is past the line with which it says what it does with signals."""
    log = data / "logs" / f"{name}.log"
    eventually(lambda: log.exists() and f"I am {name}" in log.read_text())


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
        wait_until_it_listens(data, "quiet")
        logs = list((data / "logs").glob("*.log"))
        assert {stat.S_IMODE(file.stat().st_mode) for file in logs} == {0o600}
        process.send_signal(signal.SIGTERM)
        process.wait(WITHIN)
    assert (data / "ended").read_text().splitlines() == ["site", "quiet"]


def test_a_child_that_does_not_listen_is_ended_by_force_and_reported(data, port):
    with supervised(data, port, "stubborn") as process:
        pid = processes(data)["stubborn"]["pid"]
        wait_until_it_listens(data, "stubborn")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN) == 1
    assert is_gone(pid)


def test_a_second_start_is_refused_and_names_the_first(data, port):
    with supervised(data, port) as process:
        command = [sys.executable, small.__file__, str(data), str(port)]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"already runs with the data in {data} (process {process.pid})" in second.stderr


def asking(port, words=b"number"):
    connection = socket.create_connection(("127.0.0.1", port), timeout=WITHIN)
    connection.sendall(words)
    return connection


def ask(port):
    with asking(port) as connection:
        return int(connection.recv(100))


def test_what_is_started_by_whoever_asks_is_there_when_it_is_asked_and_not_before(data, port, web):
    with supervised(data, port, f"asked={web}"):
        assert "asked" not in processes(data)
        first = ask(web)
        eventually(lambda: is_gone(first))
        eventually(lambda: "asked" not in processes(data))
        # Its end was none that anybody need hear of.
        assert not (data / "logs" / "keng.log").exists() or "asked" not in own_words(data)
        assert ask(web) != first


def test_whoever_asks_while_it_ends_is_answered_by_the_next_one(data, port, web):
    with supervised(data, port, f"asked={web}"):
        waiting = [asking(web) for _ in range(4)]
        numbers = [int(each.recv(100)) for each in waiting]
        for each in waiting:
            each.close()
    assert len(set(numbers)) == 4


def test_what_is_started_by_whoever_asks_is_started_again_after_it_was_killed(data, port, web):
    with supervised(data, port, f"asked={web}"):
        asking(web, b"die").close()
        eventually(lambda: "asked ended with -9; it starts again" in own_words(data))
        # Its number may be given to anybody.
        assert "asked" not in processes(data)
        assert ask(web)


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
        wait_until_it_listens(data, "stubborn")
        process.kill()
        process.wait(WITHIN)
        assert not is_gone(orphan)
    with supervised(data, port, "stubborn"):
        assert processes(data)["stubborn"]["pid"] != orphan
        assert is_gone(orphan)


def test_every_child_has_a_log_file_and_a_prefix_on_the_terminal(data, port):
    with supervised(data, port) as process:
        wait_until_it_listens(data, "quiet")
        process.send_signal(signal.SIGINT)
        assert "quiet    | I am quiet" in process.communicate(timeout=WITHIN)[1]


def test_a_log_can_be_followed_before_its_first_line(tmp_path):
    logs = ProcessLogs(tmp_path)
    logs.voice("worker")
    logs.close()
    assert (tmp_path / "worker.log").read_bytes() == b""
    assert (tmp_path / "worker.log").stat().st_mode & 0o777 == 0o600


def test_what_is_of_no_use_to_a_person_stands_in_its_log_alone(tmp_path, capfd):
    logs = ProcessLogs(tmp_path)
    logs.voice("worker").say("of use")
    logs.voice("fake", at_terminal=False).say('{"ready": 1}')
    logs.close()
    assert (tmp_path / "fake.log").read_text() == '{"ready": 1}\n'
    assert capfd.readouterr().err == "worker   | of use\n"


def test_for_a_program_each_line_is_one_object_whoever_says_it(data, port, web, monkeypatch):
    monkeypatch.setenv("KENG_LOG_FORMAT", "json")
    with supervised(data, port, f"web={web}") as process:
        wait_until_it_listens(data, "quiet")
        eventually(lambda: answering_worker(web))
        kill(data, "quiet")
        eventually(lambda: "quiet ended with" in own_words(data))
        process.send_signal(signal.SIGINT)
        terminal = process.communicate(timeout=WITHIN)[1].splitlines()
    written = [
        (file.stem, json.loads(line))
        for file in (data / "logs").glob("*.log")
        for line in file.read_text().splitlines()
    ]
    assert {(name, line["process"]) for name, line in written} >= {
        ("quiet", "quiet"),
        ("keng", "supervisor"),
    }
    assert all(line["time"].endswith("Z") for _name, line in written)
    assert {json.loads(line)["process"] for line in terminal} >= {"quiet", "supervisor"}


def test_what_it_says_itself_has_its_moment(data, port):
    with supervised(data, port):
        kill(data, "quiet")
        eventually(lambda: (data / "logs" / "keng.log").exists() and own_words(data))
        line = own_words(data).splitlines()[0]
    moment, level, _name, words = line.split(" ", 3)
    assert datetime.datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S%z").utcoffset() is not None
    assert (level, words.startswith("quiet ended with -9")) == ("WARNING", True)


def test_it_says_how_often_it_started_each(data, port, monkeypatch):
    first = free_ports_in_a_row(6)[0]
    monkeypatch.setenv("KENG_METRICS_PORT", str(first))

    def starts():
        with urlopen(f"http://127.0.0.1:{first + 5}/metrics", timeout=5) as answer:
            return answer.read().decode()

    with supervised(data, port):
        assert 'keng_process_starts_total{process="quiet"} 1.0' in starts()
        kill(data, "quiet")
        eventually(lambda: 'keng_process_starts_total{process="quiet"} 2.0' in starts())


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


def test_a_killed_leader_and_a_killed_worker_are_noticed_and_mended(data, port, web):
    with supervised(data, port, f"web={web}") as process:
        worker = answering_worker(web)
        assert seconds_until_noticed(data, "web", processes(data)["web"]["pid"]) < NOTICED_WITHIN
        after = eventually(lambda: answering_worker(web) not in {0, worker})
        assert after
        assert is_gone(worker)
        worker = answering_worker(web)
        assert seconds_until_noticed(data, "web", worker) < NOTICED_WITHIN
        eventually(lambda: answering_worker(web) not in {0, worker})
        # And a stop does not wait for a leader that is dead.
        worker = answering_worker(web)
        kill(data, "web")
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN) == 0
        assert is_gone(worker)
        assert not answers(web)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a dead leader's group is not known")
def test_workers_whose_leader_and_supervisor_were_killed_are_ended_by_the_next_start(
    data, port, web
):
    with supervised(data, port, f"web={web}") as process:
        worker = answering_worker(web)
        process.send_signal(signal.SIGSTOP)
        kill(data, "web")
        process.kill()
        process.wait(WITHIN)
        assert not is_gone(worker)
    with supervised(data, port, f"web={web}"):
        assert is_gone(worker)
        assert answering_worker(web) != worker


def test_it_goes_on_when_nobody_reads_the_terminal_any_more(data, port):
    with supervised(data, port) as process:
        process.stderr.close()
        process.stdout.close()
        kill_until_it_came_back_twice(data, "quiet")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN) == 0


def test_it_goes_on_and_stops_in_order_while_the_terminal_stands_still(data, port):
    with supervised(data, port, "noisy") as process:
        # 200 KB in a pipe that nobody empties.
        eventually(lambda: "line 19999" in (data / "logs" / "noisy.log").read_text())
        kill_until_it_came_back_twice(data, "quiet")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN) == 0
    assert "line 0\n" in (data / "logs" / "noisy.log").read_text()


def on_a_terminal(data, port):
    """A supervisor whose terminal it is; the process, and our end of the terminal."""
    ours, theirs = pty.openpty()

    def take_the_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        # Whoever runs the tests may ignore it, as `nohup` does; who sits at a terminal does not.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    command = [sys.executable, small.__file__, str(data), str(port)]
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=take_the_terminal,  # noqa: PLW1509 -- two system calls
    )
    os.close(theirs)
    said = b""
    while b"ready" not in said:
        said += os.read(ours, 1000)
    return process, ours


def test_a_closed_terminal_ends_everything_in_order(data, port):
    process, terminal = on_a_terminal(data, port)
    pids = [entry["pid"] for entry in processes(data).values()]
    wait_until_it_listens(data, "site")
    wait_until_it_listens(data, "quiet")
    os.close(terminal)
    assert process.wait(WITHIN) == 0
    assert all(map(is_gone, pids))
    assert (data / "ended").read_text().splitlines() == ["site", "quiet"]


def test_started_with_nohup_it_outlives_its_terminal(data, port):
    command = ["nohup", sys.executable, small.__file__, str(data), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGHUP)
        kill_until_it_came_back_twice(data, "quiet")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN) == 0


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no disk can be made full here")
def test_it_survives_a_full_disk_and_puts_its_register_right_afterwards(data, port):
    with supervised(data, port) as process:
        before = processes(data)["quiet"]["pid"]
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        # From now on every file of this process is as full as a disk can be.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, most))
        begun = set()
        for _ in range(3):
            pid = eventually(lambda: child_of(process.pid, "quiet", but_not=begun))
            begun.add(pid)
            os.kill(pid, signal.SIGKILL)
        living = eventually(lambda: child_of(process.pid, "quiet", but_not=begun))
        assert processes(data)["quiet"]["pid"] == before
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
        eventually(lambda: processes(data)["quiet"]["pid"] == living)
        kill_until_it_came_back_twice(data, "quiet")
        eventually(lambda: "could not be written" in own_words(data))
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN) == 0


def child_of(parent, name, *, but_not):
    """The living child of this name, asked of the system and not of the register."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return next(
        (
            pid
            for pid in map(int, listed)
            if pid not in but_not and command_line(pid).rstrip().endswith(f" {name}")
        ),
        None,
    )


def test_a_keeper_that_ends_otherwise_ends_the_whole_with_an_exit_code(data, port):
    with supervised(data, port, "faulty") as process:
        pids = [entry["pid"] for entry in processes(data).values()]
        said = process.communicate(timeout=WITHIN)[1]
        assert process.returncode == 1
        assert "RuntimeError: a fault of ours" in said
        assert all(map(is_gone, pids))


def test_the_database_is_written_anew_when_it_is_due_and_not_before(data, port):
    done = data / "ended-rewriting"
    with supervised(data, port, "database", "rewriting"):
        # Made just now: nothing was destroyed in it yet.
        time.sleep(1)
        assert not done.exists()
    days_ago = time.time() - 2 * 24 * 3600
    os.utime(embedded_cluster(data).folder / "PG_VERSION", (days_ago, days_ago))
    with supervised(data, port, "database", "rewriting") as process:
        eventually(done.exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WITHIN) == 0
    assert done.read_text() == "once\n"


def can_connect(cluster):
    try:
        cluster.connect().close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_start_waits_for_a_command_that_has_started_the_database(data, cluster, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(data))
    cluster.start()
    cluster.stop()
    order = []

    def start():
        with register.starting_database(data):
            cluster.start()
            order.append("started to stay")

    with running_database():
        starting = threading.Thread(target=start)
        starting.start()
        time.sleep(0.5)
        order.append("the command ends")
    starting.join(WITHIN)
    assert order == ["the command ends", "started to stay"]
    assert cluster.pid is not None
    # And it is not waited for without an end.
    monkeypatch.setattr(register, "TURN_WITHIN", 0.2)
    with (
        register.using_database(data),
        pytest.raises(CannotContinue, match="works with the data"),
        register.starting_database(data),
    ):
        pass


def test_what_cannot_be_written_down_is_left_out_and_the_process_is_read_on(tmp_path, monkeypatch):
    monkeypatch.setattr("keng.kit.logs.are_json", lambda: True)
    monkeypatch.setattr("keng.kit.logs.scrubbed", lambda line: line if line != "bad" else 1 / 0)
    (tmp_path / "logs").mkdir()
    voices = ProcessLogs(tmp_path / "logs")

    async def follow():
        stream = asyncio.StreamReader()
        stream.feed_data(b"bad\nTraceback (most recent call last):\nlast")
        stream.feed_eof()
        await voices.voice("worker", at_terminal=False).follow(stream)

    asyncio.run(follow())
    voices.close()
    text = (tmp_path / "logs" / "worker.log").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["level"] for line in lines] == ["WARNING", "ERROR", "INFO"]
    assert "ZeroDivisionError" in lines[0]["message"]
