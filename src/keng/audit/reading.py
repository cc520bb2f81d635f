"""Reading entries whatever stands in them: one that cannot be read stops no reader.

PostgreSQL keeps moments and numbers that Python has no value for. No process can write them
(keng.audit.migrations.0004); whoever owns the database can.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Case, F, QuerySet, TextField, When
from django.db.models.functions import Cast

from keng.audit.models import Entry

_FIRST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def with_safe_columns(found: QuerySet[Entry]) -> QuerySet[Entry]:
    """These entries without the two columns that may hold what has no value here.

    For `read_safely`.
    """
    return found.defer("at", "detail").annotate(
        safe_at=Case(When(at__gte=_FIRST, at__lt=_END, then=F("at"))),
        safe_detail=Cast("detail", TextField()),
    )


def read_safely(entries: Iterable[Any]) -> Iterator[tuple[Entry, bool]]:
    """Each entry of `with_safe_columns`, and whether it could be read whole.

    What could not be read of it is None.
    """
    for entry in entries:
        entry.at = entry.safe_at
        try:
            entry.detail = json.loads(entry.safe_detail)
        except (ValueError, RecursionError):
            entry.detail = None
        yield entry, entry.at is not None and entry.detail is not None


def with_readable_moment(found: QuerySet[Entry]) -> QuerySet[Entry]:
    """Only entries whose moment Python can hold."""
    return found.filter(at__gte=_FIRST, at__lt=_END)
