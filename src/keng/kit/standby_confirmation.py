"""Whether a standby has what was committed, where the operator wants that a commit waits for one.

While a commit waits, its rows are there already for whoever comes next, once that wait was given up
or cancelled. So two things that look like "it is committed" say nothing of a standby: finding the
rows of before and writing nothing, for which PostgreSQL waits for nobody; and a commit that the
server calls done because its wait was cancelled. Acknowledged by either, a report would be lost
with the primary (docs/decisions/0062-what-no-standby-has.md).
"""

from typing import Any

import psycopg
from django.db import connection

# A mark in the log of the database. The commit of this waits until a standby has it, and so all
# that was written before it. Where no commit waits there is nothing to confirm.
CONFIRM_EARLIER_COMMITS = (
    "SELECT pg_logical_emit_message(true, 'keng', '')"
    " WHERE current_setting('synchronous_standby_names') <> ''"
)
# Where PostgreSQL says it. The words are in the server's language, and some of it has no code.
_WAITS_FOR_STANDBY = "SyncRepWaitForLSN"


def confirm_earlier_commits() -> None:
    """Before somebody is told once more that theirs is done, by what an earlier press has left.

    The transaction that goes on then waits, as that one should have.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONFIRM_EARLIER_COMMITS)


class CancelledWaits:
    """Of one connection: whether the server said that a commit is its own alone.

    It says so when somebody ended the wait for a standby, and calls the commit done.
    """

    def __init__(self) -> None:
        self.happened = False

    def begin(self) -> None:
        """What happened before is no matter of the commit that comes now."""
        self.happened = False

    def attach(self, connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
        """Hear what the server tells this connection."""
        connection.add_notice_handler(self._read_notice)

    def _read_notice(self, notice: psycopg.errors.Diagnostic) -> None:
        self.happened = self.happened or notice.source_function == _WAITS_FOR_STANDBY
