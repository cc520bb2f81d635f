"""What comes in by a form or an officer is written, by the statement that the edge runs itself."""

import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from keng.acts.work import work
from keng.intake.incoming_tip import (
    IncomingChat,
    IncomingRow,
    IncomingTip,
    SealedPart,
    incoming_row,
)
from keng.intake.statement import RECEIVE, RECEIVE_FORMS, SEALED_FIELDS, TIPS_OF_KNOWN_KEYS
from keng.kit import metrics
from keng.kit.ids import new_id
from keng.kit.standby_confirmation import confirm_earlier_commits
from keng.tips.deadlines import read_first_clocks
from keng.tips.errors import ReceivedBefore

__all__ = [
    "IncomingChat",
    "IncomingTip",
    "ReceivedTip",
    "SealedPart",
    "receive_tip",
    "receive_tips",
    "statement_values",
]


@dataclass(frozen=True, slots=True)
class ReceivedTip:
    """What became of one message."""

    tip_id: uuid.UUID | None
    """None for a repetition of what nothing leads to its tip any more (intake.forget_chats)."""
    is_new: bool
    """False for a repetition, for which nothing was written."""
    opened: bool
    """It began a tip; otherwise it joined one, or is a repetition."""


def receive_tip(new: IncomingTip) -> uuid.UUID:
    """Write one tip, in the caller's transaction if any; the same key again writes nothing.

    Returns the id of the tip, which for a repetition is that of the first time. Raises
    ReceivedBefore for one whose tip is known by nothing any more, and vault.seal.NoKey when there
    is something to seal and the unit has no key.
    """
    tip_id = receive_tips([new])[0].tip_id
    if tip_id is None:
        raise ReceivedBefore
    return tip_id


@work()
def receive_tips(tips: Sequence[IncomingTip]) -> list[ReceivedTip]:
    """Write a batch in one statement; the answers stand in the order of the tips."""
    began = time.perf_counter()
    first_clocks = read_first_clocks()
    values = statement_values([incoming_row(tip, first_clocks) for tip in tips])
    with connection.cursor() as cursor:
        cursor.execute(RECEIVE if any(tip.chat for tip in tips) else RECEIVE_FORMS, values)
        written = {n: (tip, opens) for n, tip, opens, _ in cursor.fetchall()}
        repeated = [tip.dedupe_key for n, tip in enumerate(tips) if n not in written]
        known: dict[bytes, uuid.UUID | None] = {}
        if repeated:
            cursor.execute(TIPS_OF_KNOWN_KEYS, {"keys": repeated})
            known = {bytes(key): tip for key, tip in cursor.fetchall()}
            # Told once more that it was taken, only if that is true of a standby as well.
            confirm_earlier_commits()
    new = [tips[n].channel for n in written]
    transaction.on_commit(lambda: _count_intake(new, time.perf_counter() - began))
    return [
        ReceivedTip(written[n][0], is_new=True, opened=written[n][1])
        if n in written
        else ReceivedTip(known[tip.dedupe_key], is_new=False, opened=False)
        for n, tip in enumerate(tips)
    ]


def _count_intake(channels: Sequence[str], seconds: float) -> None:
    """For the operator's monitor."""
    for channel in channels:
        metrics.intake.labels(channel).observe(seconds)


def statement_values(rows: Sequence[IncomingRow]) -> dict[str, Any]:
    """The values of RECEIVE for rows made by row_of."""
    return {
        "rows": f"[{','.join(row.json for row in rows)}]",
        **{name: [getattr(row, name) for row in rows] for name in SEALED_FIELDS},
        "entry": new_id(),
        "actor": process_name(),
    }


def process_name() -> str:
    """Which kind of process this is, as the audit entries name it."""
    return os.environ.get("KENG_PROCESS", "owner")
