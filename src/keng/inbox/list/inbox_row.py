"""What one row of a list says, read in one go and nothing beside it."""

import datetime
import uuid
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from keng.tips.gravity import ORDER_AMONG_FIRST
from keng.tips.models import Clock, Tip
from keng.tips.models.tip import TipViewer


class RowFlag(StrEnum):
    """What is true of any tip behind a line, in one letter each: so it stands in `group_flags`."""

    UNREAD = "u"
    NOW = "n"
    MONEY = "m"
    AGAIN = "a"
    FEARS = "f"


class InboxRow(NamedTuple):
    """A tip in a list: its own columns, then what belongs to it."""

    pk: uuid.UUID
    text: str
    urgency: str
    urgency_is_rated: bool
    order_among_first: int | None
    """`keng.tips.gravity.ORDER_AMONG_FIRST`."""
    category: str
    channel: str
    outcome: str
    happening: str
    language: str
    money_moved: bool
    topic: str
    first_read_at: datetime.datetime | None
    first_answered_at: datetime.datetime | None
    waiting_since: datetime.datetime | None
    received_at: datetime.datetime
    due_at: datetime.datetime | None
    feared_at: datetime.datetime | None
    danger_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    incident_id: uuid.UUID | None
    place_name: str | None
    place_province: str | None
    province_code: str
    incident_title: str | None
    # The machine's first guess at the category.
    guess: str | None
    # The nearest of its running clocks.
    clock_code: str | None
    # How many tips stand behind it.
    duplicate_count: int
    # Where tips of one incident stand together: how many this row stands for, and all of them.
    grouped: int = 1
    incident_size: int = 1
    # The highest urgency among those, and what else is true of any of them (see `RowFlag`).
    group_flags: str | None = None
    # Kept where it was opened: where it stands by now, if that is somewhere else.
    moved_to: str = ""


_ROW_COLUMNS = [name for name in InboxRow._fields if name not in InboxRow._field_defaults]


def with_row_columns(tips: QuerySet[Tip], officer: TipViewer, *more: str) -> QuerySet[Tip, Any]:
    """What each tip's `InboxRow` is made of, in its order; `more` are its last parts, if any."""
    nearest = Clock.objects.filter(tip=OuterRef("pk"), stopped_at__isnull=True).order_by("due_at")
    behind = (
        Tip.objects.visible_to(officer)
        .filter(duplicate_of=OuterRef("pk"))
        .order_by()
        .values("duplicate_of")
        .annotate(n=Count("pk"))
        .values("n")
    )
    beside = {
        "order_among_first": ORDER_AMONG_FIRST,
        "place_name": F("place__name"),
        "place_province": F("place__province_code"),
        "incident_title": F("incident__title"),
        "guess": KeyTextTransform("code", KeyTextTransform(0, "suggestion__categories")),
        "clock_code": Subquery(nearest.values("rule_code")[:1]),
        "duplicate_count": Coalesce(Subquery(behind, output_field=IntegerField()), 0),
    }
    return tips.annotate(**beside).values_list(*_ROW_COLUMNS, *more)
