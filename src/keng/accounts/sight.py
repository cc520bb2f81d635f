"""Tells the database who looks at the desk: by the secret of their session, while a request lasts.

What the desk's role reads is decided by policies (keng.site.row_policies), which ask who that is.
The database looks the session up by itself, so that no statement can name somebody else. It is said
at the beginning of each transaction and ends with it, so nothing of it is left on a server
connection that a pooler gives to the next one. Outside of an act a request writes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass

import psycopg
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError

from keng.accounts.sessions import session_secret
from keng.kit.postgresql.base import FirstStatement, database_of_this_thread

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
_BEGIN = "SELECT keng_begin_sight(%s, %s, %s)"
_END = "SELECT keng_end_sight()"
_BEGIN_COUNTING = "SELECT keng_begin_counting(%s)"
_END_COUNTING = "SELECT set_config('keng.sight_counts', '', true)"


@dataclass(slots=True)
class _Look:
    """One request of somebody who is signed in."""

    secret: bytes
    is_counting: bool
    may_act: bool

    @property
    def beginning(self) -> FirstStatement:
        return FirstStatement(_BEGIN, (self.secret, self.is_counting, self.may_act))


_look: ContextVar[_Look | None] = ContextVar("keng.look", default=None)


@contextmanager
def in_sight_of(session: SessionBase, method: str, page: str = "") -> Iterator[None]:
    """In it the database shows what the officer of this session may see on the page.

    Each of its transactions says so by itself, and what is asked outside of one only reads.
    """
    look = _Look(
        session_secret(session.session_key or ""),
        is_counting=page not in PAGES_OF_WORDS,
        may_act=method not in _READING_METHODS,
    )
    database = database_of_this_thread()
    database.begin_transactions_with(look.beginning)
    token = _look.set(look)
    try:
        if database.in_atomic_block:
            _ask_bound(_BEGIN, *look.beginning.values)
        yield
    finally:
        _look.reset(token)
        database.begin_transactions_with(None)
        if database.in_atomic_block:
            with suppress(DatabaseError):
                _ask_bound(_END)
        else:
            database.end_reading()


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
    _set_counting(look, True)
    try:
        yield
    finally:
        _set_counting(look, False)


def _set_counting(look: _Look, is_counting: bool) -> None:
    """In the transaction that goes on, if any, and in those that begin."""
    look.is_counting = is_counting
    database = database_of_this_thread()
    database.begin_transactions_with(look.beginning)
    if not database.is_within_transaction():
        return
    if is_counting:
        _ask_bound(_BEGIN_COUNTING, look.secret)
    else:
        _ask_bound(_END_COUNTING)


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


def _ask_bound(sql: str, *values: object) -> None:
    """Bound by the server: in the text of a statement others of this role could read the secret."""
    database = database_of_this_thread()
    database.ensure_connection()
    with database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
        cursor.execute(sql.encode(), values)
