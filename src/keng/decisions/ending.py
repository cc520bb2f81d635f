"""By one act: whether a tip was of value, what came of it, and, where it ends, the last words."""

import uuid
from collections.abc import Mapping

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.decisions import acts, incident_lead, undo_ending
from keng.decisions.closing import close_tip, record_outcome
from keng.decisions.triage import rate_tip
from keng.tips.errors import NoOutcome
from keng.tips.lock import lock_tip
from keng.tips.models import Decision, Tip


@act(acts.END_TIP)
def end_tip(
    tip_id: uuid.UUID,
    *,
    outcome: str,
    by: Officer,
    value: str = "",
    note: str = "",
    text: str = "",
    effect: Mapping[str, int] | None = None,
    seen: str | None = None,
) -> Decision:
    """Rate the tip, say what came of it, and close it with `text` or a fixed sentence.

    What stands already as it is said here is not decided again. `effect` holds what was lost, saved
    and got back in đồng and how many people were helped (Incident.EFFECT). Taking it back takes
    value and outcome back as well. Raises NoOutcome.
    """
    incident_lead.lock_tip_and_those_behind(tip_id)
    tip = lock_tip(tip_id, by=by, seen=seen)
    if not outcome:
        raise NoOutcome
    begun = undo_ending.begin_ending(tip)
    begun.steps.extend(_rate_unless_it_stands(tip, value, by=by))
    if (outcome, note.strip()) != (tip.outcome, tip.outcome_note):
        begun.steps.append(record_outcome(tip_id, outcome=outcome, note=note, by=by))
    return close_tip(tip_id, by=by, text=text, effect=effect, begun=begun)


@act(acts.RECORD_END)
def record_end(
    tip_id: uuid.UUID,
    *,
    outcome: str,
    by: Officer,
    value: str = "",
    note: str = "",
    effect: Mapping[str, int] | None = None,
    seen: str | None = None,
) -> Decision:
    """Rate the tip and say what came of it, as `end_tip`; it stays open, and nobody is told.

    Raises NoOutcome.
    """
    tip = lock_tip(tip_id, by=by, seen=seen)
    _rate_unless_it_stands(tip, value, by=by)
    return record_outcome(tip_id, outcome=outcome, note=note, effect=effect, by=by)


def _rate_unless_it_stands(tip: Tip, value: str, *, by: Officer) -> list[Decision]:
    if not value or value == tip.value:
        return []
    return [rate_tip(tip.pk, value=value, by=by)]
