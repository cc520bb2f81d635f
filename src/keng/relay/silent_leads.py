"""Leads who answered nothing of what they were told lately: shown to whom they answer to.

Nothing happens to them by itself. Whoever stands above them asks, or finds somebody else.
"""

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from keng.delivery.models import RelayTask
from keng.kit import times
from keng.kit.sql_names import by_given_name
from keng.network.models import Lead
from keng.relay.messages_to_leads import told_by_machine

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# So many texts in a row without any answer, each of them at least two days old.
UNANSWERED = 3
_TIME_TO_ANSWER = datetime.timedelta(days=2)
_LOOKED_BACK = datetime.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class SilentLead:
    """One of them."""

    lead: Lead
    texts: int
    since: datetime.datetime
    """When they were asked first what they have not answered."""


def silent_leads_of_desk(officer: "Officer") -> list[SilentLead]:
    """Of the own desk, without those who answer to another lead: that one sees who they are."""
    has_superior = Q(above__unit_id=F("unit_id"), above__stopped_at__isnull=True)
    own = Lead.objects.filter(unit_id__in=officer.own_unit_ids).exclude(has_superior)
    return _silent(own)


def silent_leads_below(lead: Lead) -> list[SilentLead]:
    """Of those who answer to this lead."""
    return _silent(lead.below.all())


def _silent(leads: QuerySet[Lead]) -> list[SilentLead]:
    found = _silences(leads.filter(stopped_at__isnull=True))
    named = Lead.objects.filter(pk__in=found).order_by(*by_given_name(), "pk")
    silent = [SilentLead(lead, *found[lead.pk]) for lead in named]
    return sorted(silent, key=lambda one: one.since)


def _silences(leads: QuerySet[Lead]) -> dict[uuid.UUID, tuple[int, datetime.datetime]]:
    """By lead: how many texts in a row have no answer, and since when. Saying why not is one."""
    now = times.now()
    # An officer who saw it in the group has an answer as well.
    is_answered = Q(confirmed_at__isnull=False) | ~Q(cannot_reason="") | Q(seen_at__isnull=False)
    last_answered = (
        RelayTask.objects.filter(is_answered, lead=OuterRef("lead"))
        .order_by("-created_at")
        .values("created_at")[:1]
    )
    told_before = now - _TIME_TO_ANSWER
    is_told = (
        Q(handed_out_at__lt=told_before)
        | Q(told_by_machine(before=told_before))
        # Told by whom they answer to: the desk never hears of that.
        | Q(lead__above__unit_id=F("lead__unit_id"), lead__above__stopped_at__isnull=True)
    )
    unanswered = RelayTask.objects.filter(
        is_told,
        lead__in=leads,
        created_at__lt=told_before,
        created_at__gt=Coalesce(Subquery(last_answered), Value(now - _LOOKED_BACK)),
        dispatch__cancelled_at__isnull=True,
    )
    counted = (
        unanswered.order_by()
        .values("lead")
        .annotate(texts=Count("dispatch", distinct=True), since=Min("created_at"))
        .filter(texts__gte=UNANSWERED)
    )
    return {one["lead"]: (one["texts"], one["since"]) for one in counted}
