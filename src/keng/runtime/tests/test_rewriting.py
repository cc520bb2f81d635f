"""What was destroyed leaves the files and the log of the embedded database; nobody waits for it."""

import contextlib
import datetime
import os
import signal
import threading
import time

import psycopg
import pytest

from keng.kit.advisory_locks import OwnersLock, take_owners_lock
from keng.kit.times import VIETNAM
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster
from keng.runtime.rewrite import run
from keng.runtime.rewriting import record
from keng.runtime.rewriting.record import (
    Rewrite,
    last_rewrite,
    rewrite_fault,
    rewrite_is_due,
    write_record,
)
from keng.runtime.rewriting.work import BESIDE_OTHERS, LEFT_ALONE, Patience, rewrite_database
from keng.runtime.roles import DATABASE_NAME
from keng.site.grants import GRANTS

WORDS = "rutlaikhongkhoi"
# Nobody else is in these clusters but whom the test puts there.
SHORT = Patience(for_a_lock=0.2, with_a_table=5, for_readers=0.5, tries=1, pause=0)


@pytest.fixture
def cluster(open_folder):
    """A cluster that may be killed, but for the power: what it writes need not reach the disk."""
    made = embedded_cluster(open_folder / "data", {"fsync": "off"})
    yield made
    made.stop()


@pytest.fixture
def emptied_words(cluster):
    """A database with words in a row, its indexes, its statistics and beside it; then emptied."""
    cluster.start()
    with cluster.connect() as connection:
        connection.execute(f"CREATE DATABASE {DATABASE_NAME}")
    with cluster.connect(DATABASE_NAME) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE TABLE told (id int PRIMARY KEY, text text, search tsvector)")
        # So long a text is kept beside the table.
        connection.execute("CREATE TABLE long (id int PRIMARY KEY, text text)")
        connection.execute("ALTER TABLE long ALTER COLUMN text SET STORAGE EXTERNAL")
        connection.execute("CREATE INDEX ON told USING gin (search)")
        connection.execute("CREATE INDEX ON told USING gin (text gin_trgm_ops)")
        connection.execute("CREATE INDEX ON told (text)")
        connection.execute(
            "INSERT INTO told SELECT n, 'another ' || n, to_tsvector('simple', 'another ' || n) "
            "FROM generate_series(2, 300) n"
        )
        connection.execute(
            "INSERT INTO told VALUES (1, %s, to_tsvector('simple', %s))", [WORDS, WORDS]
        )
        connection.execute("INSERT INTO long VALUES (1, repeat(%s, 1000))", [f"{WORDS} "])
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")
        connection.execute("UPDATE told SET text = '', search = NULL WHERE id = 1")
        connection.execute("DELETE FROM long")
        connection.execute("CHECKPOINT")
    return cluster


def files_with(cluster, words=WORDS):
    """Files below the folder of the cluster that hold these words."""
    found = []
    for file in cluster.folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if file.is_file() and words.encode() in file.read_bytes():
                found.append(file.relative_to(cluster.folder).as_posix())
    return found


def path_of(cluster, relation):
    with cluster.connect(DATABASE_NAME) as connection:
        return connection.execute(
            "SELECT pg_relation_filepath(%s::regclass)", [relation]
        ).fetchone()[0]


def test_an_emptied_row_is_in_no_file_after_it(emptied_words):
    before = files_with(emptied_words)
    assert path_of(emptied_words, "told") in before
    assert path_of(emptied_words, "told_search_idx") in before
    assert path_of(emptied_words, "told_text_idx1") in before
    assert path_of(emptied_words, "pg_statistic") in before
    assert any(name.startswith("pg_wal/") for name in before) or rewrite_log(emptied_words)
    done = rewrite_database(emptied_words)
    assert done.fault is None
    assert files_with(emptied_words) == []
    # The search is not blind.
    assert files_with(emptied_words, "another 77")
    with emptied_words.connect(DATABASE_NAME) as connection:
        assert connection.execute("SELECT count(*) FROM told").fetchone() == (300,)


def rewrite_log(cluster):
    """A checkpoint has removed it already: then the log of this server never kept it."""
    with cluster.connect() as connection:
        return connection.execute("SHOW wal_recycle").fetchone() == ("off",)


def test_the_log_that_an_older_release_kept_is_written_over(emptied_words):
    kept = emptied_words.folder / "pg_wal"
    with emptied_words.connect() as connection:
        now = connection.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()[
            0
        ]
        size = connection.execute(
            "SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size'"
        )
        bytes_each = size.fetchone()[0]
    # As recycling leaves them: renamed to come, and still with what was written long ago.
    filled = (f"{WORDS} ".encode() * (bytes_each // 16))[:bytes_each].ljust(bytes_each, b" ")
    for ahead in (1, 2):
        old = kept / f"{now[:16]}{int(now[16:], 16) + ahead:08X}"
        old.write_bytes(filled)
        emptied_words.account.give(old)
    assert len([name for name in files_with(emptied_words) if name.startswith("pg_wal/")]) >= 2
    assert rewrite_database(emptied_words).fault is None
    assert files_with(emptied_words) == []


def test_who_began_before_may_still_read_and_then_the_run_is_not_whole(emptied_words):
    assert rewrite_database(emptied_words, SHORT).fault is None
    whole = last_rewrite(emptied_words.data).whole_began
    with (
        emptied_words.connect(DATABASE_NAME) as writer,
        emptied_words.connect(DATABASE_NAME) as reader,
    ):
        writer.execute("UPDATE told SET text = %s WHERE id = 2", [WORDS])
        reader.autocommit = False
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1")
        writer.execute("UPDATE told SET text = '' WHERE id = 2")
        done = rewrite_database(emptied_words, SHORT)
    assert "did not end" in done.fault
    assert done.whole_began == whole
    assert files_with(emptied_words)
    assert rewrite_database(emptied_words, SHORT).fault is None
    assert files_with(emptied_words) == []


def test_a_table_in_use_is_left_and_nobody_waits_behind_it(emptied_words):
    waited = []

    def read():
        with emptied_words.connect(DATABASE_NAME) as another:
            began = time.monotonic()
            another.execute("SELECT count(*) FROM told")
            waited.append(time.monotonic() - began)

    with emptied_words.connect(DATABASE_NAME) as holder, holder.transaction():
        holder.execute("LOCK TABLE told IN ACCESS SHARE MODE")
        runs = threading.Thread(target=rewrite_database, args=(emptied_words, SHORT))
        runs.start()
        while runs.is_alive():
            read()
    done = last_rewrite(emptied_words.data)
    assert done.fault == "told stayed in use."
    # As long as we ask for the lock, and the machine's own second.
    assert max(waited) < SHORT.for_a_lock + 5
    # The others were done, and what was left is done the next time.
    assert done.tables == 1
    assert rewrite_database(emptied_words, SHORT).fault is None
    assert files_with(emptied_words) == []


def test_a_table_that_takes_too_long_is_left_as_it_was_until_everybody_waits(emptied_words):
    hasty = Patience(for_a_lock=0.2, with_a_table=0.001, for_readers=5, tries=1, pause=0)
    with emptied_words.connect(DATABASE_NAME) as connection:
        connection.execute("INSERT INTO told SELECT n, 'x' FROM generate_series(1000, 9000) n")
        done = rewrite_database(emptied_words, hasty)
        assert "told needs more than 0.001 s" in done.fault
        assert "--alone" in done.fault
        assert connection.execute("SELECT count(*) FROM told").fetchone() == (8301,)
    patient = Patience(for_a_lock=5, with_a_table=0, for_readers=5, tries=1, pause=0)
    assert rewrite_database(emptied_words, patient).fault is None
    assert files_with(emptied_words) == []


def test_an_officer_at_night_waits_little_more_than_a_second():
    assert BESIDE_OTHERS.for_a_lock + BESIDE_OTHERS.with_a_table <= 1.5


def test_what_did_not_change_is_left_alone_until_the_server_has_lost_count(emptied_words):
    assert rewrite_database(emptied_words, SHORT).tables == 2
    assert rewrite_database(emptied_words, SHORT).tables == 0
    with emptied_words.connect(DATABASE_NAME) as connection:
        connection.execute("UPDATE told SET text = 'now' WHERE id = 2")
        connection.execute("SELECT pg_stat_force_next_flush()")
    assert rewrite_database(emptied_words, SHORT).tables == 1
    os.kill(emptied_words.pid, signal.SIGKILL)
    emptied_words.start()
    assert rewrite_database(emptied_words, SHORT).tables == 2


def test_a_file_that_a_killed_server_left_behind_is_removed_and_no_other(emptied_words):
    folder = (emptied_words.folder / path_of(emptied_words, "told")).parent
    left, young = folder / "987654", folder / "987655"
    for file in (left, young):
        file.write_text(WORDS)
    an_hour_ago = time.time() - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))
    os.utime(young, (time.time() + 60, time.time() + 60))
    # Somebody may be making it now.
    assert rewrite_database(emptied_words, SHORT).fault.startswith("987655 is of no table")
    assert not left.exists()
    assert young.exists()
    os.utime(young, (an_hour_ago, an_hour_ago))
    assert rewrite_database(emptied_words, SHORT).fault is None
    assert not young.exists()


def execute_after_the_crash(cluster, *statements):
    """The server ends every session once it hears of the killed one, also one opened meanwhile."""
    until = time.monotonic() + 30
    while True:
        try:
            with cluster.connect(DATABASE_NAME) as connection:
                for statement in statements:
                    connection.execute(statement)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def test_the_copy_that_a_killed_run_was_writing_is_removed(emptied_words):
    with emptied_words.connect(DATABASE_NAME) as connection:
        connection.execute("ALTER TABLE told ALTER COLUMN text SET STORAGE PLAIN")
        connection.execute("INSERT INTO told VALUES (-1, %s)", [WORDS])
        connection.execute(
            "INSERT INTO told SELECT n, repeat(md5(n::text), 30) "
            "FROM generate_series(1000, 16000) n"
        )
        connection.execute("CHECKPOINT")
    before = {
        file.name
        for file in (emptied_words.folder / path_of(emptied_words, "told")).parent.iterdir()
    }
    with emptied_words.connect(DATABASE_NAME) as victim:
        pid = victim.execute("SELECT pg_backend_pid()").fetchone()[0]
        killer = threading.Timer(0.3, os.kill, (pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(psycopg.OperationalError):
            victim.execute("VACUUM (FULL) told")
    emptied_words.start()
    execute_after_the_crash(
        emptied_words, "DELETE FROM told WHERE id = -1 OR id >= 1000", "CHECKPOINT"
    )
    after = {
        file.name
        for file in (emptied_words.folder / path_of(emptied_words, "told")).parent.iterdir()
    }
    assert after - before, "it was not killed in the middle"
    time.sleep(1.5)
    assert rewrite_database(emptied_words).fault is None
    assert files_with(emptied_words) == []


def test_two_runs_at_once_are_one(emptied_words):
    with emptied_words.connect(DATABASE_NAME) as connection:
        assert take_owners_lock(connection, OwnersLock.REWRITE_FILES)
        with pytest.raises(CannotContinue, match="at work"):
            rewrite_database(emptied_words, SHORT)
    assert last_rewrite(emptied_words.data) is None


def test_a_server_of_somebody_else_is_not_touched(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/keng")
    with pytest.raises(CannotContinue, match="a server of your own"):
        run(None)


@pytest.mark.parametrize("table", sorted(LEFT_ALONE))
def test_what_is_never_written_anew_is_never_emptied_by_a_process(table):
    for role, tables in GRANTS.items():
        rights = tables.get(table, "")
        assert "UPDATE" not in rights, role
        assert "DELETE" not in rights, role


# When it is due. No database is needed for these.
@pytest.fixture
def data(tmp_path):
    """A data folder whose cluster was made in the middle of 1 November."""
    made = tmp_path / "postgres" / "cluster" / "PG_VERSION"
    made.parent.mkdir(parents=True)
    made.write_text("18\n")
    moment = moment_at(1, 12).timestamp()
    os.utime(made, (moment, moment))
    return tmp_path


def moment_at(day, hour, minute=0):
    return datetime.datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def ran(began, *, fault=None, whole=None):
    ended = began + datetime.timedelta(seconds=10)
    return Rewrite(began, ended, fault, began if fault is None else whole)


def test_it_is_due_at_both_quiet_hours_and_at_no_other(data):
    assert not rewrite_is_due(moment_at(1, 13), data)
    assert not rewrite_is_due(moment_at(1, 23, 59), data)
    assert rewrite_is_due(moment_at(2, 0), data)
    write_record(ran(moment_at(2, 0, 1)), data)
    assert not rewrite_is_due(moment_at(2, 1, 59), data)
    assert rewrite_is_due(moment_at(2, 2), data)
    write_record(ran(moment_at(2, 2, 1)), data)
    assert not rewrite_is_due(moment_at(2, 23, 59), data)


def test_what_passed_while_the_machine_was_off_is_done_after_its_start(data):
    write_record(ran(moment_at(2, 2, 1)), data)
    assert rewrite_is_due(moment_at(3, 7, 30), data)


def test_after_a_fault_it_is_tried_again_within_the_hour_but_not_at_once(data):
    write_record(ran(moment_at(3, 0, 1), fault="told stayed in use.", whole=moment_at(2, 2)), data)
    assert not rewrite_is_due(moment_at(3, 0, 10), data)
    assert rewrite_is_due(moment_at(3, 0, 30), data)


def test_by_day_it_is_tried_again_seldom(data):
    write_record(
        ran(moment_at(3, 7), fault="tips_tip needs more than 1 s", whole=moment_at(2, 2)), data
    )
    assert not rewrite_is_due(moment_at(3, 10), data)
    assert rewrite_is_due(moment_at(3, 11, 30), data)


def test_everything_is_settled_within_a_day_when_all_goes_well():
    """The longest way: ended right after the later run, destroyed an hour later by the worker."""
    late, early = max(record.QUIET_HOURS), min(record.QUIET_HOURS)
    between = datetime.timedelta(hours=24 - late.hour + early.hour)
    assert between + record.STRAGGLERS < record.SETTLED_WITHIN


def test_a_fault_is_told_once_a_day_has_passed_with_what_went_wrong(data):
    assert rewrite_fault(moment_at(2, 0, 30), data) is None
    write_record(ran(moment_at(2, 2)), data)
    assert rewrite_fault(moment_at(3, 0, 30), data) is None
    write_record(ran(moment_at(3, 0, 40), fault="told stayed in use.", whole=moment_at(2, 2)), data)
    told = rewrite_fault(moment_at(3, 1, 30), data)
    assert "02 Nov 2026, 01:00" in told
    assert "told stayed in use." in told
    write_record(ran(moment_at(3, 1, 40)), data)
    assert rewrite_fault(moment_at(3, 1, 50), data) is None


def test_without_an_embedded_database_there_is_no_fault(tmp_path):
    assert rewrite_fault(moment_at(2, 0), tmp_path) is None


def test_a_record_that_was_cut_off_counts_as_none(data):
    write_record(ran(moment_at(2, 2)), data)
    (data / "postgres" / "rewrite.json").write_text('{"began": "2026-')
    assert last_rewrite(data) is None
    assert rewrite_is_due(moment_at(2, 3), data)
