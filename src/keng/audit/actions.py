"""Recording: the one door through which an entry gets into a chain."""

from typing import Any

from django.db import connection, transaction

from keng.audit.chain import GENESIS, entry_hash
from keng.audit.models import Chain, Entry, reference
from keng.kit import times


def record(
    action: str,
    *,
    by: object,
    on: object,
    chain: str,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Append one entry to a chain, in the caller's transaction.

    Call it last in an action: the head stays locked until commit. `chain` is "unit:<id>",
    "dispatch:<id>" or "intake:<process>". `detail` holds no identity and no text of a tip.
    """
    if not connection.in_atomic_block:
        message = "an audit entry belongs to the transaction of what it records"
        raise transaction.TransactionManagementError(message)
    Chain.objects.bulk_create([Chain(name=chain)], ignore_conflicts=True)
    head = Chain.objects.select_for_update(no_key=True).get(name=chain)
    actor, subject = reference(by), reference(on)
    said = detail or {}
    seq, at = head.last_seq + 1, times.now()
    previous = bytes(head.last_hash) or GENESIS
    entry = Entry.objects.create(
        chain=chain,
        seq=seq,
        at=at,
        action=action,
        actor_kind=actor[0],
        actor_id=actor[1],
        object_kind=subject[0],
        object_id=subject[1],
        detail=said,
        previous_hash=previous,
        hash=entry_hash(previous, chain, seq, at, action, actor, subject, said),
    )
    head.last_seq, head.last_hash = seq, entry.hash
    head.save(update_fields=["last_seq", "last_hash"])
    return entry


def unit_chain(unit_id: object) -> str:
    """The name of a unit's chain."""
    return f"unit:{unit_id}"
