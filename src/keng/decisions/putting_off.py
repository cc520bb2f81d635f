"""Setting a tip aside until a time: out of the lists, but never past its deadline."""

import datetime
import uuid

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.decisions import acts
from keng.decisions.on_record import record_decision, tip_snapshot
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.tips.errors import DeadlineFirst
from keng.tips.lock import lock_tip
from keng.tips.models import Decision, Tip

# A tip is back in the list so long before its nearest deadline.
DEADLINE_AHEAD = datetime.timedelta(hours=2)


def may_be_put_off(tip: Tip) -> bool:
    """Not a critical tip, nor one whose deadline is near."""
    is_near = tip.due_at is not None and tip.due_at - DEADLINE_AHEAD <= times.now()
    return tip.urgency != Urgency.P0 and not is_near


@act(acts.PUT_OFF_TIP)
def put_off_tip(
    tip_id: uuid.UUID, *, until: datetime.datetime, by: Officer, seen: str | None = None
) -> Decision:
    """Put the tip off. It comes back earlier for a deadline or when its reporter writes again.

    Raises DeadlineFirst for a critical tip, and for one whose deadline is near.
    """
    tip = lock_tip(tip_id, by=by, seen=seen)
    if not may_be_put_off(tip):
        raise DeadlineFirst
    latest = tip.due_at - DEADLINE_AHEAD if tip.due_at else until
    before = tip_snapshot(tip)
    tip.set_aside_until = min(until, latest)
    tip.save(update_fields=["set_aside_until"])
    until_words = tip.set_aside_until.isoformat()
    return record_decision(tip, Decision.Kind.SET_ASIDE, by=by, before=before, until=until_words)
