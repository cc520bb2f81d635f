"""Queries of busy pages, built once: building one costs many times what asking it does."""

import datetime
import uuid
from collections.abc import Callable, Collection, Hashable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

QueryValue = datetime.datetime | uuid.UUID
QueryValues = QueryValue | Collection[QueryValue]
# Nothing in a query is mistaken for a stand-in, and what is computed from one is noticed.
_LONG_AGO = datetime.datetime(1800, 1, 1, tzinfo=datetime.UTC)
_FIRST_REAL_DAY = datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)
_FIRST_REAL_ID = 1 << 64


class CompiledQuery:
    """A query that is kept as SQL for each of its shapes; its values are put in when it is asked.

    `build` makes it with the query builder, out of a shape and of stand-ins for the values: they
    may only be compared with, since whatever is computed from one would be kept. The rows come as
    the driver reads them, so leave out columns that a model converts (JSON).
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept: dict[Hashable, tuple[str, list[Any]] | None] = {}

    def fetch_rows(self, *shape: Hashable, **values: QueryValues) -> list[tuple[Any, ...]]:
        """Its rows for these values. A collection is part of the shape by its length."""
        given = {name: _listed(value) for name, value in values.items()}
        key = (shape, tuple((name, len(value)) for name, value in given.items()))
        if key not in self._kept:
            self._kept[key] = self._compiled(shape, values)
        if (kept := self._kept[key]) is None:
            return []
        sql, order = kept
        put_in = [
            given[each.name][each.number] if isinstance(each, _Place) else each for each in order
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, put_in)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _compiled(
        self, shape: tuple[Hashable, ...], values: dict[str, QueryValues]
    ) -> tuple[str, list[Any]] | None:
        """The SQL, and what stands at each of its placeholders; None when nothing can be found."""
        places: dict[QueryValue, _Place] = {}
        stand_ins: dict[str, QueryValues] = {}
        for name, value in values.items():
            made = [_stand_in(each, len(places) + n) for n, each in enumerate(_listed(value), 1)]
            places |= {each: _Place(name, number) for number, each in enumerate(made)}
            stand_ins[name] = made[0] if isinstance(value, QueryValue) else made
        try:
            sql, order = self._build(*shape, **stand_ins).query.sql_with_params()
        except EmptyResultSet:
            return None
        return sql, [_place_of(each, places) for each in order]


class _Place:
    """Where a value goes."""

    __slots__ = ("name", "number")

    def __init__(self, name: str, number: int) -> None:
        self.name, self.number = name, number


def _listed(value: QueryValues) -> list[QueryValue]:
    return [value] if isinstance(value, QueryValue) else list(value)


def _stand_in(value: QueryValue, number: int) -> QueryValue:
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=number)
    return _LONG_AGO + datetime.timedelta(seconds=number)


def _place_of(each: Any, places: dict[QueryValue, _Place]) -> Any:
    if isinstance(each, uuid.UUID) and each.int < _FIRST_REAL_ID:
        return places[each]
    if isinstance(each, datetime.datetime) and each < _FIRST_REAL_DAY:
        return places[each]
    return each
