"""What every decision does first and last: lock the tip for its officer, go on record."""

import datetime
import uuid
from typing import Any

from keng.accounts.models import Officer
from keng.alarms import ringing
from keng.audit.actions import record, unit_chain
from keng.language.masking import without_people
from keng.tips.errors import NoReason
from keng.tips.models import Decision, Tip
from keng.tips.reporter_times import reporter_time

# What a decision may change and taking it back restores.
_RESTORED = (
    "state",
    "assigned_to_id",
    "duplicate_of_id",
    "incident_id",
    "responsible_unit_id",
    "kind",
    "category",
    "urgency",
    "urgency_is_rated",
    "gravity_band",
    "value",
    "outcome",
    "outcome_note",
    "set_aside_until",
    "danger_at",
    "danger_unheard",
)

# As long as the columns are.
_LONGEST_REASON = 500

# What only taking it back needs is not for the record, which keeps it for ever.
_FOR_UNDOING = frozenset({"before", "was_waiting", "left_incident"})


def record_decision(
    tip: Tip,
    kind: str,
    *,
    by: Officer,
    reason: str = "",
    chain_of: uuid.UUID | None = None,
    **detail: Any,
) -> Decision:
    """Put the step on record. Call it last: what was decided ends the alarm, or moves it."""
    ringing.settle_alarm(tip, by=by)
    unit_id = chain_of or tip.responsible_unit_id
    decision = Decision.objects.create(
        tip=tip,
        kind=kind,
        by=by,
        unit_id=unit_id,
        reason=reason.strip(),
        detail=detail,
    )
    record(
        f"tip.{kind}",
        by=by,
        on=tip,
        chain=unit_chain(unit_id),
        detail={key: value for key, value in detail.items() if key not in _FOR_UNDOING},
    )
    return decision


def tip_snapshot(tip: Tip) -> dict[str, Any]:
    """What taking the decision back will restore."""
    before: dict[str, Any] = {name: json_value(getattr(tip, name)) for name in _RESTORED}
    if tip.danger_at is not None:
        # The decision is kept for ever: undoing looks for the message of that minute (unheard).
        before["danger_at"] = json_value(reporter_time(tip.danger_at, tip))
    running = tip.clocks.filter(stopped_at__isnull=True).values_list("id", flat=True)
    return before | {"running": [str(clock_id) for clock_id in running]}


def required_reason(reason: str) -> str:
    """The reason, which must say something. Raises NoReason."""
    said = reason.strip()
    if not said:
        raise NoReason
    return said


def reason_without_people(reason: str) -> str:
    """The reason with names and numbers covered (keng.language.masking). Raises NoReason."""
    return without_people(required_reason(reason), most=_LONGEST_REASON)


def json_value(value: object) -> object:
    """As it stands in a JSON column."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
