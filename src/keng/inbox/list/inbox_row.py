"""What one row of a list says, read in one go and nothing beside it."""

import datetime
import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from keng.tips.gravity import ORDER_AMONG_FIRST
from keng.tips.models import Clock, Tip
from keng.tips.models.tip import TipViewer, is_readable_by


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
    # Not its words, or none of what the line says: a matter for named officers.
    is_readable: bool
    reference: str
    # Where tips of one incident stand together: how many this row stands for, and all of them.
    grouped: int = 1
    incident_size: int = 1
    # The highest urgency among those, and what else is true of any of them (see `RowFlag`).
    group_flags: str | None = None
    # Kept where it was opened: where it stands by now, if that is somewhere else.
    moved_to: str = ""


# What the line of a matter for named officers says to the others.
_SHOWN_OF_ALL = frozenset(
    {
        "pk",
        "urgency",
        "urgency_is_rated",
        "order_among_first",
        "first_read_at",
        "first_answered_at",
        "waiting_since",
        "received_at",
        "due_at",
        "danger_at",
        "closed_at",
        "clock_code",
        "reference",
        "moved_to",
    }
)
_NOTHING_SAID: dict[str, Any] = {
    **dict.fromkeys(("text", "category", "channel", "outcome", "happening", "language"), ""),
    **dict.fromkeys(("topic", "province_code"), ""),
    **dict.fromkeys(("feared_at", "incident_id", "place_name", "place_province"), None),
    **dict.fromkeys(("incident_title", "guess"), None),
    "money_moved": False,
    "duplicate_count": 0,
    "is_readable": False,
}
_ROW_COLUMNS = [name for name in InboxRow._fields if name not in InboxRow._field_defaults]


def row_of_columns(columns: Iterable[Any]) -> InboxRow:
    """A row as it was read; of one whose words are for others only when it is due, and how soon
    somebody has to look.
    """
    row = InboxRow(*columns)
    if row.is_readable:
        return row
    bare = {name: value for name, value in row._asdict().items() if name in _SHOWN_OF_ALL}
    return InboxRow(**(_NOTHING_SAID | bare))


def with_row_columns(tips: QuerySet[Tip], officer: TipViewer, *more: str) -> QuerySet[Tip, Any]:
    """What each tip's `InboxRow` is made of, in its order; `more` are its last parts, if any."""
    nearest = Clock.objects.filter(tip=OuterRef("pk"), stopped_at__isnull=True).order_by("due_at")
    behind = (
        Tip.objects.listed_for(officer)
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
        "is_readable": is_readable_by(officer),
        "duplicate_count": Coalesce(Subquery(behind, output_field=IntegerField()), 0),
    }
    return tips.annotate(**beside).values_list(*_ROW_COLUMNS, *more)
