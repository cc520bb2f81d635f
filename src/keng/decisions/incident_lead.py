"""Who leads an incident: a first tip that leaves or ends hands its place on; undo gives it back.

What these return is kept with the decision, for `restore_incident_place`.
"""

import uuid
from typing import Any

from django.db.models import Q

from keng.accounts.models import Officer
from keng.acts.locks import lock_all
from keng.tips.errors import IncidentChanged
from keng.tips.gravity import urgency_order
from keng.tips.incident_titles import title_comes_from, title_of_tips
from keng.tips.lock import lock_tip, lock_tips
from keng.tips.models import Incident, Tip


def lock_leaving_tip(tip_id: uuid.UUID, *, by: Officer, seen: str | None) -> Tip:
    """The tip that may leave its incident with this: locked with all around it, then that.

    Raises as keng.tips.lock.lock_tip.
    """
    lock_tips(Q(pk=tip_id) | Q(duplicate_of=tip_id) | is_first_in_sight(tip_id, by))
    tip = lock_tip(tip_id, by=by, seen=seen)
    if tip.incident_id is not None:
        # Nobody renames it, or ends all of it, while the tip leaves.
        lock_all(Incident.objects.filter(pk=tip.incident_id).only("pk"))
    return tip


def first_in_sight(tip_id: uuid.UUID, by: Officer) -> Tip | None:
    """The tip behind which this one stands, where the officer sees it."""
    return Tip.objects.visible_to(by).filter(duplicates=tip_id).first()


def is_first_in_sight(tip_id: uuid.UUID, by: Officer) -> Q:
    """The same, as a condition; asked first, as a subquery beside an OR would read every tip."""
    first = first_in_sight(tip_id, by)
    return Q(pk__in=[first.pk] if first else [])


def lock_tip_and_those_behind(tip_id: uuid.UUID) -> None:
    """Where the tip may leave its place to one of those behind it."""
    lock_tips(Q(pk=tip_id) | Q(duplicate_of=tip_id))


def lock_tip_and_its_first(tip_id: uuid.UUID) -> None:
    """Where the tip may come to stand in front of those among which it stood."""
    first = Tip.objects.filter(pk=tip_id).values("duplicate_of")
    lock_tips(Q(pk=tip_id) | Q(pk__in=first) | Q(duplicate_of__in=first))


def leave_incident(tip: Tip) -> dict[str, Any]:
    """Stand alone (the caller saves). A first tip leaves its place to the oldest open duplicate."""
    others = _lock_duplicates(tip)
    incident, tip.incident, tip.duplicate_of = tip.incident, None, None
    left: dict[str, Any] = {}
    if incident and title_comes_from(incident.title, tip):
        # What only a tip that left has told must not stay behind in the incident's name.
        was, incident.title = incident.title, title_of_tips(others)
        incident.save(update_fields=["title"])
        left["title"] = [was, incident.title]
    return left | _hand_lead_on(others)


def hand_over_lead(tip: Tip) -> dict[str, Any]:
    """The tip ends alone: the oldest that is still open leads, and the tip stands behind it."""
    others = _lock_duplicates(tip)
    if not others or not others[0].is_open:
        return {}
    tip.duplicate_of = others[0]
    tip.save(update_fields=["duplicate_of"])
    return _hand_lead_on(others)


def return_to_incident(tip: Tip) -> None:
    """Open again (the caller saves): behind its first, or in front if that one is closed."""
    first = tip.duplicate_of
    if first is None or first.is_open:
        tip.state = Tip.State.DUPLICATE if first else Tip.State.ACCEPTED
        return
    tip.state, tip.duplicate_of = Tip.State.ACCEPTED, None
    Tip.objects.filter(Q(pk=first.pk) | Q(duplicate_of=first)).exclude(pk=tip.pk).update(
        duplicate_of=tip
    )


def join_incident(tip: Tip, first: Tip, incident: Incident) -> dict[str, Any]:
    """All that stand behind the tip stand behind the first of another incident with it."""
    others = _lock_duplicates(tip)
    tip.duplicates.update(duplicate_of=first, incident=incident)
    return _lead_note(first, incident.pk, {other: other.state for other in others})


def restore_incident_place(tip: Tip, left: dict[str, Any]) -> None:
    """Stand where the tip stood before (the caller has saved that), as the first if it was.

    Raises IncidentChanged when the others do not stand any more as the decision left them.
    """
    if tip.duplicate_of_id and not _is_lead(tip.duplicate_of_id, tip.incident_id):
        raise IncidentChanged
    if tip.duplicates.exclude(incident=tip.incident_id).exists():
        raise IncidentChanged
    if (title := left.get("title")) and tip.incident_id:
        was, became = title
        # A name that an officer gave it meanwhile stays.
        Incident.objects.filter(pk=tip.incident_id, title=became).update(title=was)
    if "tips" not in left:
        return
    rows = {str(row.pk): row for row in lock_all(Tip.objects.filter(pk__in=left["tips"]))}
    newcomers = Tip.objects.filter(duplicate_of=left["heir"]).exclude(pk__in=[*rows, tip.pk])
    if left["heir"] in rows and newcomers.exists():
        raise IncidentChanged
    for pk, (was, became) in left["tips"].items():
        row, first = rows[pk], None if pk == left["heir"] else uuid.UUID(left["heir"])
        stands = (row.state, row.duplicate_of_id, str(row.incident_id))
        if stands != (became, first, left["incident"]):
            raise IncidentChanged
        row.state, row.duplicate_of, row.incident_id = was, tip, tip.incident_id
        row.save(update_fields=["state", "duplicate_of", "incident"])


def tips_locked_for_incident_place(before: dict[str, Any], left: dict[str, Any]) -> set[str]:
    """The other tips that `restore_incident_place` locks: its caller locks all in one order."""
    first = before.get("duplicate_of_id")
    return {*left.get("tips", {}), *([first] if first else [])}


def _is_lead(tip_id: uuid.UUID, incident_id: uuid.UUID | None) -> bool:
    (first,) = lock_all(Tip.objects.filter(pk=tip_id))
    is_first = first.is_open and first.duplicate_of_id is None
    return is_first and str(first.incident_id) == str(incident_id)


def _lock_duplicates(tip: Tip) -> list[Tip]:
    """What stands behind the tip, locked: who would lead in its place comes first."""
    return sorted(
        lock_all(tip.duplicates.all()),
        key=lambda other: (not other.is_open, urgency_order(other), other.pk),
    )


def _hand_lead_on(others: list[Tip]) -> dict[str, Any]:
    if not others:
        return {}
    heir, was = others[0], {other: other.state for other in others}
    heir.duplicate_of = None
    heir.state = Tip.State.ACCEPTED if heir.is_open else heir.state
    heir.save(update_fields=["duplicate_of", "state"])
    Tip.objects.filter(pk__in=[other.pk for other in others[1:]]).update(duplicate_of=heir)
    return _lead_note(heir, heir.incident_id, was)


def _lead_note(heir: Tip, incident_id: uuid.UUID | None, was: dict[Tip, str]) -> dict[str, Any]:
    """Who leads now, and how each of the others stood and stands."""
    if not was:
        return {}
    tips = {str(tip.pk): [str(state), str(tip.state)] for tip, state in was.items()}
    return {"heir": str(heir.pk), "incident": str(incident_id), "tips": tips}
