"""The tips beside one in the inbox, and a tip by the number somebody says aloud."""

import uuid

from keng.accounts.models import Officer
from keng.accounts.sight import counting
from keng.inbox.list.cursors import ListPosition, cursor_after, position_of_row
from keng.inbox.list.inbox_query import neighbour_id, open_tip_by_number
from keng.tips.models import Tip


@counting()
def neighbour_ids(
    tip: Tip, officer: Officer, position: ListPosition | None = None
) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The one before and the one after, in the order of the inbox. A closed tip has none.

    With the `position` where it was opened: those beside it there, whatever was decided since. The
    last one is followed by the first in decisions alone, not in walking.
    """
    position = position or position_of_row(tip)
    if tip.due_at is None or position is None:
        return None, None
    before, after = (_neighbour_of(tip, officer, position, later=later) for later in (False, True))
    return before, after


def _neighbour_of(
    tip: Tip, officer: Officer, position: ListPosition, *, later: bool
) -> uuid.UUID | None:
    found = neighbour_id(officer, position, later=later)
    now_at = position_of_row(tip)
    # It moved over nobody's head: beyond it stands whoever stands beyond its present position.
    return neighbour_id(officer, now_at, later=later) if found == tip.pk and now_at else found


def cursor_before(officer: Officer, position: ListPosition) -> str:
    """From where a page begins with the row of this position; "" where that is the first one."""
    before = neighbour_id(officer, position, later=False)
    row = Tip.objects.listed_for(officer).filter(pk=before).first() if before else None
    return cursor_after(row) if row else ""


def tip_by_number(officer: Officer, number: str) -> Tip | None:
    """By its whole reference, open or closed; open ones by the last digits too."""
    wanted = number.strip()[:30]
    if not wanted:
        return None
    exact = Tip.objects.listed_for(officer).filter(reference__iexact=wanted).first()
    return exact or open_tip_by_number(officer, wanted)
