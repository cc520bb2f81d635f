"""The province's list: tips of one open incident are one row in each stretch of time.

Nothing is hidden: each row says how many it stands for, these add up to the counts above them, and
the row opens to every open tip of the incident.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Field,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from keng.accounts.models import Officer
from keng.accounts.queries import is_at_province
from keng.inbox.list.inbox_row import RowFlag
from keng.kit.urgency import Happening
from keng.tips.models import Incident, Tip
from keng.tips.models.tip import TipQuerySet, TipViewer

# Ends of the stretches of time, the nearest first; the last stretch has none.
StretchEnds = Iterable[datetime.datetime | None]
MOST_INCIDENT_ROWS = 200
# A matter for named officers has a line of its own: behind another one its line would say too much,
# before others it would hide them.
_MAY_BE_GROUPED = Q(is_for_named=False)
_IN_OPEN_INCIDENT = _MAY_BE_GROUPED & Q(incident__isnull=False, incident__closed_at__isnull=True)


def groups_by_incident(officer: Officer) -> bool:
    """Whether the list is grouped: at a provincial desk an event is many tips of many communes."""
    return is_at_province(officer)


def nearest_of_each_incident(rows: QuerySet[Tip], ends: StretchEnds) -> QuerySet[Tip]:
    """The rows less those of an open incident that has a nearer one in the same stretch."""
    placed = rows.annotate(stretch=_stretch_number(ends))
    same = placed.filter(
        _MAY_BE_GROUPED, incident=OuterRef("incident"), stretch=OuterRef("stretch")
    )
    nearer = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), id__lt=OuterRef("id"))
    return placed.filter(~_IN_OPEN_INCIDENT | ~Exists(same.filter(nearer)))


def with_incident_counts(
    lines: QuerySet[Tip], rows: QuerySet[Tip], officer: TipViewer, ends: StretchEnds
) -> QuerySet[Tip]:
    """How many rows each line stands for and what is worst among them; the incident's open tips."""
    placed = rows.annotate(stretch=_stretch_number(ends)).filter(_IN_OPEN_INCIDENT)
    same = placed.filter(incident=OuterRef("incident"), stretch=OuterRef("stretch"))
    whole = Tip.objects.listed_for(officer).open().filter(_IN_OPEN_INCIDENT)
    return lines.annotate(
        grouped=_if_grouped(Coalesce(_count_of_incident(same), 1), Value(1)),
        group_flags=_if_grouped(_over_incident(same, _worst_of_incident()), Value(None)),
        incident_size=_if_grouped(
            Coalesce(_count_of_incident(whole.filter(incident=OuterRef("incident"))), 1), Value(1)
        ),
    )


def open_tips_of_incident(incident: Incident, officer: TipViewer) -> TipQuerySet:
    """What a line opens to: every open tip of the incident, nearest deadline first; but those for
    named officers, which have a line of their own that says nothing of an incident.
    """
    listed = Tip.objects.listed_for(officer).open()
    return listed.filter(_MAY_BE_GROUPED, incident=incident).order_by("due_at", "id")


def _worst_of_incident() -> Func:
    """The highest urgency, then a letter for each thing that is true of any of them.

    As text, since a prepared query hands its columns over as the driver reads them.
    """
    wrote_again = Q(waiting_since__isnull=False, first_answered_at__isnull=False)
    return Concat(
        Min("urgency"),
        _flag_if_any(RowFlag.UNREAD, Q(first_read_at__isnull=True)),
        _flag_if_any(RowFlag.NOW, Q(happening=Happening.NOW)),
        _flag_if_any(RowFlag.MONEY, Q(money_moved=True)),
        _flag_if_any(RowFlag.AGAIN, wrote_again),
        _flag_if_any(RowFlag.FEARS, Q(feared_at__isnull=False)),
        output_field=CharField(),
    )


def _if_grouped(found: Any, alone: Value) -> Case:
    return Case(When(_MAY_BE_GROUPED, then=found), default=alone)


def _flag_if_any(flag: RowFlag, condition: Q) -> Coalesce:
    found = Max(Case(When(condition, then=Value(flag.value)), output_field=CharField()))
    return Coalesce(found, Value(""))


def _stretch_number(ends: StretchEnds) -> Case:
    known = [end for end in ends if end is not None]
    cases = [When(due_at__lt=end, then=Value(n)) for n, end in enumerate(known)]
    return Case(*cases, default=Value(len(known)), output_field=IntegerField())


def _count_of_incident(tips: QuerySet[Tip]) -> Subquery:
    return _over_incident(tips, Count("pk", distinct=True), IntegerField())


def _over_incident(
    tips: QuerySet[Tip], what: Any, kind: "Field[Any, Any] | None" = None
) -> Subquery:
    found = tips.order_by().values("incident").annotate(found=what).values("found")
    return Subquery(found, output_field=kind or CharField())
