"""Looks as an officer in the tests' own connection, as a request of theirs does."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from keng.accounts.middleware import bind_session
from keng.accounts.models import DeskSession, Officer
from keng.accounts.sessions import SessionStore, row_key, session_secret

_SETTINGS_OF_SIGHT = [
    f"keng.sight_{part}"
    for part in ("officer", "units", "own", "named", "counted", "counts", "acts")
]


def look_as(officer: Officer | None, *, counts: bool = True, acts: bool = True) -> None:
    """From now on, until the transaction is taken back or somebody else looks; None: nobody."""
    # A session is written while nobody looks, as by the middleware.
    _ask("SELECT keng_end_sight()")
    if officer is None:
        return
    session = SessionStore()
    bind_session(session, officer)
    session.save()
    key = session.session_key or ""
    # The database has a clock of its own, which a test does not stop.
    now = datetime.datetime.now(datetime.UTC)
    DeskSession.objects.filter(pk=row_key(key)).update(
        expire_date=now + datetime.timedelta(hours=1), seen_at=now
    )
    _ask("SELECT keng_begin_sight(%s, %s, %s)", session_secret(key), counts, acts)


def act_as(officer: Officer) -> None:
    """The same in an act of theirs: what follows is written in their name."""
    look_as(officer)
    _ask("SELECT set_config('keng.actor', %s, true)", str(officer.pk))


@contextmanager
def on_another_connection() -> Iterator[None]:
    """What another officer does in the middle of a request, which the product does on theirs.

    Here both share the connection of the test: who looks is as before when it is done.
    """
    settings = _ask(
        "SELECT array_agg(ARRAY[name, coalesce(current_setting(name, true), '')])"
        " FROM unnest(%s::text[]) name",
        _SETTINGS_OF_SIGHT,
    )
    _ask("SELECT keng_end_sight()")
    try:
        yield
    finally:
        for name, value in settings:
            _ask("SELECT set_config(%s, %s, true)", name, value)


def looks_as_whoever_acts(by: object) -> None:
    """With the desk's role, and where no request said who looks: the one who acts."""
    if not isinstance(by, Officer) or _ask("SELECT current_user::text") != "keng_desk":
        return
    if _ask("SELECT keng_sight_officer()") != by.pk:
        look_as(by)


def _ask(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
