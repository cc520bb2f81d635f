"""Who answers an objection: somebody without a hand in listing the number, and never nobody.

First whoever works for the unit or the province above it. Have all of them taken part, or are they
tied to somebody who did, the auditor of these units decides, who listed nothing.
"""

import uuid

from django.db.models import Q, QuerySet

from keng.accounts.models import Officer, Post
from keng.accounts.vouching import tied_to_any
from keng.accounts.who import HEARING_OBJECTIONS, WORKING
from keng.kit.sql_names import by_given_name
from keng.lookup.models import Dispute, Listing
from keng.places.models import Unit
from keng.releases.hands import hands_of_all

_DECIDING_ROLES = WORKING.roles
# Listed nothing, so one of these always can.
_AUDITING_ROLES = HEARING_OBJECTIONS.roles - _DECIDING_ROLES


def took_part_in_listing(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer proposed or checked an entry of the number, or is tied to who did."""
    return officer.pk in tied_to_any(_parties_of(dispute))


def may_answer_dispute(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer's post lets them decide it, and nobody nearer is left if an auditor."""
    parties = _parties_of(dispute)
    tied = tied_to_any(parties)
    if WORKING.may_act_for(officer, dispute.unit):
        return officer.pk not in tied
    if not HEARING_OBJECTIONS.may_act_for(officer, dispute.unit):
        return False
    if _posts_without(dispute, _DECIDING_ROLES, without=tied).exists():
        return False
    return any(post.officer_id == officer.pk for post in _auditor_posts(dispute, parties, tied))


def dispute_deciders(dispute: Dispute, most: int = 8) -> list[Post]:
    """The posts of those who may decide now; none only where there is no auditor either."""
    parties = _parties_of(dispute)
    tied = tied_to_any(parties)
    officers = list(_posts_without(dispute, _DECIDING_ROLES, without=tied)[:most])
    return officers or _auditor_posts(dispute, parties, tied)[:most]


def _auditor_posts(dispute: Dispute, parties: set[uuid.UUID], tied: set[uuid.UUID]) -> list[Post]:
    """Those whom nothing ties to it; where there are none, those who took no part themselves.

    At a young desk the commander agreed to every sign-in, and an objection has a last day.
    """
    untied = list(_posts_without(dispute, _AUDITING_ROLES, without=tied))
    return untied or list(_posts_without(dispute, _AUDITING_ROLES, without=parties))


def _posts_without(
    dispute: Dispute, roles: frozenset[str], *, without: set[uuid.UUID]
) -> "QuerySet[Post]":
    above = Q(unit__in=Unit.objects.filter(pk=dispute.unit_id).values("parent"))
    here = Q(unit=dispute.unit_id) | above & Q(unit__kind=Unit.Kind.PROVINCE)
    able = Post.objects.current().filter(here, role__in=roles, officer__is_active=True)
    others = able.exclude(officer__in=without)
    return others.select_related("officer", "unit").order_by(
        "unit__kind", *by_given_name("officer__name")
    )


def _parties_of(dispute: Dispute) -> set[uuid.UUID]:
    """Who has a hand in the entry or checked it, or another one that the decision can end.

    That is what stands, what waits for a second person, and what others object to.
    """
    same = Listing.objects.filter(lookup_hash=dispute.listing.lookup_hash)
    at_stake = Q(status__in=(Listing.Status.LISTED, Listing.Status.PROPOSED)) | Q(
        disputes__in=Dispute.objects.open()
    )
    rows = list(same.filter(at_stake | Q(pk=dispute.listing_id)))
    named = {dispute.listed_by_id, dispute.checked_by_id, *(row.released_by_id for row in rows)}
    return {*hands_of_all(rows), *(dispute.hands or []), *(pk for pk in named if pk is not None)}
