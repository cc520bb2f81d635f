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


def ids_of_bundle(tip_id: uuid.UUID) -> list[uuid.UUID]:
    """Every tip of the bundle, this one too, in the order they came; none when it is alone."""
    own = BundledCall.objects.filter(pk=tip_id).values("first_ref")
    later = BundledCall.objects.filter(Q(first_ref=tip_id) | Q(first_ref__in=own)).order_by("tip")
    rows = list(later.values_list("first_ref", "tip"))
    return [rows[0][0], *(tip for _first, tip in rows)] if rows else []


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
