"""Whether a standby has what was committed, where the operator wants that a commit waits for one.

While a commit waits, its rows are there already for whoever comes next, once that wait was given up
or cancelled. So two things that look like "it is committed" say nothing of a standby: finding the
rows of before and writing nothing, for which PostgreSQL waits for nobody; and a commit that the
server calls done because its wait was cancelled. Acknowledged by either, a report would be lost
with the primary (docs/decisions/0062-what-no-standby-has.md).
"""

import psycopg

# A mark in the log of the database. The commit of this waits until a standby has it, and so all
# that was written before it. Where no commit waits there is nothing to confirm.
CONFIRM_EARLIER_COMMITS = (
    "SELECT pg_logical_emit_message(true, 'keng', '')"
    " WHERE current_setting('synchronous_standby_names') <> ''"
)
# Where PostgreSQL says it. The words are in the server's language, and some of it has no code.
_WAITS_FOR_STANDBY = "SyncRepWaitForLSN"


def is_cancelled_wait(notice: psycopg.errors.Diagnostic) -> bool:
    """Whether the server tells that a commit is its own alone, since somebody ended its wait."""
    return notice.source_function == _WAITS_FOR_STANDBY
