"""Questions that a replica may answer, and the one place that decides whether it does.

A replica is a standby of the same PostgreSQL, some moments behind. Figures, reports and waves are
read there, and say as of when they are; what must know the last withdrawal or seal is read of the
primary alone. Where the replica is away, too far behind, or no replica, the primary answers.
"""

import datetime
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import psycopg
from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    connections,
)

from keng.kit.database import REPLICA_ALIAS
from keng.kit.postgresql.base import DatabaseWrapper, database_of_this_thread
from keng.kit.replica_state import ReplicaFault, ReplicaState, replica_state

logger = logging.getLogger(__name__)

T = TypeVar("T")
# Each try to reach a dead server takes seconds, and somebody waits for each page.
_LEFT_ALONE_SECONDS = 15.0
# A server that stands still (its disk does not answer) keeps no limit of its own, and its machine
# goes on confirming what it is sent: without these, each page that asks it would keep its thread.
_STATE_TAKES_SECONDS = 5.0
_QUESTION_TAKES_SECONDS = 60.0
# What the primary would refuse as well: it takes as long there, or it writes.
_REFUSED_ANYWHERE = (psycopg.errors.QueryCanceled, psycopg.errors.ReadOnlySqlTransaction)
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
            # Meanwhile it keeps neither tables from being changed nor a connection of a pooler.
            primary.end_reading()
            with (
                _hung_up_after(_QUESTION_TAKES_SECONDS, replica),
                _in_place_of(primary, replica) as knows_onlooker,
            ):
                if knows_onlooker:
                    return DatedAnswer(question(), state.as_of)
    except (DatabaseError, InterfaceError) as error:
        if isinstance(error.__cause__, _REFUSED_ANYWHERE):
            raise
        # Gone; or what it was reading was removed on the primary meanwhile; or a table that an
        # upgrade has just made is not there yet.
        logger.warning("A question went back to the primary (%s).", type(error).__name__)
    return DatedAnswer(question())


def state_of_replica(primary: DatabaseWrapper, replica: DatabaseWrapper) -> ReplicaState:
    """Whether it may be read, and how far behind it is. One that is away is left alone a while."""
    try:
        with _hung_up_after(_STATE_TAKES_SECONDS, replica):
            replica.close_if_health_check_failed()
            replica.ensure_connection()
            with primary.cursor() as here, replica.cursor() as there:
                return replica_state(here, there, most_behind=settings.REPLICA_BEHIND_SECONDS)
    except (OperationalError, InterfaceError):
        if not replica.is_usable():
            replica.close()
            _leave_alone()
            return ReplicaState(ReplicaFault.AWAY)
        raise


def _leave_alone() -> None:
    global _left_alone_until  # noqa: PLW0603 -- one for all threads of the process
    with _lock:
        _left_alone_until = time.monotonic() + _LEFT_ALONE_SECONDS


@contextmanager
def _hung_up_after(seconds: float, replica: DatabaseWrapper) -> Iterator[None]:
    """What still waits for the replica by then has lost its connection."""
    timer = threading.Timer(seconds, _hang_up, [replica])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(replica: DatabaseWrapper) -> None:
    """From another thread: of the connection nothing is touched but the line below it."""
    _leave_alone()
    if (raw := replica.connection) is None:
        return
    # Closed meanwhile, it is as it should be.
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(raw.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


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
