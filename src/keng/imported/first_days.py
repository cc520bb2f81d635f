"""From which day on Kẻng counts itself: what a sheet has of later is counted already."""

import calendar
import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Min, Q, QuerySet

from keng.accounts.models import Officer
from keng.imported.models import ImportKind
from keng.kit import times
from keng.places.models import Unit
from keng.tips.models import Tip
from keng.warnings.models import Warning


@dataclass(frozen=True, slots=True)
class FirstDays:
    """Of each desk of a province that has tips, or published warnings, of its own."""

    by_desk: dict[uuid.UUID, datetime.date]

    @classmethod
    def seen_by(cls, officer: Officer, province_id: uuid.UUID, kind: str) -> "FirstDays":
        """As far as the officer knows."""
        if kind == ImportKind.TIPS:
            return cls._of_tips(Tip.objects.listed_for(officer), province_id)
        return cls._of_warnings(Warning.objects.visible_to(officer), province_id)

    @classmethod
    def of_province(cls, province_id: uuid.UUID, kind: str) -> "FirstDays":
        """As it is: for the worker."""
        if kind == ImportKind.TIPS:
            return cls._of_tips(Tip.objects.all(), province_id)
        return cls._of_warnings(Warning.objects.all(), province_id)

    @classmethod
    def _of_tips(cls, tips: "QuerySet[Tip]", province_id: uuid.UUID) -> "FirstDays":
        own = tips.filter(responsible_unit__in=_desks_of(province_id)).order_by()
        return cls._of(own.values_list("responsible_unit").annotate(Min("received_at")))

    @classmethod
    def _of_warnings(cls, warnings: "QuerySet[Warning]", province_id: uuid.UUID) -> "FirstDays":
        published = warnings.filter(unit__in=_desks_of(province_id), published_at__isnull=False)
        return cls._of(published.order_by().values_list("unit").annotate(Min("published_at")))

    @classmethod
    def _of(cls, rows: Iterable[Any]) -> "FirstDays":
        return cls({desk: times.local_date(first) for desk, first in rows})

    def has_counted(self, row: dict[str, Any]) -> bool:
        """Whether any of the time that the row is of was counted here, at its desk.

        A row of the whole province is of every desk, and one of a month of all its days.
        """
        last = datetime.date.fromisoformat(row["on"])
        if row["is_month"]:
            last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
        never = datetime.date.max
        if row["place"]:
            return last >= self.by_desk.get(uuid.UUID(row["unit"]), never)
        return last >= min(self.by_desk.values(), default=never)


def _desks_of(province_id: uuid.UUID) -> "QuerySet[Unit]":
    return Unit.objects.filter(Q(pk=province_id) | Q(parent=province_id))
