"""Who watches over a desk does not go by one person's will alone, nor quietly."""

import uuid

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from keng.accounts import notices
from keng.accounts.models import Officer, Post
from keng.accounts.vouching import can_sign_in
from keng.accounts.who import ADMINISTERING, AUDITING, BEING_AUDITOR, Who
from keng.acts.errors import Refused
from keng.acts.locks import lock
from keng.places.models import Unit


class LastAuditor(Refused):
    """No other auditor who can sign in would be left for one of the desks."""

    sentence = _(
        "There is no other auditor for this desk who can sign in. First let another one be set up;"
        " if the sign-in was stolen, ask for a new one."
    )


def lock_remaining_watchers(officer_id: uuid.UUID) -> list[Officer]:
    """All other administrators and auditors who can sign in, locked with the one who is to go.

    In one order: so two who close each other at one moment do not both succeed, and do not wait for
    ever.
    """
    return _able_others(lock(_holders_with(officer_id)), officer_id)


def remaining_watchers(officer_id: uuid.UUID) -> list[Officer]:
    """The same without a lock, to say beforehand what will be refused."""
    return _able_others(_holders_with(officer_id).order_by("id"), officer_id)


def would_leave_none(which: Who, units: list[Unit], others: list[Officer]) -> bool:
    """Whether one of these desks would be left without anybody who is one of `which`."""
    return any(not any(which.may_act_for(other, unit) for other in others) for unit in units)


def check_auditor_stays(officer: Officer, units: list[Unit], others: list[Officer]) -> None:
    """Raises LastAuditor; somebody who cannot sign in watches over nothing."""
    if can_sign_in(officer) and would_leave_none(BEING_AUDITOR, units, others):
        raise LastAuditor


def people_told_of_end(officer: Officer, units: list[Unit]) -> list[Officer]:
    """Whom the end of a post or an account is told to, read before it ends.

    The commanders and witnesses of the desks; of somebody who audited or administered, the
    commanders of every desk that they did it for.
    """
    found = [each for unit in units for each in notices.commanders_of(unit, but=officer.pk)]
    found += [each for unit in units for each in notices.witnesses_of(unit)]
    sight = AUDITING.unit_ids(officer) | ADMINISTERING.unit_ids(officer)
    if sight:
        found += notices.commanders_in(sight)
    return [each for each in found if each.pk != officer.pk]


def _holders_with(officer_id: uuid.UUID) -> QuerySet[Officer]:
    roles = ADMINISTERING.roles | BEING_AUDITOR.roles
    posts = Post.objects.current().filter(role__in=roles)
    return Officer.objects.filter(Q(pk=officer_id) | Q(pk__in=posts.values("officer")))


def _able_others(rows: QuerySet[Officer], officer_id: uuid.UUID) -> list[Officer]:
    return [each for each in rows if each.pk != officer_id and can_sign_in(each)]
