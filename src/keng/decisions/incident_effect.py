"""What was lost, saved and got back, and who was helped: counted over incidents and nothing else.

So a tip that ends alone with any of it is an incident of one tip, and no figure needs a second way
of counting.
"""

from collections.abc import Mapping

from keng.accounts.models import Officer
from keng.kit import times
from keng.tips.incident_titles import title_of_tips
from keng.tips.models import Incident, Tip


def stands_with_others(tip: Tip) -> bool:
    """Whether other tips tell of the same incident: then its own page keeps what came of it."""
    if tip.incident_id is None:
        return False
    return Tip.objects.filter(incident=tip.incident_id).exclude(pk=tip.pk).exists()


def effect_of_tip(tip: Tip) -> dict[str, int]:
    """What is kept of a tip that stands alone; nothing where nothing is."""
    found = None
    if tip.incident_id is not None and not stands_with_others(tip):
        found = Incident.objects.filter(pk=tip.incident_id).first()
    return {name: getattr(found, name) if found else 0 for name in Incident.EFFECT}


def keep_effect(tip: Tip, effect: Mapping[str, int] | None, *, by: Officer) -> None:
    """Keep it with the incident that the tip is alone in; one is opened if there is something.

    For the actions of this area, inside their transaction and lock. The effect of an incident of
    several tips is not one tip's to say, and stays as it is; so does each number that `effect` does
    not name.
    """
    if stands_with_others(tip):
        return
    amounts = {name: effect[name] for name in Incident.EFFECT if name in effect} if effect else {}
    if tip.incident_id is None and not any(amounts.values()):
        return
    incident_id = tip.incident_id
    if incident_id is None:
        own = Incident.objects.create(
            title=title_of_tips([tip]),
            unit_id=tip.responsible_unit_id,
            place_id=tip.place_id,
            category=tip.category,
            opened_by=by,
        )
        tip.incident, incident_id = own, own.pk
        tip.save(update_fields=["incident"])
    Incident.objects.filter(pk=incident_id).update(
        **amounts, outcome=tip.outcome, outcome_note=tip.outcome_note, closed_at=times.now()
    )


def reopen_own_incident(tip: Tip) -> None:
    """The tip begins again: so does the incident that it is alone in."""
    if tip.incident_id is not None and not stands_with_others(tip):
        Incident.objects.filter(pk=tip.incident_id).update(closed_at=None)
