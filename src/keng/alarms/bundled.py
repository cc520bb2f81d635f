"""Tips whose calls are bundled: which they are, and what a desk is told of it."""

import uuid
from dataclasses import dataclass

from django.db.models import Q

from keng.accounts.models import Officer
from keng.tips.models import BundledCall, Tip


@dataclass(frozen=True, slots=True)
class Bundled:
    """How many tips ring as one, and those of the others that the officer may see."""

    size: int
    others: list[Tip]


def ids_of_bundle(tip_id: uuid.UUID) -> set[uuid.UUID]:
    """Every tip of the bundle, this one too; none when it is alone."""
    own = BundledCall.objects.filter(pk=tip_id).values("first_ref")
    rows = BundledCall.objects.filter(Q(first_ref=tip_id) | Q(first_ref__in=own))
    return {each for row in rows.values_list("first_ref", "tip") for each in row}


def size_of_bundle(tip_id: uuid.UUID) -> int:
    """How many tips are in the bundle of this one; 1 when it is alone."""
    return len(ids_of_bundle(tip_id)) or 1


def bundled_with(tip: Tip, officer: Officer) -> Bundled | None:
    """What the page of a critical tip says of its bundle; None when it is alone."""
    if tip.urgency != "P0":
        return None
    ids = ids_of_bundle(tip.pk)
    if not ids:
        return None
    others = Tip.objects.visible_to(officer).filter(pk__in=ids).exclude(pk=tip.pk)
    return Bundled(len(ids), list(others.order_by("id")))
