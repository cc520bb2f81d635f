"""Who answers to a lead, and how far they are with each warning: names for this superior alone."""

import datetime
from dataclasses import dataclass

from keng.delivery.models import Dispatch, RelayTask
from keng.kit import times
from keng.kit.sql_names import by_given_name
from keng.network.models import Lead, LeadWay
from keng.relay.silent_leads import silent_leads_below
from keng.relay.tasks_of_leads import DONE_IS_SHOWN_FOR, title_to_pass_on
from keng.relay.ways_to_tell import way_words


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One who answers to the lead."""

    lead: Lead
    way: str
    """How they are told."""
    silent_since: datetime.datetime | None
    """Since when they have answered nothing, where that is long."""


@dataclass(frozen=True, slots=True)
class WarningBelow:
    """One warning, and who of them has passed it on."""

    title: str
    dispatch: Dispatch
    waiting: tuple[Lead, ...]
    total: int

    @property
    def done(self) -> int:
        return self.total - len(self.waiting)


def people_below(lead: Lead) -> list[PersonLine]:
    """Those who take part, by given name."""
    found = list(lead.below.filter(stopped_at__isnull=True).order_by(*by_given_name(), "pk"))
    ways = LeadWay.objects.without_address().in_bulk([one.pk for one in found])
    silent = {one.lead.pk: one.since for one in silent_leads_below(lead)}
    return [PersonLine(one, way_words(ways.get(one.pk)), silent.get(one.pk)) for one in found]


def warnings_below(lead: Lead) -> list[WarningBelow]:
    """What they were asked lately, newest first."""
    tasks = (
        RelayTask.objects.filter(
            lead__above=lead,
            lead__stopped_at__isnull=True,
            dispatch__cancelled_at__isnull=True,
            created_at__gt=times.now() - DONE_IS_SHOWN_FOR,
        )
        .select_related("lead", "dispatch")
        .prefetch_related("dispatch__texts")
        .order_by("-dispatch_id", *by_given_name("lead__name"), "pk")
    )
    by_dispatch: dict[Dispatch, list[RelayTask]] = {}
    for task in tasks:
        by_dispatch.setdefault(task.dispatch, []).append(task)
    return [_warning(dispatch, found) for dispatch, found in by_dispatch.items()]


def _warning(dispatch: Dispatch, tasks: list[RelayTask]) -> WarningBelow:
    waiting = {task.lead_id: task.lead for task in tasks if task.confirmed_at is None}
    total = len({task.lead_id for task in tasks})
    return WarningBelow(title_to_pass_on(dispatch), dispatch, tuple(waiting.values()), total)
