"""Tells the database who looks at the desk: by the secret of their session, while a request lasts.

What the desk's role reads is decided by policies (keng.site.row_policies), which ask who that is.
The database looks the session up by itself, so that no statement can name somebody else. A request
that only asks also writes nothing outside of an act.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import psycopg
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, connection

from keng.accounts.sessions import session_secret
from keng.kit.busy import sqlstate_of
from keng.kit.database import SHARED_SERVER_CONNECTION

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# On these a tip that the officer may not read is not there: no matter for named officers, nothing
# about their own unit, nothing from which they were recused. Every other page counts and lists, and
# has the tips of the officer's desks.
PAGES_OF_WORDS = frozenset(
    {
        "tip",
        "tip-now",
        "attachment",
        "attachment-play",
        "attachment-copy",
        "attachment-cover",
        "same-indicator",
        "search",
        "tips-map",
        "tip-open",
        "tip-hand-over",
    }
)
_BEGIN_COUNTING = "SELECT keng_begin_counting(%s)"
_END_COUNTING = "SELECT set_config('keng.sight_counts', '', false)"
# The name of this sight alone: see keng_sight (keng.site.policy_functions).
_BEGIN = """
SELECT keng_begin_sight(%s, %s, %s), set_config('default_transaction_read_only', %s, false),
  current_setting('keng.sight_client', true)
"""
_END = """
SELECT is_own, CASE WHEN is_own THEN set_config('default_transaction_read_only', 'off', false) END
FROM keng_end_own_sight(%s) AS is_own
"""
_log = logging.getLogger(__name__)
_SHARED = (
    "The desk refused a request: its server connection is shared out by a pooler, which must be in "
    "session mode. See `keng doctor`, line pooler."
)


@dataclass(slots=True)
class _Look:
    """One request of somebody who is signed in."""

    secret: bytes
    is_counting: bool


class SharedServerConnection(Exception):
    """A pooler gave this connection's server connection to somebody else, or another one to it."""


_look: ContextVar[_Look | None] = ContextVar("keng.look", default=None)


@contextmanager
def in_sight_of(session: SessionBase, method: str, page: str = "") -> Iterator[None]:
    """In it the database shows what the officer of this session may see on the page.

    Raises SharedServerConnection at its end where a pooler shared the server connection out, and
    DatabaseError at its beginning.
    """
    only_reads = method in _READING_METHODS
    connection.ensure_connection()
    raw: psycopg.Connection[object] = connection.connection
    if only_reads and not connection.in_atomic_block:
        # What begins a transaction is an act, which writes.
        raw.read_only = False
    look = _Look(session_secret(session.session_key or ""), page not in PAGES_OF_WORDS)
    sight_name = _begin_sight(look, only_reads=only_reads)
    token = _look.set(look)
    is_done = False
    try:
        yield
        is_done = True
    finally:
        _look.reset(token)
        if not _end_sight(sight_name, raw) and is_done:
            raise SharedServerConnection


@contextmanager
def counting() -> Iterator[None]:
    """For what a page of words says beside them: how much waits, what rings, the bare page.

    In it every tip of the officer's desks is there, to be counted or listed without a word. Whoever
    asks narrows by itself (`listed_for`), and reads to the end before it leaves.
    """
    look = _look.get()
    if look is None or look.is_counting:
        yield
        return
    _execute_bound(_BEGIN_COUNTING, look.secret)
    look.is_counting = True
    try:
        yield
    finally:
        look.is_counting = False
        _end(_END_COUNTING)


def pieces_in_sight(
    pieces: Iterator[bytes], session: SessionBase, method: str, page: str
) -> Iterator[bytes]:
    """An answer that is read from the database while it leaves, after its request."""
    for_all = iter(pieces)
    while True:
        with in_sight_of(session, method, page):
            piece = next(for_all, None)
        if piece is None:
            return
        yield piece


def _execute_bound(sql: str, *values: object) -> tuple[object, ...]:
    """Bound by the server: in the text of a statement others of this role could read the secret."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql.encode(), values)
        return cursor.fetchone() or ()


def _begin_sight(look: _Look, *, only_reads: bool) -> str:
    """What this sight is called; empty where the session is over, so that nobody looks."""
    read_only = "on" if only_reads else "off"
    try:
        row = _execute_bound(_BEGIN, look.secret, look.is_counting, not only_reads, read_only)
    except DatabaseError as error:
        if sqlstate_of(error) == SHARED_SERVER_CONNECTION:
            _log.error(_SHARED)
        _leave_connection()
        raise
    return str(row[-1] or "")


def _end_sight(sight_name: str, began_on: psycopg.Connection[object]) -> bool:
    """False where another's stood, so that what was read need not be all: then nothing is shown."""
    if connection.connection is not began_on:
        # It was lost within the request, as in a transaction that was idle too long, and nothing
        # of it is left. The answer that was made of that stays.
        return True
    ended = _end(_END, sight_name)
    if ended is None:
        # It failed, and the connection is closed: nothing of it is left.
        return True
    if ended[0]:
        return True
    _log.error(_SHARED)
    _leave_connection()
    return False


def _end(sql: str, *values: object) -> tuple[object, ...] | None:
    """What it answers; None where it failed."""
    try:
        return _execute_bound(sql, *values)
    except DatabaseError:
        _leave_connection()
        return None


def _leave_connection() -> None:
    """The next request is somebody else's: nothing may be left of this one."""
    if not connection.in_atomic_block:
        connection.close()
