"""Positions in the list, from which its next page begins; a deadline tells when a tip came."""

import datetime
import uuid
from dataclasses import dataclass

from keng.inbox.list.inbox_row import InboxRow
from keng.kit.cursors import closed_cursor, opened_cursor
from keng.kit.urgency import Urgency
from keng.tips.gravity import order_of_tip
from keng.tips.models import Tip


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page begins: after this row, which stands among the critical ones or below them."""

    at: datetime.datetime
    last: uuid.UUID
    is_live: bool
    gravity: int = 0
    """Of a critical one: its `keng.tips.gravity.ORDER_IN_URGENCY`."""


def position_of_row(row: InboxRow | Tip) -> PageStart | None:
    """Where a row stands; None for one that has neither a deadline nor an end."""
    at = row.due_at or row.closed_at
    is_live = row.urgency == Urgency.P0 and row.due_at is not None
    gravity = order_of_tip(row) if isinstance(row, Tip) else row.order_in_urgency
    return PageStart(at, row.pk, is_live=is_live, gravity=gravity) if at else None


def cursor_after(row: InboxRow | Tip) -> str:
    """Where the page after this row begins, for an address."""
    position = position_of_row(row)
    if position is None:
        return ""
    live = f"{position.gravity}!" if position.is_live else ""
    return closed_cursor(f"{live}{position.at.timestamp():.6f}_{position.last}")


def page_start_of(text: str) -> PageStart | None:
    """The position that an address names; None where it names none."""
    gravity, live, position = opened_cursor(text).rpartition("!")
    seconds, _sep, last = position.partition("_")
    try:
        at = datetime.datetime.fromtimestamp(float(seconds), datetime.UTC)
        return PageStart(at, uuid.UUID(last), is_live=bool(live), gravity=int(gravity or 0))
    except (ValueError, OverflowError, OSError):
        return None
