"""What was lost, saved and got back, and who was helped: counted over incidents and nothing else.

So a tip that ends alone with any of it is an incident of one tip, and no figure needs a second way
of counting.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from keng.accounts.models import Officer
from keng.acts.locks import lock_available
from keng.audit.changes import changed_values
from keng.decisions.on_record import json_value
from keng.kit import times
from keng.kit.unreferenced_rows import unreferenced_rows
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


def outcome_of_own_incident(tip: Tip) -> dict[str, Any]:
    """What the incident says came of it that this tip is alone in; nothing where there is none."""
    if tip.incident_id is None or stands_with_others(tip):
        return {}
    own = Incident.objects.filter(pk=tip.incident_id).values("outcome", "outcome_note")
    return dict(own.first() or {})


# What an end writes into the incident that its tip is alone in.
_WRITTEN = (*Incident.EFFECT, "outcome", "outcome_note", "closed_at")


class KeptEffect(NamedTuple):
    """What keeping an effect changed: for the record, and for `restore_effect`."""

    on_record: Mapping[str, Any] = {}
    for_undo: Mapping[str, Any] = {}


def keep_effect(
    tip: Tip, effect: Mapping[str, int] | None, *, ends: bool, by: Officer
) -> KeptEffect:
    """Keep it with the incident that the tip is alone in; one is opened if there is something.

    It `ends` with its tip, or stays open.

    For the actions of this area, inside their transaction and lock. The effect of an incident of
    several tips is not one tip's to say, and stays as it is; so does each number that `effect` does
    not name.
    """
    if stands_with_others(tip):
        return KeptEffect()
    amounts = {name: effect[name] for name in Incident.EFFECT if name in effect} if effect else {}
    own = tip.incident
    was = None
    on_record: dict[str, Any] = {}
    if own is not None:
        own.refresh_from_db(fields=_WRITTEN)
        was = {name: json_value(getattr(own, name)) for name in _WRITTEN}
    elif any(amounts.values()):
        own = _open_own_incident(tip, by)
        on_record["opened_incident"] = str(own.pk)
    else:
        return KeptEffect()
    before = {name: getattr(own, name) for name in amounts}
    if changes := changed_values(before, amounts):
        on_record["changes"] = changes
    Incident.objects.filter(pk=own.pk).update(
        **amounts,
        outcome=tip.outcome,
        outcome_note=tip.outcome_note,
        closed_at=times.now() if ends else own.closed_at,
    )
    return KeptEffect(on_record, {"incident": str(own.pk), "was": was})


def _open_own_incident(tip: Tip, by: Officer) -> Incident:
    opened = Incident.objects.create(
        title=title_of_tips([tip]),
        unit_id=tip.responsible_unit_id,
        place_id=tip.place_id,
        category=tip.category,
        opened_by=by,
    )
    tip.incident = opened
    tip.save(update_fields=["incident"])
    return opened


def restore_effect(kept: Mapping[str, Any]) -> None:
    """Undo `keep_effect`: the incident is as it was before.

    One that it opened is left by its tip, and removed by the worker (`remove_empty_incidents`).
    """
    if was := kept.get("was"):
        closed_at = was["closed_at"] and datetime.datetime.fromisoformat(was["closed_at"])
        Incident.objects.filter(pk=kept["incident"]).update(**was | {"closed_at": closed_at})


def remove_empty_incidents(incident_ids: Iterable[str]) -> None:
    """Remove those of them that no row names: no tip tells of them any more.

    For the worker, inside its transaction: the desk deletes no incident.
    """
    rows = lock_available(Incident.objects.filter(pk__in=list(incident_ids)), to_delete=True)
    locked = list(rows.values_list("pk", flat=True))
    empty = unreferenced_rows(Incident.objects.filter(pk__in=locked))
    # Nothing names them; Django would first change rows that might, and the worker may not.
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tips_incident WHERE id = ANY(%s)",
            [list(empty.values_list("pk", flat=True))],
        )


def reopen_own_incident(tip: Tip) -> None:
    """The tip begins again: so does the incident that it is alone in."""
    if tip.incident_id is not None and not stands_with_others(tip):
        Incident.objects.filter(pk=tip.incident_id).update(closed_at=None)
