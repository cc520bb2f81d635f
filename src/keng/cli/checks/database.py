"""Checks that ask the database: whether it is the right one, and what waits in it for how long."""

import datetime
import os
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

import keng
from keng.alarms.calls_behind import CALLED_NOBODY, CALLED_WITHIN, NOT_CALLED, RINGING
from keng.cli.checks import running
from keng.cli.checks.check import (
    CheckedPlace,
    Connection,
    Finding,
    FindingLevel,
    age_words,
    attention,
    first_line,
    first_row,
    ok,
    reading_connection,
    unknown,
    wrong,
)
from keng.kit import alive
from keng.kit.database import (
    MAY_READ_REPLICA,
    MAY_SHARE_CONNECTIONS,
    PROCESSES,
    TIME_LIMITS,
    Process,
    connection_file,
    data_folder,
    dsn,
    has_own_server,
    is_external,
    replica_dsn,
    role,
    session_name,
    settings_of_role,
)
from keng.kit.database_state import (
    CLOCK_ATTENTION_SECONDS,
    CLOCK_WRONG_SECONDS,
    database_has_room,
    seconds_ahead,
)
from keng.kit.demo_hook import installed_demo
from keng.kit.read_only_servers import server_only_reads
from keng.kit.replica_state import ReplicaFault, ReplicaState, replica_state
from keng.kit.secrets import site_secret_here
from keng.kit.storage_away import StorageAway
from keng.runtime.known_keys import is_demo_data, key_faults
from keng.runtime.migrate import with_grants_of
from keng.runtime.roles import grant_faults
from keng.runtime.row_security import row_policy_faults
from keng.runtime.upgrade_state import upgrade_state
from keng.runtime.version_of_data import (
    applied_migrations,
    contract_migrations_here,
    is_expanded_by_next,
    migrations_here,
    migrations_unknown_here,
    newer_words,
)
from keng.site.row_policies import POLICIES, secured_tables

OLDEST_SERVER = 150000
# As of November 2025, and what the lock file brings: a newer one is never told of.
NEWEST_KNOWN_MINOR = {15: 15, 16: 11, 17: 7, 18: 6}
# A page to an officer goes out at once.
URGENT_WAITS = 120
DELIVERY_WAITS = 600
# A bulk at a limited rate takes its time.
BULK_WAITS = 7200
PICTURE_WAITS = 900
CLOCK_DIFFERS = CLOCK_WRONG_SECONDS
# Longer than any statement of a process may take.
HELD_FOR = 900
_MOST_FILES = 20_000
_LOOKS_FOR = 4.0


def database(place: CheckedPlace) -> Finding:
    """Whether it takes somebody new, and can be written on."""
    if running.is_starting():
        # What stands in it half made is no fault, and nobody should help with it.
        return unknown("not looked at: the start comes first")
    if not is_external() and not connection_file().exists():
        return wrong(f"there is none in {data_folder()} yet: keng serve makes it")
    try:
        with reading_connection() as connection:
            version = connection.info.parameter_status("server_version")
            checksums = first_row(connection, "SHOW data_checksums")[0]
            number = connection.info.server_version
            if fault := _server_fault(connection):
                return wrong(fault)
    except psycopg.Error as error:
        if is_external():
            return wrong(f"your PostgreSQL does not answer: {first_line(error)}")
        if running.supervisor(place).level is FindingLevel.WRONG:
            # It ends with Kẻng: one fault, told once.
            return unknown("not looked at: supervisor comes first")
        return wrong(
            f"PostgreSQL does not answer: {first_line(error)}. If Kẻng runs, its process may stand "
            "still: see logs/postgres.log, then stop Kẻng and start it again"
        )
    return _version_finding(number, f"PostgreSQL {version}, checksums {checksums}")


def _server_fault(connection: Connection) -> str:
    """Why one that answers is no database to work with; empty if it is."""
    if connection.info.server_version < OLDEST_SERVER:
        return "PostgreSQL 15 is the oldest that works."
    if server_only_reads(connection):
        return (
            "this PostgreSQL only reads (a standby, or default_transaction_read_only is on), so "
            "nothing is taken. Name the server that writes in DATABASE_URL, or all of them with "
            "commas (running.md)"
        )
    return ""


def _version_finding(number: int, text: str) -> Finding:
    """Whether a newer release of the same major is to be installed."""
    if newer := newer_minor(number):
        return attention(
            f"{text}: {newer} mends faults of it. Install it and start it anew, which takes "
            f"seconds{'' if is_external() else ': stop Kẻng, install the lock file, start'}"
        )
    return ok(text)


def newer_minor(server_version: int) -> str | None:
    """A release of the same major that was known when this was written, and is newer."""
    major, minor = divmod(server_version, 10000)
    known = NEWEST_KNOWN_MINOR.get(major, 0)
    return f"{major}.{known}" if known > minor else None


def roles(place: CheckedPlace) -> Finding:
    """Every process can sign in, and none can do what only the owner may."""
    for process in PROCESSES[1:]:
        try:
            with reading_connection(process) as connection:
                row = first_row(
                    connection,
                    "SELECT rolsuper OR rolcreaterole OR EXISTS (SELECT 1 FROM pg_class c"
                    " WHERE c.relowner = r.oid) FROM pg_roles r WHERE rolname = current_user",
                )
        except psycopg.Error as error:
            return wrong(f"the {process} cannot sign in: {first_line(error)}")
        if row[0]:
            return wrong(f"the role of the {process} owns tables or may create roles")
    return ok(f"{len(PROCESSES) - 1} can sign in and own nothing")


def policies(place: CheckedPlace) -> Finding:
    """The desk writes no rows but those of whoever acts."""
    with reading_connection() as connection:
        state = upgrade_state(connection)
        expands = state is not None and state.waits_for_contract
        unsecured = () if state is None else state.unsecured
        faults = row_policy_faults(
            connection,
            POLICIES,
            expands=expands,
            unsecured=unsecured,
            marks=() if state is None else state.policies,
        )
        grants = with_grants_of(installed_demo() if is_demo_data(connection) else None)
        rights = grant_faults(connection, grants, expands=expands)
    if faults:
        takes_away = " (a policy of no version: DROP POLICY, or --contract)" if expands else ""
        return wrong(
            f"{'; '.join(faults[:3])}: the database does not hold the desk to the rows of whoever "
            f"acts. Run `keng migrate`{takes_away}"
        )
    if rights:
        return wrong(f"{'; '.join(rights[:3])}: not the rights of this version. Run `keng migrate`")
    if unsecured:
        return attention(
            f"{', '.join(unsecured[:3])}: {len(unsecured)} tables have no policies yet, since "
            f"{state.contracted if state else ''} knows none there, until the upgrade is ended by "
            "`keng migrate --contract`"
        )
    return ok(f"hold what the desk writes, or the public reads, in {len(secured_tables())} tables")


def pooler(place: CheckedPlace) -> Finding:
    """Every process has a server connection of its own, or needs none; and its limits hold."""
    processes = [process for process in PROCESSES[1:] if has_own_server(process)]
    if not processes:
        return ok("none: the embedded PostgreSQL is asked directly")
    without_limits: list[Process] = []
    in_use: list[Process] = []
    for process in processes:
        own = _with_plan(process) if process == "sender" else dsn(process)
        try:
            with _session(own) as one, _session(own) as other:
                is_shared = _share_a_server_connection(one, other)
                if is_shared and process not in MAY_SHARE_CONNECTIONS:
                    return wrong(
                        f"a pooler shares out the server connections of the {process} by "
                        "transactions, which listens on its own. It must be in session mode for "
                        "this one (settings.md), or be left out"
                    )
                if is_shared and not _keep_prepared_statements_apart(one, other):
                    return wrong(
                        f"the pooler of the {process} confuses the prepared statements of its "
                        "clients. pgbouncer keeps them apart from version 1.22 on, with "
                        "`max_prepared_statements` above 0 (settings.md)"
                    )
                if not _has_its_options(one, process):
                    without_limits.append(process)
        except psycopg.Error as error:
            if _TOO_MANY in str(error):
                in_use.append(process)
                continue
            return wrong(
                f"the {process} cannot connect with its own settings: {first_line(error)}. What a "
                "pooler needs is in settings.md; or leave it out"
            )
    if without_limits:
        limits = ", ".join(
            f"{each}: {TIME_LIMITS[each].statement:.0f} s" for each in without_limits
        )
        return attention(
            "neither its connections nor its role bring what limits how long a statement takes, "
            f"and has busy queries planned once (wanted: {limits}): see settings.md"
        )
    if in_use:
        return unknown(
            f"not looked at where all connections of a role are in use: {', '.join(in_use)}"
        )
    return ok("each process has the server connections that it needs, and its limits of time")


# The driver gives no code where none is made.
_TOO_MANY = "too many "


def _session(own_dsn: str) -> Connection:
    return psycopg.connect(
        own_dsn, connect_timeout=3, application_name=session_name("doctor"), autocommit=True
    )


_NAME_SESSION = "SELECT set_config('keng.doctor', %s, false)"
_READ_NAME = "SELECT current_setting('keng.doctor', true)"


def _share_a_server_connection(one: Connection, other: Connection) -> bool:
    """Whether what the one has set is there for the other, or gone.

    A pooler in transaction mode takes any that is free, the last or the next: asked in this order,
    neither goes unnoticed.
    """
    for connection, name in ((one, "one"), (other, "other")):
        first_row(connection, _NAME_SESSION, name)
    return any(
        first_row(connection, _READ_NAME)[0] != name
        for connection, name in ((other, "other"), (one, "one"))
    )


def _keep_prepared_statements_apart(one: Connection, other: Connection) -> bool:
    """Whether both may prepare a statement of one name, as the driver names it."""
    try:
        for connection in (one, other, one):
            connection.execute("SELECT 1", prepare=True)
        # The driver takes all of its own back then, and nobody else's.
        one.execute("BEGIN")
        one.rollback()
        other.execute("SELECT 1", prepare=True)
    except (
        psycopg.errors.DuplicatePreparedStatement,
        psycopg.errors.InvalidSqlStatementName,
    ):
        return False
    return True


def _has_its_options(connection: Connection, process: Process) -> bool:
    wanted = settings_of_role(process)
    if process == "sender":
        wanted["plan_cache_mode"] = "force_generic_plan"
    return all(
        first_row(connection, "SELECT current_setting(%s)", name)[0] not in {"0", "auto"}
        for name in wanted
    )


def _with_plan(process: Process) -> str:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415

    own = dsn(process)
    options = f"{conninfo_to_dict(own).get('options') or ''} -c plan_cache_mode=force_generic_plan"
    return make_conninfo(own, options=options.strip())


def keys(place: CheckedPlace) -> Finding:
    """Those of this database, and the data those that this machine is started for."""
    with reading_connection() as connection:
        faults = key_faults(connection)
        is_demo = is_demo_data(connection)
    if faults:
        return wrong(
            f"{'; '.join(map(str, faults))}. Put the old ones back: every backup has them. If they "
            "are lost for good, `keng keys accept` says what is lost with them"
        )
    if is_demo is None:
        return ok("none is on record before the first start")
    return ok(f"belong to this database; {'the demo' if is_demo else 'your own data'}")


def debug(place: CheckedPlace) -> Finding:
    with reading_connection() as connection:
        return running.debug_switches(place, is_demo=is_demo_data(connection))


def migrations(place: CheckedPlace) -> Finding:
    with reading_connection() as connection:
        is_demo = is_demo_data(connection) is True
        applied = applied_migrations(connection)
        if applied is None:
            return wrong("none is applied: run `keng migrate`")
        newer = migrations_unknown_here(connection, is_demo=is_demo)
        state = upgrade_state(connection)
        is_expanded = is_expanded_by_next(connection)
    if state is not None and state.is_contracting:
        return wrong("the last `keng migrate` was cut short: run it again")
    missing = migrations_here(is_demo=is_demo) - applied
    waits = state is not None and state.waits_for_contract
    if missing - (contract_migrations_here(is_demo=is_demo) if waits else set()):
        return wrong(f"{len(missing)} are not applied: run `keng migrate`")
    if is_expanded and state is not None:
        return attention(
            f"{state.expanded} has prepared the database; this version works on it too, with the "
            f"rights and policies of both until {state.expanded} is in use and its contract step "
            "is done"
        )
    if state is not None and waits:
        return attention(
            f"the last step of the upgrade from {state.contracted} waits. When every process is "
            f"{keng.VERSION}, and nobody will go back: run `keng migrate --contract`"
        )
    return wrong(newer_words(newer)) if newer else ok("all applied")


def restart(place: CheckedPlace) -> Finding:
    """Whether the processes began after the database and the code became what they are now."""
    oldest = running.oldest_start()
    if oldest is None:
        return unknown("nothing of ours runs, or nobody can say since when")
    name, began = oldest
    with reading_connection() as connection:
        (at,) = first_row(
            connection,
            "SELECT extract(epoch FROM max(applied)) FROM django_migrations"
            # What a contract takes away, no process of this version knew.
            " WHERE NOT (app || '.' || name) = ANY (%s)",
            [".".join(each) for each in contract_migrations_here(is_demo=True)],
        )
    if at is not None and float(at) > began:
        return attention(f"the database was migrated after {name} began: stop, and start again")
    newest = max(file.stat().st_mtime for file in Path(keng.__file__).parent.rglob("*.py"))
    if newest > began:
        return attention(f"the code here is newer than {name}, which runs: stop, and start again")
    return ok(f"the oldest process began {age_words(time.time() - began)} ago, after both")


# Of each process, what is open for long and how many wait behind it. Who waits gives up by itself
# within seconds, and comes again.
_OPEN_FOR_LONG = """
SELECT held.usename::text, held.pid,
  extract(epoch FROM clock_timestamp() - held.xact_start)::float8,
  (SELECT count(*) FROM pg_locks AS waiting
   WHERE NOT waiting.granted AND held.pid = ANY (pg_blocking_pids(waiting.pid)))
FROM pg_stat_activity AS held
WHERE held.datname = current_database() AND held.usename = ANY (%s)
  AND held.xact_start < clock_timestamp() - make_interval(secs => %s)
ORDER BY held.xact_start
"""


def transactions(place: CheckedPlace) -> Finding:
    """Nothing is held for so long that others give up: a process may hold what it may change."""
    with reading_connection() as connection:
        (sees,) = first_row(
            connection, "SELECT pg_has_role(current_user, 'pg_read_all_stats', 'MEMBER')"
        )
        if sees:
            # The owner inherits nothing.
            connection.execute("SET ROLE pg_read_all_stats")
        rows = connection.execute(
            _OPEN_FOR_LONG, [[role(process) for process in PROCESSES[1:]], HELD_FOR]
        ).fetchall()
    if not sees:
        return unknown(
            "how long the others' transactions are open is not for this owner to see: GRANT "
            "pg_read_all_stats TO it, as a superuser"
        )
    if not rows:
        return ok(f"none of a process is open for {age_words(HELD_FOR)}")
    name, pid, age, waiting = rows[0]
    text = (
        f"{name} has had a transaction open for {age_words(age)} (PostgreSQL's process {pid}), "
        f"{waiting} wait for it now: whatever it holds nobody else changes. kill {pid}; if it "
        "comes again, stop that process and look who controls it"
    )
    return wrong(text) if waiting else attention(text)


# Who confirms what is committed, and for how long the first commit has waited for that.
_STANDBYS = """
SELECT current_setting('synchronous_standby_names'),
  (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'),
  (SELECT count(*) FROM pg_stat_replication
   WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')),
  (SELECT extract(epoch FROM max(clock_timestamp() - query_start)) FROM pg_stat_activity
   WHERE wait_event = 'SyncRep')
"""
# A commit waits for a moment whenever there is a standby.
_COMMIT_WAITS = 5


def standbys(place: CheckedPlace) -> Finding:
    """Whether what is acknowledged lies on a second machine, where the operator has one."""
    with reading_connection() as connection:
        (sees,) = first_row(
            connection, "SELECT pg_has_role(current_user, 'pg_read_all_stats', 'MEMBER')"
        )
        if sees:
            # The owner inherits nothing.
            connection.execute("SET ROLE pg_read_all_stats")
        names, following, confirming, waits = first_row(connection, _STANDBYS)
    several = "," in str(conninfo_to_dict(dsn("owner")).get("host") or "")
    if names and not sees:
        return unknown(
            "which standby is in sync is not for this owner to see: GRANT pg_read_all_stats TO it, "
            "as a superuser"
        )
    seconds = None if waits is None else float(waits)
    return finding_of_standbys(names, following, confirming, seconds, names_several=several)


def finding_of_standbys(
    names: str, following: int, confirming: int, waits: float | None, *, names_several: bool
) -> Finding:
    """By the setting, who follows, who confirms, and since when the first commit waits."""
    if not names:
        text = "a commit waits for none: what was acknowledged last lies on one machine"
        if names_several or following:
            return attention(f"{text} (synchronous_standby_names is empty; failover.md)")
        return ok(text)
    if not confirming or (waits is not None and waits > _COMMIT_WAITS):
        since = "" if waits is None else f", the first for {age_words(waits)}"
        return wrong(
            f"no standby confirms, so every commit waits{since}: nothing is taken. Bring one back, "
            "or go on with one machine (failover.md)"
        )
    return ok(f"{confirming} in sync, of {following} that follow")


def replica(place: CheckedPlace) -> Finding:
    """Whether figures, reports and waves are read of the standby that was named for them."""
    most_behind = float(os.environ.get("KENG_REPLICA_BEHIND_SECONDS") or 30)
    worst = ReplicaState(None, seconds_behind=0.0)
    for process in sorted(MAY_READ_REPLICA):
        address = replica_dsn(process)
        if address is None:
            return ok("none is set: figures, reports and waves are read where all else is")
        try:
            with reading_connection(process) as primary, _session(address) as standby:
                state = replica_state(primary.cursor(), standby.cursor(), most_behind=most_behind)
        except psycopg.Error as error:
            return attention(
                f"the {process} cannot read the replica: {first_line(error)}. Until it is back the "
                "primary answers"
            )
        if state.fault is not None:
            return finding_of_replica(state)
        worst = max(worst, state, key=lambda each: each.seconds_behind or 0.0)
    return finding_of_replica(worst)


_NO_REPLICA = {
    ReplicaFault.NO_STANDBY: "is no standby (perhaps it was promoted)",
    ReplicaFault.OTHER_SERVER: "belongs to another PostgreSQL: its data are not a copy of these",
    ReplicaFault.OTHER_DATABASE: "is another database than the primary's",
}


def finding_of_replica(state: ReplicaState) -> Finding:
    """By what both servers said."""
    if state.fault is None:
        return ok(f"{state.seconds_behind or 0.0:.0f} s behind")
    if state.fault in _NO_REPLICA:
        return wrong(
            f"KENG_DATABASE_URL_REPLICA {_NO_REPLICA[state.fault]}. It is not read; name a standby "
            "of the primary, or take it out"
        )
    behind = "" if state.seconds_behind is None else f" ({age_words(state.seconds_behind)})"
    return attention(
        f"too far behind{behind}, so the primary answers: does it follow the primary? (scale.md)"
    )


def clock(place: CheckedPlace) -> Finding:
    """Six digits are good for half a minute, and no entry was made in the future."""
    with reading_connection() as connection:
        differs = seconds_ahead(connection)
        newest = connection.execute("SELECT at FROM audit_entry ORDER BY id DESC LIMIT 1")
        row = newest.fetchone()
    if abs(differs) > CLOCK_DIFFERS:
        side = "ahead of" if differs > 0 else "behind"
        return wrong(
            f"this machine is {age_words(abs(differs))} {side} the database: set the clock that is "
            "wrong (NTP), or nobody can sign in, and messages of chats are put off"
        )
    if row is not None:
        ahead = (row[0] - datetime.datetime.now(datetime.UTC)).total_seconds()
        if ahead > CLOCK_DIFFERS:
            return wrong(
                f"the newest entry is {age_words(ahead)} in the future: the clock was set back, or "
                "ran ahead before. Nobody can sign in while it is wrong"
            )
    moved = alive.clock_was_set_by()
    if moved is not None and abs(moved) > CLOCK_DIFFERS:
        direction = "forward" if moved > 0 else "back"
        return attention(
            f"the clock was set {direction} by {age_words(abs(moved))} since the start. If it is "
            "right now, start Kẻng anew; if not, nobody can sign in"
        )
    if abs(differs) > CLOCK_ATTENTION_SECONDS:
        return attention(
            f"this machine and the database differ by {age_words(abs(differs))}: see that both "
            "have their time from the same clock (NTP), before six digits are refused"
        )
    return ok(f"agrees with the database ({abs(differs):.1f} s)")


def database_disk(place: CheckedPlace) -> Finding:
    """Whether there is room where the tables lie, on whichever machine that is."""
    with reading_connection() as connection:
        if database_has_room(connection):
            return ok("there is room where its tables lie")
    return wrong(
        "the disk is full where its tables lie: nothing that comes in is written, and everybody is "
        "told to come again. Make room there (watching.md, KengDatabaseFull); nothing has to be "
        "started anew"
    )


def accounts(place: CheckedPlace) -> Finding:
    """Those at providers that stopped: what they should carry waits until somebody mends them."""
    with reading_connection() as connection:
        rows = connection.execute(
            "SELECT slug, circuit_reason, extract(epoch FROM now() - circuit_open_since)"
            " FROM delivery_channelaccount WHERE is_active AND circuit_open_since IS NOT NULL"
            " ORDER BY circuit_open_since"
        ).fetchall()
        (count,) = first_row(
            connection, "SELECT count(*) FROM delivery_channelaccount WHERE is_active"
        )
    if rows:
        said = "; ".join(f"{slug} {age_words(float(age))} ago ({why})" for slug, why, age in rows)
        return attention(f"stopped: {said}. keng channel check, then keng channel renew NAME")
    return ok(f"{count}, none stopped")


def deliveries(place: CheckedPlace) -> Finding:
    """The oldest that is due and did not go out. A bulk at a limited rate may wait its turn."""
    with reading_connection() as connection:
        row = connection.execute(
            """
            SELECT coalesce(a.slug, d.channel), d.is_urgent, count(*),
              extract(epoch FROM now() - min(d.created_at))
            FROM delivery_delivery d JOIN delivery_channelaccount a ON a.id = d.account_id
            WHERE d.state IN ('queued', 'leased') AND d.not_before < now() + interval '2 minutes'
              AND (d.expires_at IS NULL OR d.expires_at > now())
              AND d.created_at < now() - CASE
                WHEN d.is_urgent THEN interval '1 second' * %s
                WHEN d.code <> '' OR a.circuit_open_since IS NOT NULL THEN interval '1 second' * %s
                ELSE interval '1 second' * %s END
            GROUP BY 1, 2 ORDER BY 2 DESC, 4 DESC LIMIT 1
            """,
            [URGENT_WAITS, DELIVERY_WAITS, BULK_WAITS],
        ).fetchone()
    if row is None:
        return ok("nothing waits longer than it should")
    slug, is_urgent, count, age = row
    text = (
        f"{count} wait for {slug}, the oldest for {age_words(float(age))}: see logs/sender.log, "
        "and keng channel check"
    )
    return wrong(f"urgent: {text}") if is_urgent else attention(text)


def pictures(place: CheckedPlace) -> Finding:
    with reading_connection() as connection:
        count, age = first_row(
            connection,
            "SELECT count(*), extract(epoch FROM now() - min(since)) FROM tips_waitingpicture",
        )
    if count and float(age) > PICTURE_WAITS:
        return attention(
            f"{count} wait for a copy to view, the oldest for {age_words(float(age))}: see "
            "logs/worker.log"
        )
    return ok(f"{count} wait for a copy" if count else "none waits for a copy")


def critical(place: CheckedPlace) -> Finding:
    """Critical tips that nobody was called for, or for whom nobody could be called."""
    with reading_connection() as connection:
        count, age = first_row(connection, NOT_CALLED, CALLED_WITHIN, CALLED_WITHIN)
        unheard, since = first_row(connection, CALLED_NOBODY)
        rings, _ = first_row(connection, RINGING)
    if count:
        return wrong(
            f"critical tips for which nobody is called: {count}, "
            f"the oldest for {age_words(float(age))}: see logs/worker-alarm.log, "
            "and ring the desk"
        )
    if unheard:
        return attention(
            f"critical tips that reached no pager: {unheard}, "
            f"the oldest for {age_words(float(since))}: ring the desk. "
            "Officers set a pager on the desk, under My pager"
        )
    return ok(f"{rings} ring now, each is called for" if rings else "none rings")


def files(place: CheckedPlace) -> Finding:
    """Whether what rows name is there: after a restore that forgot a folder it is not."""
    until = time.monotonic() + _LOOKS_FOR
    with reading_connection() as connection:
        paths = _named_files(connection)
        missing: list[str] = []
        looked_at = 0
        for path in paths:
            if time.monotonic() > until:
                break
            looked_at += 1
            try:
                if not _is_there(path):
                    missing.append(path)
            except StorageAway as error:
                return wrong(f"the store does not answer ({error}): files wait until it does")
        if missing:
            # What was withdrawn meanwhile has no row any more.
            still = set(_named_files(connection))
            missing = [path for path in missing if path in still]
    of_all = "" if looked_at == len(paths) else f" of {len(paths)}, the newest first"
    if missing:
        return wrong(
            f"{len(missing)} that rows name are not there, such as {missing[0]}: put the folder "
            f"{missing[0].partition('/')[0]}/ back from the backup (looked at {looked_at}{of_all})"
        )
    return ok(f"{looked_at}{of_all} that rows name are there")


def _is_there(path: str) -> bool:
    from keng.files.storage.chosen import file_storage  # noqa: PLC0415 -- loads Django

    if path.startswith("films/"):
        return (data_folder() / path).exists()
    return file_storage().size(path) is not None


def _named_files(connection: Connection) -> list[str]:
    rows = connection.execute(_NAMED_FILES, [_MOST_FILES]).fetchall()
    return [path for (path,) in rows]


_NAMED_FILES = """
SELECT path FROM (
  SELECT id, original_path AS path FROM tips_attachment
  UNION ALL SELECT id, viewing_path FROM tips_attachment
  UNION ALL SELECT id, covered_path FROM tips_attachment
  UNION ALL SELECT id, viewing_path FROM lookup_disputefile
  UNION ALL SELECT id, path FROM tips_waitingpicture
  UNION ALL SELECT id, 'films/' || id || '.mp4' FROM lessons_film WHERE state = 'ready'
  UNION ALL SELECT id, 'films/' || id || '.jpg' FROM lessons_film WHERE state = 'ready'
) AS named WHERE path <> '' ORDER BY id DESC LIMIT %s
"""


def setup(place: CheckedPlace) -> Finding:
    """What is not set up yet; each hint is a line of its own."""
    if site_secret_here() is None:
        # The product's settings would make it: nothing was started here yet.
        return attention("nothing was started here yet: keng serve, then first-day.md")
    from keng.cli.first_steps import first_steps  # noqa: PLC0415
    from keng.runtime.environment import load_django  # noqa: PLC0415

    load_django("owner")
    from django.db import connections  # noqa: PLC0415 -- needs the settings

    try:
        hints = list(first_steps())
    finally:
        connections.close_all()
    return attention("\n".join(hints)) if hints else ok("complete")
