"""A tip changes hands between units."""

from typing import Any

from keng.decisions import incident_lead
from keng.places.models import Unit
from keng.tips import deadlines
from keng.tips.models import Tip


def move_to_unit(tip: Tip, unit: Unit) -> dict[str, Any]:
    """The tip, as its caller sorted it, lies new at the other unit. Returns what it led.

    The incident and the officer belong to the unit that gives it away; its clocks go on.
    """
    left = incident_lead.leave_incident(tip)
    tip.responsible_unit, tip.assigned_to = unit, None
    tip.state = Tip.State.RECEIVED
    deadlines.set_due_at(tip)
    tip.save(
        update_fields=[
            "kind",
            "responsible_unit",
            "incident",
            "duplicate_of",
            "assigned_to",
            "state",
            "due_at",
        ]
    )
    return left
