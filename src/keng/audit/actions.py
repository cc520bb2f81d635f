"""Recording: the one door through which an entry gets into a chain."""

import json
from typing import Any

from django.db import connection, transaction

from keng.audit.models import Entry, kind_and_id
from keng.kit import times
from keng.kit.ids import new_id

# The database locks the head, hashes, and moves the head by one. It refuses what this process may
# not say, or not of this actor (keng.audit.migrations.0004), and gives what a process records its
# id and its moment.
_APPEND = """
SELECT entry_seq, entry_previous, entry_hash, kept_id, kept_at
FROM audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
"""


def record(
    action: str,
    *,
    by: object,
    on: object,
    chain: str,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Append one entry to a chain, in the caller's transaction.

    Call it last in an action: the head stays locked until commit. `chain` is one of those that the
    process may append to; what may be done is named in lists
    (keng.audit.migrations.0004). `detail` holds words and whole numbers, no identity and no text
    of a tip.
    """
    if not connection.in_atomic_block:
        message = "an audit entry belongs to the transaction of what it records"
        raise transaction.TransactionManagementError(message)
    actor, subject = kind_and_id(by), kind_and_id(on)
    entry = Entry(
        id=new_id(),
        chain=chain,
        at=times.now(),
        action=action,
        actor_kind=actor[0],
        actor_id=actor[1],
        object_kind=subject[0],
        object_id=subject[1],
        detail=detail or {},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [entry.id, chain, entry.at, action, *actor, *subject, json.dumps(entry.detail)],
        )
        entry.seq, entry.previous_hash, entry.hash, entry.id, entry.at = cursor.fetchone()
    return entry


def unit_chain(unit_id: object) -> str:
    """The name of a unit's chain."""
    return f"unit:{unit_id}"
