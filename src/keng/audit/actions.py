"""Recording: the one door through which an entry gets into a chain."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

from keng.audit.models import Entry, kind_and_id
from keng.kit import times
from keng.kit.ids import new_id

# The database locks the head, hashes, and moves the head by one. It refuses what this process may
# not say, or not of this actor (keng.audit.migrations.0004, its check anew in 0006), and gives what
# a process records its id and its moment.
_APPEND = """
SELECT entry_seq, entry_previous, entry_hash, kept_id, kept_at
FROM audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
"""


# What an act has to put on record so far: it is written at its end. None: nothing goes on.
_waiting: ContextVar[list[Entry] | None] = ContextVar("keng.audit_entries", default=None)


def record(
    action: str,
    *,
    by: object,
    on: object,
    chain: str,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Append one entry to a chain, in the caller's transaction: at its end, where it is an act.

    Outside an act call it last: the head stays locked until commit. `chain` is one of those that
    the process may append to; what may be done is named in lists
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
    waiting = _waiting.get()
    if waiting is None:
        _append(entry)
    else:
        waiting.append(entry)
    return entry


@contextmanager
def entries_last() -> Iterator[None]:
    """Keep what is recorded until write_entries; what is not written then is forgotten."""
    token = _waiting.set([])
    try:
        yield
    finally:
        _waiting.reset(token)


@contextmanager
def entries_of_savepoint() -> Iterator[None]:
    """Forget what was recorded in here if it fails: what it tells of was taken back."""
    waiting = _waiting.get()
    before = len(waiting) if waiting is not None else 0
    try:
        yield
    except BaseException:
        if waiting is not None:
            del waiting[before:]
        raise


def write_entries() -> None:
    """Append what waits, chain by chain in the order of their names: so nobody who does the same
    waits for somebody who waits for them.
    """
    waiting = _waiting.get() or []
    for entry in sorted(waiting, key=lambda each: each.chain):
        _append(entry)
    waiting.clear()


def _append(entry: Entry) -> None:
    actor, subject = (entry.actor_kind, entry.actor_id), (entry.object_kind, entry.object_id)
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [
                *(entry.id, entry.chain, entry.at, entry.action),
                *(*actor, *subject, json.dumps(entry.detail)),
            ],
        )
        entry.seq, entry.previous_hash, entry.hash, entry.id, entry.at = cursor.fetchone()


def unit_chain(unit_id: object) -> str:
    """The name of a unit's chain."""
    return f"unit:{unit_id}"
