"""Where the database is and as whom each process connects to it."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import keng
from keng.kit.kept_secrets import read_secret

Process = Literal["owner", "public", "desk", "edge", "worker", "sender", "opener"]
PROCESSES: tuple[Process, ...] = get_args(Process)
# No process signs in as it: the public site takes it for the inboxes of partners alone.
PARTNER_ROLE = "keng_partner"
# A pooler may give these a server connection for each transaction; what the others set or listen
# for is their connection's.
MAY_SHARE_CONNECTIONS: frozenset[Process] = frozenset({"public", "desk"})
# The server itself, for who shares connections and has to listen all the same.
LISTENING_SETTING = "KENG_DATABASE_URL_CHANGES"
# A standby that answers what may be some moments old (keng.kit.replica), and who asks it.
REPLICA_SETTING = "KENG_DATABASE_URL_REPLICA"
REPLICA_ALIAS = "replica"
MAY_READ_REPLICA: frozenset[Process] = frozenset({"desk", "worker"})
# What keng.kit.database knows by a Django name; every other parameter goes to OPTIONS.
DJANGO_NAMES = {
    "host": "HOST",
    "port": "PORT",
    "user": "USER",
    "password": "PASSWORD",
    "dbname": "NAME",
}


# In libpq's words. A machine without power says nothing: a new connection to it would be waited for
# two minutes before the next server is asked, and one that is open already a quarter of an hour.
_SILENT_SERVER = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long one statement may run, wait for a lock, and leave a transaction idle; in seconds."""

    statement: float
    lock: float
    idle: float

    def settings(self) -> dict[str, str]:
        """The names PostgreSQL has for them, and their values."""
        return {
            "statement_timeout": f"{self.statement * 1000:.0f}ms",
            "lock_timeout": f"{self.lock * 1000:.0f}ms",
            "idle_in_transaction_session_timeout": f"{self.idle * 1000:.0f}ms",
        }


# Somebody waits for each page, and a provider for each answer of the edge: they rather say "once
# more" than keep what others wait for. The worker has limits of its own for each pace
# (keng.runtime.worker), the owner for migrations (keng.runtime.migrate); commands that a person
# types have none.
TIME_LIMITS: dict[Process, TimeLimits] = {
    "public": TimeLimits(statement=10, lock=3, idle=30),
    "desk": TimeLimits(statement=20, lock=4, idle=60),
    "edge": TimeLimits(statement=5, lock=0.5, idle=5),
    "worker": TimeLimits(statement=60, lock=5, idle=60),
    "sender": TimeLimits(statement=15, lock=5, idle=30),
    "opener": TimeLimits(statement=5, lock=3, idle=10),
}


# Queries of busy pages are prepared (keng.kit.compiled_queries), and PostgreSQL would plan most of
# them for their values, each time.
_PLANNED_ONCE = {"plan_cache_mode": "force_generic_plan"}


def settings_of_role(process: Process) -> dict[str, str]:
    """What every session of its role begins with, whether or not the connection brings options."""
    limits = TIME_LIMITS.get(process)
    plans = _PLANNED_ONCE if process in {"public", "desk", "worker"} else {}
    return {**(limits.settings() if limits else {}), **plans}


_SESSION_NAME = re.compile(r"keng (\d+\.\d+\.\d+) ")


def session_name(what: str) -> str:
    """What a session is called on the server: its version, by which an upgrade knows who is older.

    The server shows it to whoever may sign in, so it says nothing else.
    """
    # PostgreSQL keeps so many bytes of it.
    return f"keng {keng.VERSION} {what}"[:63]


def version_of_session(name: str) -> str | None:
    """The version of the process that called its session so; None where it did not say."""
    found = _SESSION_NAME.match(name)
    return found[1] if found else None


class DatabaseNotPrepared(Exception):
    """There is neither DATABASE_URL nor an embedded cluster with this role in the data folder."""


def data_folder() -> Path:
    """KENG_DATA, or the place where this account keeps its data."""
    if configured := os.environ.get("KENG_DATA"):
        return Path(configured).absolute()
    return usual_data_folder()


def usual_data_folder() -> Path:
    """Where this account keeps its data unless KENG_DATA says otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/keng")
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "keng"


def this_process() -> Process:
    """The process named by KENG_PROCESS; commands a person types run as the owner."""
    name = os.environ.get("KENG_PROCESS", "owner")
    for process in PROCESSES:
        if process == name:
            return process
    raise ValueError(f"KENG_PROCESS must be one of {', '.join(PROCESSES)}, not {name!r}.")


def role(process: Process) -> str:
    """The database role a process signs in as."""
    return f"keng_{process}"


def password_file(role_name: str) -> Path:
    """The 0600 file with the generated password of a role."""
    return data_folder() / "secrets" / "database" / role_name


def connection_file() -> Path:
    """What the launcher wrote about its running cluster: host, port and name, no password."""
    return data_folder() / "postgres" / "connection.json"


def is_external() -> bool:
    """Whether the operator brings the database, so that nothing embedded is started."""
    return bool(os.environ.get("DATABASE_URL"))


def has_own_server(process: Process) -> bool:
    """Whether this process was told a server of the operator's own; only some see DATABASE_URL."""
    return is_external() or f"KENG_DATABASE_URL_{process.upper()}" in os.environ


def has_own_role(process: Process) -> bool:
    """Whether the operator says as whom this process signs in, and not only where."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- see dsn

    own = os.environ.get(f"KENG_DATABASE_URL_{process.upper()}", "")
    return "user" in conninfo_to_dict(own)


def dsn(process: Process) -> str:
    """The connection string of a process. Holds a password: never log it."""
    own = f"KENG_DATABASE_URL_{process.upper()}"
    if not (own in os.environ or is_external() or connection_file().exists()):
        raise DatabaseNotPrepared(
            f"No database yet in {data_folder()}: run `keng migrate` or `keng demo`, "
            "or set DATABASE_URL."
        )
    # The supervisor only asks where things are, and the driver would be half of its memory.
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415

    return make_conninfo("", **_parameters(process))


def listening_dsn(process: Process) -> str:
    """Where a process listens for notifications: at the server itself, whatever pooler it asks
    through, since a pooler would give its connection away. Holds a password: never log it.
    """
    from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415 -- see dsn

    known = _parameters(process)
    if own := os.environ.get(LISTENING_SETTING):
        server = conninfo_to_dict(own)
    elif is_external():
        # Whose name stands there is the owner's.
        server = conninfo_to_dict(os.environ["DATABASE_URL"]) | {"user": "", "password": ""}
    elif connection_file().exists():
        server = _embedded()
    else:
        server = known
    if not server.get("user"):
        server |= {name: known.get(name, "") for name in ("user", "password")}
    return make_conninfo("", **_answering_in_time(server))


def replica_dsn(process: Process) -> str | None:
    """Where a process reads what may be some moments old; None where it may not, or no replica is
    set. Holds a password: never log it.
    """
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 -- see dsn

    parameters = _replica_parameters(process)
    return None if parameters is None else make_conninfo("", **parameters)


def replica_database(process: Process) -> dict[str, Any]:
    """What DATABASES has beside the primary: the replica by its alias, or nothing."""
    parameters = _replica_parameters(process)
    return {} if parameters is None else {REPLICA_ALIAS: _django_entry(process, parameters)}


def django_database(process: Process) -> dict[str, Any]:
    """The entry of DATABASES for a process; readable before the database exists."""
    return _django_entry(process, _parameters(process))


def _django_entry(process: Process, parameters: dict[str, Any]) -> dict[str, Any]:
    options = {key: value for key, value in parameters.items() if key not in DJANGO_NAMES}
    known = {name: parameters.get(key, "") for key, name in DJANGO_NAMES.items()}
    return {
        "ENGINE": "keng.kit.postgresql",
        **known,
        "OPTIONS": options,
        # Such a cursor lasts for as long as its connection, which a pooler may share out.
        "DISABLE_SERVER_SIDE_CURSORS": process in MAY_SHARE_CONNECTIONS,
        # A new connection per request costs the database eight times the work; the health check
        # replaces one that a restarted server has dropped, or whose server only reads by now.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def _parameters(process: Process) -> dict[str, Any]:
    """The libpq parameters, with the limits of time that the operator's string does not set."""
    parameters = _answering_in_time(_place(process))
    limits = TIME_LIMITS.get(process)
    if limits is None:
        return parameters
    return _with_options(parameters, session_name(process), limits.settings())


def _replica_parameters(process: Process) -> dict[str, Any] | None:
    """Each process signs in as itself there: the standby has the roles and policies, too."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- see dsn

    own = os.environ.get(REPLICA_SETTING)
    if not own or process not in MAY_READ_REPLICA:
        return None
    server: dict[str, Any] = dict(conninfo_to_dict(own))
    if not server.get("user"):
        known = _place(process)
        server |= {name: known.get(name, "") for name in ("user", "password")}
    if not server.get("dbname"):
        server["dbname"] = _place(process).get("dbname", "")
    if "," in f"{server.get('host') or ''}{server.get('hostaddr') or ''}":
        server = {"target_session_attrs": "standby"} | server
    settings = {
        **TIME_LIMITS[process].settings(),
        "default_transaction_read_only": "on",
        # All that one question counts is of one moment.
        "default_transaction_isolation": "repeatable\\ read",
    }
    return _with_options(_answering_in_time(server), session_name(f"{process} replica"), settings)


def _with_options(
    parameters: dict[str, Any], name: str, settings: dict[str, str]
) -> dict[str, Any]:
    """Under this name, with the settings that the operator's own options do not have."""
    own = str(parameters.get("options") or "")
    missing = [f"-c {each}={value}" for each, value in settings.items() if each not in own]
    options = " ".join([*missing, own]).strip()
    return parameters | {"application_name": name, "options": options}


def _answering_in_time(parameters: dict[str, Any]) -> dict[str, Any]:
    """Of several servers the one that can be written on; a standby would take us, and no tip.

    And over a network none is waited for that is dead. The operator's own values win.
    """
    hosts = f"{parameters.get('host') or ''},{parameters.get('hostaddr') or ''}".split(",")
    if any(host and not host.startswith("/") for host in hosts):
        parameters = _SILENT_SERVER | parameters
    if "," in f"{parameters.get('host') or ''}{parameters.get('hostaddr') or ''}":
        return {"target_session_attrs": "read-write"} | parameters
    return parameters


def _place(process: Process) -> dict[str, Any]:
    """The operator's own string first, then the role and its password."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- as above

    if own := os.environ.get(f"KENG_DATABASE_URL_{process.upper()}"):
        parameters = conninfo_to_dict(own)
        return parameters if "user" in parameters else parameters | _credentials(process)
    if is_external():
        parameters = conninfo_to_dict(os.environ["DATABASE_URL"])
        return parameters if process == "owner" else parameters | _credentials(process)
    return _embedded() | _credentials(process)


def _embedded() -> dict[str, Any]:
    try:
        found = json.loads(connection_file().read_text())
    except FileNotFoundError:
        # Settings must load before the first start; connecting then says that nobody listens.
        return {"host": str(connection_file().parent), "port": "5432", "dbname": "keng"}
    return {"host": found["host"], "port": str(found["port"]), "dbname": found["name"]}


def _credentials(process: Process) -> dict[str, Any]:
    try:
        password = read_secret(password_file(role(process))).decode().strip()
    except FileNotFoundError:
        password = ""
    return {"user": role(process), "password": password}
