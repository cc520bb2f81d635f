"""From a tip into the public look-up: which tips speak for it, and whether they are enough."""

import datetime
import uuid

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_over
from keng.lookup import errors
from keng.lookup.actions import listing as listings
from keng.lookup.models import Listing
from keng.lookup_pages import acts
from keng.lookup_pages.evidence import (
    ENOUGH_REPORTERS,
    may_propose_listing,
    reporters_behind,
    tips_behind,
)
from keng.tips.models import ListingEvidence, Sighting, Tip


def sighting_to_propose(sighting_id: uuid.UUID, by: Officer) -> Sighting:
    """The sighting from which a listing is proposed. Raises NotAllowed."""
    found = (
        Sighting.objects.select_related("indicator", "tip")
        .filter(pk=sighting_id, role=Sighting.Role.USED, tip__in=Tip.objects.visible_to(by))
        .first()
    )
    if found is None or not may_propose_listing(by):
        raise NotAllowed
    return found


@act(acts.PROPOSE_SIGHTING)
def propose_sighting(
    sighting_id: uuid.UUID,
    *,
    grade: str,
    category: str,
    month: datetime.date,
    basis: str,
    expires_on: datetime.date,
    by: Officer,
) -> Listing:
    """Propose the number of a tip for the public look-up, with every tip that speaks for it.

    "Reported" takes three different reporters, none of them taken down by whoever has a hand in
    it. Raises NotAllowed and those of lookup.errors.
    """
    sighting = sighting_to_propose(sighting_id, by)
    permit_over(sighting.tip.responsible_unit_id)
    unit_id = by.home_unit_id
    tips = list(tips_behind(sighting.indicator, by).values_list("pk", flat=True))
    if unit_id is None or not tips:
        raise NotAllowed
    made = listings.propose_listing(
        sighting.indicator,
        grade=grade,
        category=category,
        month=month,
        basis=basis,
        expires_on=expires_on,
        unit_id=unit_id,
        by=by,
    )
    if (
        grade == Listing.Grade.REPORTED
        and reporters_behind(tips, hands=made.hands) < ENOUGH_REPORTERS
    ):
        raise errors.TooFewReporters
    ListingEvidence.objects.bulk_create(ListingEvidence(listing=made, tip_id=tip) for tip in tips)
    return made


@act(acts.CONFIRM_PROPOSAL)
def confirm_proposal(
    listing_id: uuid.UUID, *, seen: bytes, does_harm: bool, by: Officer
) -> Listing:
    """Make it public as the second person, whose own tips do not speak for it either.

    Raises NotAllowed and those of `confirm_listing`, and TooFewReporters.
    """
    made = listings.confirm_listing(listing_id, seen=seen, does_harm=does_harm, by=by)
    if made.unit_id is None:
        raise NotAllowed
    permit_over(made.unit_id)
    _require_reporters(made, by=by)
    return made


def require_confirmable(proposal: Listing, *, seen: bytes, by: Officer) -> None:
    """Ask what stands in the way of `confirm_proposal`, apart from the answer about harm.

    Raises those of `listings.require_confirmable`, and TooFewReporters.
    """
    listings.require_confirmable(proposal, seen=seen, by=by)
    _require_reporters(proposal, by=by)


def _require_reporters(proposal: Listing, *, by: Officer) -> None:
    if proposal.grade != Listing.Grade.REPORTED:
        return
    tips = ListingEvidence.objects.filter(listing=proposal).values_list("tip", flat=True)
    if reporters_behind(tips, hands=[*proposal.hands, by.pk]) < ENOUGH_REPORTERS:
        raise errors.TooFewReporters
