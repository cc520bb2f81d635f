"""Who answers an objection: somebody who did not list the number, and never nobody.

First whoever works for the unit or the province above it. Have all of them taken part, the auditor
of these units decides, who listed nothing.
"""

import itertools
import uuid

from django.db.models import Q, QuerySet

from keng.accounts.models import Officer, Post
from keng.accounts.who import HEARING_OBJECTIONS, WORKING
from keng.lookup.models import Dispute, Listing
from keng.places.models import Unit

_DECIDE = WORKING.roles
# Listed nothing, so one of these always can.
_AUDIT = HEARING_OBJECTIONS.roles - _DECIDE


def took_part(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer proposed or checked an entry of the number."""
    return officer.pk in _parties(dispute)


def may_answer(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer's post lets them decide it, and nobody nearer is left if an auditor."""
    if took_part(officer, dispute):
        return False
    if WORKING.may_act_for(officer, dispute.unit):
        return True
    return (
        HEARING_OBJECTIONS.may_act_for(officer, dispute.unit)
        and not _posts(dispute, _DECIDE).exists()
        and _posts(dispute, _AUDIT).filter(officer=officer.pk).exists()
    )


def who_may(dispute: Dispute, most: int = 8) -> list[Post]:
    """The posts of those who may decide now; none only where there is no auditor either."""
    for roles in (_DECIDE, _AUDIT):
        if found := list(_posts(dispute, roles)[:most]):
            return found
    return []


def _posts(dispute: Dispute, roles: frozenset[str]) -> "QuerySet[Post]":
    above = Q(unit__in=Unit.objects.filter(pk=dispute.unit_id).values("parent"))
    here = Q(unit=dispute.unit_id) | above & Q(unit__kind=Unit.Kind.PROVINCE)
    able = Post.objects.current().filter(here, role__in=roles, officer__is_active=True)
    others = able.exclude(officer__in=_parties(dispute))
    return others.select_related("officer", "unit").order_by("unit__kind", "officer__name")


def _parties(dispute: Dispute) -> set[uuid.UUID]:
    """Who made or checked the entry, or another one of the number that the decision can end.

    That is what stands, what waits for a second person, and what others object to.
    """
    same = Listing.objects.filter(lookup_hash=dispute.listing.lookup_hash)
    at_stake = Q(status__in=("listed", "proposed")) | Q(disputes__in=Dispute.objects.open())
    pairs = same.filter(at_stake).values_list("made_by", "checked_by")
    parties = {dispute.listed_by_id, dispute.checked_by_id, *itertools.chain.from_iterable(pairs)}
    return {pk for pk in parties if pk is not None}
