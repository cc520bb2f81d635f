"""What the yearly list measures at each commune's desk, how it counts, and over what.

None counts reports, and nobody stands higher for having more of anything: a list by numbers of
reports would reward whoever reports most, and shame places where people are afraid to.
"""

import datetime
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from keng.delivery.models import Delivery, Dispatch
from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.model_offers.models import ModelCopy
from keng.surveys.models import Survey
from keng.tips.models import Clock, Tip

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keng.accounts.models import Officer

WORKED_FROM_PERCENT = 90
_STEP = 5
_REACHED = (
    Delivery.State.SENT,
    Delivery.State.DELIVERED,
    Delivery.State.READ,
    Delivery.State.RELAYED,
)


@dataclass(frozen=True, slots=True)
class YearAsk:
    """One calendar year of these communes' desks, as the officer may count it."""

    officer: "Officer"
    units: Collection[uuid.UUID]
    year: int

    @property
    def since(self) -> datetime.datetime:
        return times.start_of(datetime.date(self.year, 1, 1))

    @property
    def until(self) -> datetime.datetime:
        return times.start_of(datetime.date(self.year + 1, 1, 1))


@dataclass(frozen=True, slots=True)
class DeskCount:
    """How many there were at one desk, and at how many of them it worked."""

    total: int
    worked: int

    @property
    def percent(self) -> float:
        return 100 * self.worked / self.total

    @property
    def rounded_percent(self) -> int:
        """The nearest of the fives; 100 only where none is missing, and 90 only where it worked."""
        nearest = int(self.percent / _STEP + 0.5) * _STEP
        if self.worked == self.total:
            return 100
        if self.percent < WORKED_FROM_PERCENT:
            return min(nearest, WORKED_FROM_PERCENT - _STEP)
        return min(nearest, 100 - _STEP)


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of the list."""

    key: str
    name: "_StrPromise"
    method: "_StrPromise"
    """What is counted, over what, and from how many on something is said."""
    fewest: int
    """Of fewer than these nothing is said: one late answer would be the whole figure."""
    count: Callable[[YearAsk], Mapping[uuid.UUID, DeskCount]]
    is_share: bool = True
    """Otherwise it worked where there is one at all, and the cell says how many."""


def _reporters_told(ask: YearAsk) -> dict[uuid.UUID, DeskCount]:
    end = Coalesce(OuterRef("closed_at"), times.now())
    stopped = Coalesce(F("stopped_at"), end)
    late = Exists(Clock.objects.filter(tip=OuterRef("pk"), due_at__lt=stopped))
    tips = Tip.objects.listed_for(ask.officer).filter(
        responsible_unit__in=ask.units,
        received_at__gte=ask.since,
        received_at__lt=ask.until,
        withdrawn_at=None,
    )
    rows = (
        tips.alias(is_late=late)
        .order_by()
        .values_list("responsible_unit")
        .annotate(
            total=Count("pk", filter=Q(state=Tip.State.CLOSED) | Q(is_late=True)),
            worked=Count("pk", filter=Q(state=Tip.State.CLOSED, is_late=False)),
        )
    )
    return {unit: DeskCount(total, worked) for unit, total, worked in rows}


_WARNINGS_REACHED = """
WITH reach AS (
  SELECT g.unit_id, count(*) AS asked, count(*) FILTER (
      WHERE d.state = ANY(%(reached)s) AND d.settled_at <= COALESCE(s.expires_at, 'infinity')
    ) AS reached
  FROM delivery_dispatch s
  JOIN delivery_delivery d ON d.dispatch_id = s.id
    AND d.recipient_kind = 'group' AND d.part = 1 AND d.state <> 'cancelled'
  JOIN network_group g ON g.id = d.recipient_ref
  WHERE s.kind = %(kind)s AND s.source_kind = 'warning_version' AND s.cancelled_at IS NULL
    AND s.created_at >= %(since)s AND s.created_at < %(until)s
    AND COALESCE(s.expires_at, s.created_at) <= %(now)s
    AND g.unit_id = ANY(%(units)s::uuid[])
  GROUP BY s.id, g.unit_id)
SELECT unit_id, count(*), count(*) FILTER (WHERE 10 * reached >= 9 * asked) FROM reach
GROUP BY unit_id"""


def _warnings_reached(ask: YearAsk) -> dict[uuid.UUID, DeskCount]:
    with connection.cursor() as cursor:
        cursor.execute(
            _WARNINGS_REACHED,
            {
                "reached": [state.value for state in _REACHED],
                "kind": Dispatch.Kind.WARNING.value,
                "since": ask.since,
                "until": ask.until,
                "now": times.now(),
                "units": list(ask.units),
            },
        )
        return {unit: DeskCount(total, worked) for unit, total, worked in cursor.fetchall()}


def _surveys_finished(ask: YearAsk) -> dict[uuid.UUID, DeskCount]:
    # What fewer answered has no result that could be read.
    surveys = Survey.objects.filter(
        unit__in=ask.units,
        partner=None,
        closed_at__gte=ask.since,
        closed_at__lt=ask.until,
        figures__answers__gte=FEWEST_SHOWN,
    )
    rows = (
        surveys.order_by()
        .values_list("unit")
        .annotate(total=Count("pk"), worked=Count("pk", filter=Q(state=Survey.State.PUBLISHED)))
    )
    return {unit: DeskCount(total, worked) for unit, total, worked in rows}


def _models_taken_over(ask: YearAsk) -> dict[uuid.UUID, DeskCount]:
    copies = ModelCopy.objects.filter(
        offer__unit__in=ask.units, taken_at__gte=ask.since, taken_at__lt=ask.until
    )
    rows = copies.order_by().values_list("offer__unit").annotate(desks=Count("unit", distinct=True))
    return {unit: DeskCount(desks, desks) for unit, desks in rows}


MEASURES = (
    Measure(
        "reporters",
        _("Reporters told in time"),
        _(
            "Of the reports that the desk got in the year and that ended or ran late: how many"
            " ended before any deadline ran out, so that the reporter read in time what came of"
            " it. One that is open and late counts as late; one that was taken back is left out."
            " From 20 reports on."
        ),
        20,
        _reporters_told,
    ),
    Measure(
        "warnings",
        _("Warnings that got through"),
        _(
            "Of the warnings of the year that were for groups of the place, also those of the"
            " province: how many reached nine in ten of these groups before they lapsed, by machine"
            " or passed on by hand. Cancelled ones are left out. From 5 warnings on."
        ),
        5,
        _warnings_reached,
    ),
    Measure(
        "surveys",
        _("Surveys with a published result"),
        _(
            "Of the surveys of the desk that closed in the year and that five or more answered: how"
            " many have a result that everybody can read. From one survey on."
        ),
        1,
        _surveys_finished,
    ),
    Measure(
        "models",
        _("Models that others took over"),
        _(
            "How many other desks took over a pattern, a lesson or a rota of this desk in the year."
            " One is enough: more is not better."
        ),
        1,
        _models_taken_over,
        is_share=False,
    ),
)
