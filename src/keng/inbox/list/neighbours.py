"""The tips beside one in the inbox, and a tip by the number somebody says aloud."""

import uuid

from keng.accounts.models import Officer
from keng.inbox.list.inbox_query import neighbour_id, open_tip_by_number
from keng.tips.models import Tip


def neighbour_ids(tip: Tip, officer: Officer) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The one before and the one after, in the order of the inbox. A closed tip has none.

    The last one is followed by the first in decisions alone, not in walking.
    """
    return neighbour_id(officer, tip, later=False), neighbour_id(officer, tip, later=True)


def tip_by_number(officer: Officer, number: str) -> Tip | None:
    """By its whole reference, open or closed; open ones by the last digits too."""
    wanted = number.strip()[:30]
    if not wanted:
        return None
    exact = Tip.objects.visible_to(officer).filter(reference__iexact=wanted).first()
    return exact or open_tip_by_number(officer, wanted)
