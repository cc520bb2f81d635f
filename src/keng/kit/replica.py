"""Questions that a replica may answer, and the one place that decides whether it does.

A replica is a standby of the same PostgreSQL, some moments behind. Figures, reports and waves are
read there, and say as of when they are; what must know the last withdrawal or seal is read of the
primary alone. Where the replica is away, too far behind, or no replica, the primary answers.
"""

import datetime
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from keng.kit.database import REPLICA_ALIAS
from keng.kit.postgresql.base import DatabaseWrapper, database_of_this_thread
from keng.kit.replica_state import ReplicaFault, ReplicaState, replica_state

logger = logging.getLogger(__name__)

T = TypeVar("T")
# Each try to reach a dead server takes seconds, and somebody waits for each page.
_LEFT_ALONE_SECONDS = 15.0
_lock = threading.Lock()
_left_alone_until = 0.0


@dataclass(frozen=True, slots=True)
class DatedAnswer(Generic[T]):
    """What was asked, and as of when it is."""

    value: T
    as_of: datetime.datetime | None = None
    """None: of the primary, and so of now."""


def has_replica() -> bool:
    """Whether this process was given one."""
    return REPLICA_ALIAS in connections.settings


def read_replica(question: Callable[[], T]) -> DatedAnswer[T]:
    """Ask it of the replica, or of the primary where the replica cannot answer.

    It is asked to the end inside: a query that is only built here is asked of the primary later. It
    may be asked twice, and so remembers nothing. What a transaction reads before it writes is of
    the primary, so within one this is.
    """
    primary = database_of_this_thread()
    if not has_replica() or primary.in_atomic_block or time.monotonic() < _left_alone_until:
        return DatedAnswer(question())
    replica = cast("DatabaseWrapper", connections[REPLICA_ALIAS])
    try:
        state = state_of_replica(primary, replica)
        if state.fault is None:
            with _in_place_of(primary, replica) as knows_onlooker:
                if knows_onlooker:
                    return DatedAnswer(question(), state.as_of)
    except (OperationalError, InterfaceError) as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            # It took too long, and would there.
            raise
        # Gone, or what it was reading was removed on the primary meanwhile.
        logger.warning("A question went back to the primary (%s).", type(error).__name__)
    return DatedAnswer(question())


def state_of_replica(primary: DatabaseWrapper, replica: DatabaseWrapper) -> ReplicaState:
    """Whether it may be read, and how far behind it is. One that is away is left alone a while."""
    try:
        replica.close_if_health_check_failed()
        replica.ensure_connection()
        with primary.cursor() as here, replica.cursor() as there:
            return replica_state(here, there, most_behind=settings.REPLICA_BEHIND_SECONDS)
    except (OperationalError, InterfaceError):
        if not replica.is_usable():
            _leave_alone(replica)
            return ReplicaState(ReplicaFault.AWAY)
        raise


def _leave_alone(replica: DatabaseWrapper) -> None:
    global _left_alone_until  # noqa: PLW0603 -- one for all threads of the process
    replica.close()
    with _lock:
        _left_alone_until = time.monotonic() + _LEFT_ALONE_SECONDS


@contextmanager
def _in_place_of(primary: DatabaseWrapper, replica: DatabaseWrapper) -> Iterator[bool]:
    """Whatever asks the database in it asks the replica, as whom the primary knows.

    Whether the replica knows them too: somebody who has just signed in is not there yet.
    """
    replica.begin_transactions_with(primary.first_statement)
    connections[DEFAULT_DB_ALIAS] = replica
    try:
        yield primary.first_statement is None or replica.first_statement_holds()
    finally:
        connections[DEFAULT_DB_ALIAS] = primary
        replica.begin_transactions_with(None)
        replica.end_reading()
