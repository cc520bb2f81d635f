"""Why a closed tip is not destroyed, whoever wants it destroyed: the first reason that is true."""

import uuid
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from keng.lookup.models import Dispute, Listing
from keng.tips.models import Clock, Decision, LegalHold, ListingEvidence, Tip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

HELD_BACK: "Mapping[str, str | _StrPromise]" = {
    "hold": _("Under legal hold"),
    "handed": _("Handed over: part of another body's file"),
    "clock": _("A deadline of law still runs"),
    "listing": _("Behind an entry of the public look-up, or an objection to one"),
    "others": _("Another tip of the same incident is open"),
}
_STILL_OPEN = _("The desk has not finished it")


def held_back_as() -> Case:
    """The key of `HELD_BACK` that keeps a tip, or empty."""
    here = {"tip": OuterRef("pk")}
    public = Listing.objects.filter(status__in=[Listing.Status.PROPOSED, Listing.Status.LISTED])
    disputed = Dispute.objects.filter(decided_at=None)
    behind = ListingEvidence.objects.filter(
        Q(listing__in=public.values("pk")) | Q(listing__in=disputed.values("listing")), **here
    )
    # A file for investigators, however it ended: they may come back for the originals.
    made = Decision.objects.filter(kind=Decision.Kind.HAND_OVER, **here)
    others = Tip.objects.open().filter(
        Q(duplicate_of=OuterRef("pk")) | Q(incident=OuterRef("incident"))
    )
    return Case(
        When(Exists(LegalHold.objects.in_force().filter(**here)), then=Value("hold")),
        When(Q(outcome=Tip.Outcome.HANDED_OVER) | Exists(made), then=Value("handed")),
        When(Exists(Clock.objects.filter(stopped_at=None, **here)), then=Value("clock")),
        When(Exists(behind), then=Value("listing")),
        When(Exists(others), then=Value("others")),
        default=Value(""),
        output_field=CharField(),
    )


def why_kept(tip_id: uuid.UUID) -> "str | _StrPromise":
    """Why this tip is not destroyed now, in words; empty where nothing keeps it."""
    here = Tip.objects.filter(pk=tip_id)
    if here.open().exists():
        return _STILL_OPEN
    return HELD_BACK.get(here.values_list(held_back_as(), flat=True).get(), "")
