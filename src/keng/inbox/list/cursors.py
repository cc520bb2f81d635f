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
    last: uuid.UUID
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
    first = f"{position.order_among_first}!" if position.is_among_first else ""
    return closed_cursor(f"{first}{position.at.timestamp():.6f}_{position.last}")


def position_of_cursor(text: str) -> ListPosition | None:
    """The position that an address names; None where it names none."""
    order, is_first, position = opened_cursor(text).rpartition("!")
    seconds, _sep, last = position.partition("_")
    try:
        at = datetime.datetime.fromtimestamp(float(seconds), datetime.UTC)
        return ListPosition(at, uuid.UUID(last), int(order) if is_first else None)
    except (ValueError, OverflowError, OSError):
        return None
