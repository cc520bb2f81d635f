"""The file of a tip for investigators: that it is made, by whom and what for."""

import uuid

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.decisions import acts
from keng.decisions.on_record import record_decision, required_reason
from keng.tips.lock import lock_tip
from keng.tips.models import Decision


@act(acts.RECORD_HAND_OVER)
def record_hand_over(
    tip_id: uuid.UUID, *, handed_for: str, reason: str, by: Officer, seen: str | None = None
) -> Decision:
    """Put it on record before the first byte leaves; of a tip that has ended, too.

    Raises NoReason.
    """
    said = required_reason(reason)
    why = Decision.HandedFor(handed_for)
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    kind = Decision.Kind.HAND_OVER
    return record_decision(tip, kind, by=by, reason=said, handed_for=why.value)
