"""Positions in the list, from which its next page begins; a deadline tells when a tip came."""

import datetime
import uuid
from dataclasses import dataclass

from keng.inbox.list.inbox_row import InboxRow
from keng.kit.cursors import closed_cursor, opened_cursor
from keng.tips.gravity import order_among_first
from keng.tips.models import Tip


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where a row stands, among the first ones or below them; after it begins the next page."""

    at: datetime.datetime
    """When the tip is due, or of a closed one when it ended."""
    tip_id: uuid.UUID
    order_among_first: int | None = None
    """`keng.tips.gravity.ORDER_AMONG_FIRST`; None below them."""

    @property
    def is_among_first(self) -> bool:
        """Whether it stands above the deadlines."""
        return self.order_among_first is not None


def position_of_row(row: InboxRow | Tip) -> ListPosition | None:
    """Where a row stands; None for one that has neither a deadline nor an end."""
    at = row.due_at or row.closed_at
    order = order_among_first(row) if isinstance(row, Tip) else row.order_among_first
    return ListPosition(at, row.pk, order if row.due_at else None) if at else None


def cursor_after(row: InboxRow | Tip) -> str:
    """Where the page after this row begins, for an address."""
    position = position_of_row(row)
    if position is None:
        return ""
    order = f"{position.order_among_first}!" if position.is_among_first else ""
    return closed_cursor(f"{order}{position.at.timestamp():.6f}_{position.tip_id}")


def position_of_cursor(text: str) -> ListPosition | None:
    """The position that an address names; None where it names none."""
    order, has_order, moment_and_tip = opened_cursor(text).rpartition("!")
    seconds, _sep, tip_id = moment_and_tip.partition("_")
    try:
        at = datetime.datetime.fromtimestamp(float(seconds), datetime.UTC)
        return ListPosition(at, uuid.UUID(tip_id), int(order) if has_order else None)
    except (ValueError, OverflowError, OSError):
        return None
