"""One run: tables, statistics, files that nobody owns, and the log. The superuser's work."""

import contextlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keng.kit import times
from keng.kit.advisory_locks import OwnersLock, take_owners_lock
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import Cluster
from keng.runtime.rewriting.record import Rewrite, last_rewrite, write_record
from keng.runtime.roles import DATABASE_NAME

if TYPE_CHECKING:
    import psycopg

# Nobody changes or removes a row of it, and it holds no words of residents: see site/grants.py.
LEFT_ALONE = frozenset({"audit_entry"})
# The statistics hold examples of every column, so they are written anew after them.
_STATISTICS = "pg_catalog.pg_statistic"
_MOST_SEGMENTS = 256
_RELATION_FILE = re.compile(r"(?P<node>\d+)(?:_(?:fsm|vm|init))?(?:\.\d+)?")


@dataclass(frozen=True)
class Patience:
    """How long others may have to wait for a run, and the run for others; in seconds."""

    for_a_lock: float
    """Whoever comes after us waits as long as we wait."""
    with_a_table: float
    """Nobody reads a table while it is written anew: beyond this it is left as it was."""
    for_readers: float
    """Somebody who began before us could still have to see what was destroyed since."""
    tries: int
    pause: float


# An officer at night waits for both, at most: little more than a second.
BESIDE_OTHERS = Patience(for_a_lock=0.3, with_a_table=1.0, for_readers=300, tries=6, pause=5)
# When the operator has said that everybody waits.
ALONE = Patience(for_a_lock=60, with_a_table=0, for_readers=600, tries=3, pause=5)


class NotWhollyRewritten(Exception):
    """Something is still in the files; the words say what and why."""


def rewrite_database(cluster: Cluster, patience: Patience = BESIDE_OTHERS) -> Rewrite:
    """Write anew what has changed since the last run, and put on record how it ended.

    Raises CannotContinue when another run is at work; then nothing is recorded.
    """
    with contextlib.closing(cluster.connect(DATABASE_NAME)) as connection:
        if not take_owners_lock(connection, OwnersLock.REWRITE_FILES):
            raise CannotContinue("Another `keng rewrite` is at work.")
        run = _Run(connection, cluster, patience)
        done = run.work()
        write_record(done, cluster.data)
    return done


class _Run:
    def __init__(
        self, connection: "psycopg.Connection[Any]", cluster: Cluster, patience: Patience
    ) -> None:
        self._connection = connection
        self._cluster = cluster
        self._patience = patience
        self._began = times.now()
        self._before = last_rewrite(cluster.data)
        # What is not reached stays as it was known.
        self._changes = dict(self._before.changes) if self._before else {}
        self._counted_since = self._before.counted_since if self._before else ""
        self._tables = 0
        self._longest_lock = 0.0

    def work(self) -> Rewrite:
        import psycopg  # noqa: PLC0415 -- see Cluster.connect

        fault = None
        try:
            self._require_no_recycling()
            self._wait_for_older_readers()
            faults = [*self._rewrite_tables(), *self._remove_orphans()]
            self._renew_log()
            fault = " ".join(faults) or None
        except NotWhollyRewritten as error:
            fault = str(error)
        except psycopg.Error as error:
            # Never its words: an error may quote a row.
            fault = f"PostgreSQL ended the run ({type(error).__name__})."
        except OSError as error:
            fault = f"A file could not be removed ({error.strerror})."
        whole = self._before.whole_began if self._before else None
        return Rewrite(
            began=self._began,
            ended=times.now(),
            fault=fault,
            whole_began=whole if fault else self._began,
            tables=self._tables,
            longest_lock_ms=round(self._longest_lock * 1000),
            counted_since=self._counted_since,
            changes=self._changes,
        )

    def _require_no_recycling(self) -> None:
        if self._ask("SHOW wal_recycle") != "off":
            raise NotWhollyRewritten(
                "The server was started by an older Kẻng, which keeps its old log."
            )

    def _wait_for_older_readers(self) -> None:
        """Until nobody is left who must still see rows as they were before this run."""
        mark = self._ask("SELECT pg_current_xact_id()::xid::text")
        until = time.monotonic() + self._patience.for_readers
        while self._ask(_OLDER_READERS, mark):
            if time.monotonic() > until:
                raise NotWhollyRewritten(
                    "A transaction that began before it did not end (a backup, a console left "
                    "open, a replication slot)."
                )
            time.sleep(0.2)

    def _rewrite_tables(self) -> list[str]:
        """Those that have changed, the small ones first; what is wrong with those that are left."""
        counted_since = self._ask("SELECT stats_reset::text FROM pg_stat_wal")
        if counted_since != self._counted_since:
            # The server was killed and has lost count: anything may have changed.
            self._counted_since = counted_since
            self._changes = {}
        faults = []
        for table, changed, has_dead in self._connection.execute(_TABLES).fetchall():
            if table in LEFT_ALONE or (not has_dead and changed == self._changes.get(table)):
                continue
            fault = self._fault_of(table)
            if fault is None:
                self._changes[table] = changed
                self._tables += 1
            else:
                # Whatever is counted, it is done the next time.
                self._changes.pop(table, None)
                faults.append(fault)
        statistics = self._fault_of(_STATISTICS)
        return [*faults, statistics] if statistics else faults

    def _fault_of(self, table: str) -> str | None:
        """Write this table anew; why it was left, if it was."""
        import psycopg  # noqa: PLC0415 -- as above

        try:
            self._rewrite_table(table)
        except psycopg.errors.LockNotAvailable:
            return f"{table} stayed in use."
        except psycopg.errors.QueryCanceled:
            return (
                f"{table} needs more than {self._patience.with_a_table:g} s: at a quiet hour "
                "of yours run `keng rewrite --alone`, for which everybody waits."
            )
        return None

    def _rewrite_table(self, table: str) -> None:
        import psycopg  # noqa: PLC0415 -- as above

        name = self._ask("SELECT %s::regclass::text", table)
        for tries_left in reversed(range(self._patience.tries)):
            try:
                with self._limits():
                    began = time.monotonic()
                    # With its indexes and what is stored beside it; the old files go.
                    self._connection.execute(f"VACUUM (FULL) {name}".encode())
                    self._longest_lock = max(self._longest_lock, time.monotonic() - began)
            except psycopg.errors.LockNotAvailable:
                if not tries_left:
                    raise
                # Whoever queued behind us has a turn.
                time.sleep(self._patience.pause)
            else:
                break
        if table != _STATISTICS:
            # Beside everybody: examples of what is gone leave the statistics.
            self._connection.execute(f"ANALYZE {name}".encode())

    @contextmanager
    def _limits(self) -> Iterator[None]:
        for setting, seconds in (
            ("lock_timeout", self._patience.for_a_lock),
            ("statement_timeout", self._patience.with_a_table),
        ):
            self._ask("SELECT set_config(%s, %s, false)", setting, f"{seconds * 1000:.0f}ms")
        try:
            yield
        finally:
            self._connection.execute("RESET lock_timeout")
            self._connection.execute("RESET statement_timeout")

    def _remove_orphans(self) -> list[str]:
        """Files of tables that were being written when the server was killed: nobody else does.

        A file belongs to a table, or to a transaction that still runs and is older than the file.
        Returns what is wrong when it cannot be told of one.
        """
        folder = self._cluster.folder / self._ask(
            "SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()"
        )
        self._connection.execute("CHECKPOINT")
        files = {
            file: file.stat().st_mtime
            for file in folder.iterdir()
            if _RELATION_FILE.fullmatch(file.name)
        }
        oldest = self._ask(
            "SELECT extract(epoch FROM min(xact_start))::float8 FROM pg_stat_activity"
        )
        owned = self._ask(
            "SELECT array_agg(DISTINCT pg_relation_filenode(oid)::text) FROM pg_class"
        )
        faults = []
        for file, changed in files.items():
            node = _RELATION_FILE.fullmatch(file.name)["node"]  # type: ignore[index]
            if node in owned:
                continue
            if changed < oldest - 1:
                file.unlink(missing_ok=True)
            elif file.exists() and file.stat().st_size:
                faults.append(
                    f"{file.name} is of no table; a transaction that runs may be making it."
                )
        return faults

    def _renew_log(self) -> None:
        """No segment of the log is left that was written before now."""
        self._connection.execute("CHECKPOINT")
        # One of an older release may have kept old segments to be written over later: through each.
        ahead = self._ask(_SEGMENTS_AHEAD)
        first = self._ask("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
        for _ in range(min(ahead, _MOST_SEGMENTS) + 1):
            self._connection.execute("SELECT pg_logical_emit_message(false, 'keng', '', true)")
            self._connection.execute("SELECT pg_switch_wal()")
        self._connection.execute("CHECKPOINT")
        if self._ask("SELECT count(*) FROM pg_ls_waldir() WHERE name <= %s", first):
            raise NotWhollyRewritten(
                "Something keeps the old log (a replication slot, an archive)."
            )

    def _ask(self, question: str, *values: object) -> Any:
        return _ask(self._connection, question, *values)


# Of this database, or of all of them for those that stream it.
_OLDER_READERS = """
SELECT EXISTS (
    SELECT 1 FROM pg_stat_activity
    WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
      AND (datname = current_database() OR datname IS NULL)
      AND age(backend_xmin) > age(%s::text::xid)
) OR EXISTS (SELECT 1 FROM pg_replication_slots WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL)
  OR EXISTS (SELECT 1 FROM pg_prepared_xacts)
"""
_TABLES = """
SELECT relid::regclass::text, n_tup_upd + n_tup_del, n_dead_tup > 0
FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid)
"""
_SEGMENTS_AHEAD = """
SELECT count(*)::int FROM pg_ls_waldir()
WHERE name ~ '^[0-9A-F]{24}$' AND name > pg_walfile_name(pg_current_wal_insert_lsn())
"""


def _ask(connection: "psycopg.Connection[Any]", question: str, *values: object) -> Any:
    row = connection.execute(question.encode(), values).fetchone()
    return row[0] if row is not None else None
