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
from keng.tips.models import Incident, Tip
from keng.tips.models.tip import TipQuerySet, TipViewer

# Ends of the stretches of time, the nearest first; the last stretch has none.
Ends = Iterable[datetime.datetime | None]
MOST = 200
# What is true of any tip behind a line, in one letter each.
UNREAD, NOW, MONEY, AGAIN, FEARS = "unmaf"
_IN_OPEN_INCIDENT = Q(incident__isnull=False, incident__closed_at__isnull=True)


def sees_incidents(officer: Officer) -> bool:
    """Whether the list is grouped: at a provincial desk an event is many tips of many communes."""
    return is_at_province(officer)


def one_for_each(rows: QuerySet[Tip], ends: Ends) -> QuerySet[Tip]:
    """The rows less those of an open incident that has a nearer one in the same stretch."""
    placed = rows.annotate(stretch=_stretch(ends))
    same = placed.filter(incident=OuterRef("incident"), stretch=OuterRef("stretch"))
    nearer = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), id__lt=OuterRef("id"))
    return placed.filter(~_IN_OPEN_INCIDENT | ~Exists(same.filter(nearer)))


def with_counts(
    lines: QuerySet[Tip], rows: QuerySet[Tip], officer: TipViewer, ends: Ends
) -> QuerySet[Tip]:
    """How many rows each line stands for and what is worst among them; the incident's open tips."""
    placed = rows.annotate(stretch=_stretch(ends)).filter(_IN_OPEN_INCIDENT)
    same = placed.filter(incident=OuterRef("incident"), stretch=OuterRef("stretch"))
    whole = Tip.objects.visible_to(officer).open().filter(_IN_OPEN_INCIDENT)
    return lines.annotate(
        together=Coalesce(_count(same), 1),
        stands_out=_of_all(same, _what_stands_out()),
        whole=Coalesce(_count(whole.filter(incident=OuterRef("incident"))), 1),
    )


def tips_of(incident: Incident, officer: TipViewer) -> TipQuerySet:
    """What a line opens to: every visible open tip of the incident, nearest deadline first."""
    visible = Tip.objects.visible_to(officer).open()
    return visible.filter(incident=incident).order_by("due_at", "id")


def _what_stands_out() -> Func:
    """The highest urgency, then a letter for each thing that is true of any of them.

    As text, since a prepared query hands its columns over as the driver reads them.
    """
    wrote_again = Q(waiting_since__isnull=False, first_answered_at__isnull=False)
    return Concat(
        Min("urgency"),
        _letter(UNREAD, Q(first_read_at__isnull=True)),
        _letter(NOW, Q(happening=Tip.Happening.NOW)),
        _letter(MONEY, Q(money_moved=True)),
        _letter(AGAIN, wrote_again),
        _letter(FEARS, Q(feared_at__isnull=False)),
        output_field=CharField(),
    )


def _letter(letter: str, condition: Q) -> Coalesce:
    found = Max(Case(When(condition, then=Value(letter)), output_field=CharField()))
    return Coalesce(found, Value(""))


def _stretch(ends: Ends) -> Case:
    known = [end for end in ends if end is not None]
    cases = [When(due_at__lt=end, then=Value(n)) for n, end in enumerate(known)]
    return Case(*cases, default=Value(len(known)), output_field=IntegerField())


def _count(tips: QuerySet[Tip]) -> Subquery:
    return _of_all(tips, Count("pk", distinct=True), IntegerField())


def _of_all(tips: QuerySet[Tip], what: Any, kind: "Field[Any, Any] | None" = None) -> Subquery:
    found = tips.order_by().values("incident").annotate(found=what).values("found")
    return Subquery(found, output_field=kind or CharField())
