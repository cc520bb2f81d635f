"""Tips whose calls are bundled: which they are, and what a desk is told of it."""

import uuid
from dataclasses import dataclass

from django.db.models import Q

from keng.accounts.models import Officer
from keng.kit.urgency import Urgency
from keng.tips.models import BundledCall, Tip


@dataclass(frozen=True, slots=True)
class BundleOnPage:
    """The other tips with which one rings as one: those that the officer may see, and no more."""

    others: list[Tip]

    @property
    def size(self) -> int:
        """How many ring as one, this one too."""
        return len(self.others) + 1


def tip_ids_of_bundle(tip_id: uuid.UUID) -> set[uuid.UUID]:
    """Every tip of the bundle, this one too; none when it is alone."""
    own = BundledCall.objects.filter(pk=tip_id).values("first_ref")
    rows = BundledCall.objects.filter(Q(first_ref=tip_id) | Q(first_ref__in=own))
    return {each for row in rows.values_list("first_ref", "tip") for each in row}


def bundle_size_for(officer: Officer, tip_id: uuid.UUID) -> int:
    """How many tips of the bundle this officer may see, this one too; 1 when it is alone.

    The number alone would tell a desk that somebody of the same line went past it.
    """
    ids = tip_ids_of_bundle(tip_id) - {tip_id}
    return 1 + (Tip.objects.visible_to(officer).filter(pk__in=ids).count() if ids else 0)


def bundle_size_in_calls(tip: Tip) -> int:
    """The same for calls, which go to many: what is at the tip's own desk and not kept from it."""
    ids = tip_ids_of_bundle(tip.pk) - {tip.pk}
    unit = tip.responsible_unit_id
    theirs = Tip.objects.filter(pk__in=ids, responsible_unit=unit).exclude(concerns__unit=unit)
    return 1 + (theirs.count() if ids else 0)


def bundle_on_page(tip: Tip, officer: Officer) -> BundleOnPage | None:
    """What the page of a critical tip says of its bundle; None when it is alone for them."""
    if tip.urgency != Urgency.P0:
        return None
    ids = tip_ids_of_bundle(tip.pk) - {tip.pk}
    if not ids:
        return None
    others = list(Tip.objects.visible_to(officer).filter(pk__in=ids).order_by("id"))
    return BundleOnPage(others) if others else None
