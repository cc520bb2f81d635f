"""Who answers an objection: somebody who did not list it, and never nobody.

First whoever works for the unit or the province above it. Have all of them taken part, the auditor
of these units decides, who listed nothing.
"""

import uuid

from django.db.models import Q, QuerySet

from keng.accounts.models import Officer, Post
from keng.lookup.models import Dispute
from keng.places.models import Unit

_DECIDE = (Post.Role.DUTY, Post.Role.COMMANDER, Post.Role.COORDINATOR)


def took_part(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer listed it or checked it."""
    return officer.pk in _parties(dispute)


def may_answer(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer's post lets them decide it, and nobody nearer is left if an auditor."""
    if took_part(officer, dispute):
        return False
    if officer.has_role(*_DECIDE):
        return True
    return (
        officer.has_role(Post.Role.AUDITOR)
        and not _posts(dispute, _DECIDE).exists()
        and _posts(dispute, (Post.Role.AUDITOR,)).filter(officer=officer.pk).exists()
    )


def who_may(dispute: Dispute, most: int = 8) -> list[Post]:
    """The posts of those who may decide now; none only where there is no auditor either."""
    for roles in (_DECIDE, (Post.Role.AUDITOR,)):
        if found := list(_posts(dispute, roles)[:most]):
            return found
    return []


def _posts(dispute: Dispute, roles: tuple[str, ...]) -> "QuerySet[Post]":
    above = Q(unit__in=Unit.objects.filter(pk=dispute.unit_id).values("parent"))
    here = Q(unit=dispute.unit_id) | above & Q(unit__kind=Unit.Kind.PROVINCE)
    able = Post.objects.current().filter(here, role__in=roles, officer__is_active=True)
    others = able.exclude(officer__in=_parties(dispute))
    return others.select_related("officer", "unit").order_by("unit__kind", "officer__name")


def _parties(dispute: Dispute) -> set[uuid.UUID]:
    return {pk for pk in (dispute.listed_by_id, dispute.checked_by_id) if pk is not None}
