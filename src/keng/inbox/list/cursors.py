"""Places in the list, from which its next page begins; a deadline tells when a tip came."""

import datetime
import uuid
from dataclasses import dataclass

from keng.inbox.list.inbox_row import InboxRow
from keng.kit.cursors import closed_cursor, opened_cursor


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page begins: after this row, which stands among the critical ones or below them."""

    at: datetime.datetime
    last: uuid.UUID
    is_live: bool


def cursor_after(row: InboxRow) -> str:
    """Where the page after this row begins, for an address."""
    at = row.due_at or row.closed_at
    live = "!" if row.urgency == "P0" and row.due_at else ""
    return closed_cursor(f"{live}{at.timestamp():.6f}_{row.pk}") if at else ""


def page_start_of(text: str) -> PageStart | None:
    """The place that an address names; None where it names none."""
    place = opened_cursor(text)
    seconds, _sep, last = place.removeprefix("!").partition("_")
    try:
        at = datetime.datetime.fromtimestamp(float(seconds), datetime.UTC)
        return PageStart(at, uuid.UUID(last), is_live=place.startswith("!"))
    except (ValueError, OverflowError, OSError):
        return None
