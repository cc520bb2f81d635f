"""Whether a server is a replica of the primary, and how far behind it is; asked of both of them.

Every role may ask all of this, and each clock is the primary's: when a commit was made stands in
the log that the replica replays.
"""

import datetime
import enum
from dataclasses import dataclass
from typing import Any, Protocol

# A primary that another one replaced by now has no position of its own.
_PRIMARY = """
SELECT clock_timestamp(), system_identifier::text, current_database()::text,
  CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn()::text END
FROM pg_control_system()
"""
_REPLICA = """
SELECT pg_is_in_recovery(), system_identifier::text, current_database()::text,
  coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, false), pg_last_xact_replay_timestamp()
FROM pg_control_system()
"""


class ReplicaFault(enum.StrEnum):
    """Why a server is not read in place of the primary."""

    AWAY = "away"
    NO_STANDBY = "no standby"
    OTHER_SERVER = "another server"
    OTHER_DATABASE = "another database"
    TOO_FAR_BEHIND = "too far behind"


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """As it was when both were asked."""

    fault: ReplicaFault | None
    as_of: datetime.datetime | None = None
    """Everything that was committed until then is there."""
    seconds_behind: float | None = None


class _Cursor(Protocol):
    """The driver's or Django's."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...

    def fetchone(self) -> Any: ...


def replica_state(primary: _Cursor, replica: _Cursor, *, most_behind: float) -> ReplicaState:
    """Ask both. The primary first, so that the replica is never taken for newer than it is."""
    primary.execute(_PRIMARY)
    now, system, database, position = primary.fetchone()
    if position is None:
        return ReplicaState(ReplicaFault.NO_STANDBY)
    replica.execute(_REPLICA, (position,))
    is_standby, its_system, its_database, has_all, last_commit = replica.fetchone()
    if not is_standby:
        return ReplicaState(ReplicaFault.NO_STANDBY)
    if its_system != system:
        return ReplicaState(ReplicaFault.OTHER_SERVER)
    if its_database != database:
        return ReplicaState(ReplicaFault.OTHER_DATABASE)
    if last_commit is None:
        # Started anew, and nothing was committed since: nobody knows how old it is.
        return ReplicaState(ReplicaFault.TOO_FAR_BEHIND)
    since_last = max(0.0, (now - last_commit).total_seconds())
    if since_last > most_behind:
        # Also where it has all that the primary has. The worker commits every few seconds, so this
        # one follows a primary that another has replaced, or nobody.
        return ReplicaState(ReplicaFault.TOO_FAR_BEHIND, last_commit, since_last)
    if has_all:
        return ReplicaState(None, now, 0.0)
    return ReplicaState(None, last_commit, since_last)
