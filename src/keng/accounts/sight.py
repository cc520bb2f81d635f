"""Tells the database who looks at the desk: by the secret of their session, while a request lasts.

What the desk's role reads is decided by policies (keng.site.row_policies), which ask who that is.
The database looks the session up by itself, so that no statement can name somebody else. A request
that only asks also writes nothing outside of an act.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, connection

from keng.accounts.sessions import session_secret

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BEGIN = "SELECT keng_begin_sight(%s), set_config('default_transaction_read_only', %s, false)"
_END = "SELECT keng_end_sight(), set_config('default_transaction_read_only', 'off', false)"


@contextmanager
def in_sight_of(session: SessionBase, method: str) -> Iterator[None]:
    """In it the database shows what the officer of this session may see."""
    only_reads = method in _READING_METHODS
    connection.ensure_connection()
    raw: psycopg.Connection[object] = connection.connection
    if only_reads and not connection.in_atomic_block:
        # What begins a transaction is an act, which writes.
        raw.read_only = False
    secret = session_secret(session.session_key or "")
    # Bound by the server: in the text of a statement others of this role could read it.
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(_BEGIN, [secret, "on" if only_reads else "off"])
    try:
        yield
    finally:
        _end_sight()


def pieces_in_sight(pieces: Iterator[bytes], session: SessionBase, method: str) -> Iterator[bytes]:
    """An answer that is read from the database while it leaves, after its request."""
    for_all = iter(pieces)
    while True:
        with in_sight_of(session, method):
            piece = next(for_all, None)
        if piece is None:
            return
        yield piece


def _end_sight() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_END)
    except DatabaseError:
        # The next request is somebody else's: nothing may be left of this one.
        if not connection.in_atomic_block:
            connection.close()
