"""Queries of busy pages, built once: building one costs many times what asking it does.

Each connection prepares most of them, so the database plans them once, too (`settings_of_role`).
Only what differs from one asking to the next is a parameter: the rest stands in the SQL, where the
planner sees that it is the condition of an index.
"""

import datetime
import uuid
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from psycopg import ClientCursor, Cursor, sql

from keng.kit.postgresql.base import database_of_this_thread

QueryValue = datetime.datetime | uuid.UUID
QueryValues = QueryValue | Collection[QueryValue]
Instance = TypeVar("Instance", bound=Model)
# Nothing in a query is mistaken for a stand-in, and what is computed from one is noticed.
_LONG_AGO = datetime.datetime(1800, 1, 1, tzinfo=datetime.UTC)
_FIRST_REAL_DAY = datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)
_FIRST_REAL_ID = 1 << 64
_NEVER_BY_ITSELF = 1 << 30


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value goes."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """One shape of a query: its SQL, what goes to each placeholder, and how rows are read."""

    sql: str
    places: Sequence[_Place]
    compiler: SQLCompiler


class _PreparingCursor(Cursor[Any]):
    """Has the server keep the plan. Django's own cursor puts each value into the text."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **(options | {"prepare": True}))


class _LoggedCursor(_PreparingCursor):
    """For Django's log of queries, which reads the text here; of a prepared one nobody keeps it."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        text = ClientCursor(self._conn).mogrify(query, params)
        self._query: Any = SimpleNamespace(query=text.encode())
        return super()._convert_query(query, params)


class _CompiledOnce:
    """A query that is kept as SQL for each of its shapes; its values are put in when it is asked.

    `build` makes it with the query builder, out of a shape and of stand-ins for the values: they
    may only be compared with, since whatever is computed from one would be kept. With
    `plans_for_values` the database plans it each time: where a small unit needs another way than
    one with thousands of rows.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], *, plans_for_values: bool = False
    ) -> None:
        self._build = build
        self._plans_for_values = plans_for_values
        self._kept: dict[Hashable, _Kept | None] = {}

    def _ask(
        self, shape: tuple[Hashable, ...], values: dict[str, QueryValues]
    ) -> tuple[_Kept | None, list[tuple[Any, ...]]]:
        """How this shape is kept, and its rows. A collection is part of it by its length."""
        given = {name: _listed(value) for name, value in values.items()}
        key = (shape, tuple((name, len(value)) for name, value in given.items()))
        if key not in self._kept:
            self._kept[key] = self._compiled(shape, values)
        if (kept := self._kept[key]) is None:
            return None, []
        put_in = [given[place.name][place.number] for place in kept.places]
        with connection.cursor() if self._plans_for_values else _preparing_cursor() as cursor:
            cursor.execute(kept.sql, put_in)
            return kept, cursor.fetchall()

    def _compiled(
        self, shape: tuple[Hashable, ...], values: dict[str, QueryValues]
    ) -> _Kept | None:
        """None when nothing can be found."""
        places: dict[QueryValue, _Place] = {}
        stand_ins: dict[str, QueryValues] = {}
        for name, value in values.items():
            made = [_stand_in(each, len(places) + n) for n, each in enumerate(_listed(value), 1)]
            places |= {each: _Place(name, number) for number, each in enumerate(made)}
            stand_ins[name] = made[0] if isinstance(value, QueryValue) else made
        compiler = self._build(*shape, **stand_ins).query.get_compiler(connection=connection)
        try:
            text, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        return _Kept(*_constants_put_in(text, parameters, places), compiler)


class CompiledQuery(_CompiledOnce):
    """Of columns. They come as the driver reads them: leave out those a model converts (JSON)."""

    def fetch_rows(self, *shape: Hashable, **values: QueryValues) -> list[tuple[Any, ...]]:
        """Its rows for these values."""
        _kept, rows = self._ask(shape, values)
        return rows


class CompiledModelQuery(_CompiledOnce, Generic[Instance]):
    """Of whole rows, with what `select_related` joins and `annotate` adds; nothing prefetched."""

    def fetch(self, *shape: Hashable, **values: QueryValues) -> list[Instance]:
        """The instances for these values."""
        kept, rows = self._ask(shape, values)
        return list(_instances(kept.compiler, rows)) if kept and rows else []


def _instances(compiler: SQLCompiler, rows: list[Any]) -> Iterable[Any]:
    """As django.db.models.query.ModelIterable makes them of what the database gave."""
    klass, select = compiler.klass_info, compiler.select
    own = klass["select_fields"]
    start, end = own[0], own[-1] + 1
    names = [column[0].target.attname for column in select[start:end]]
    # The stubs are those of a later Django.
    joined = get_related_populators(klass, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    for row in compiler.results_iter(results=[rows]):
        made = klass["model"].from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        for populator in joined:
            populator.populate(row, made)
        for name, column in (compiler.annotation_col_map or {}).items():
            setattr(made, name, row[column])
        yield made


@contextmanager
def _preparing_cursor() -> Any:
    """Inside Django's own wrapper: tests count what it asks, and errors are Django's."""
    database = database_of_this_thread()
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.begin_if_due()
    raw = database.connection
    # Django switches preparing off as a whole; so only what asks for it is prepared.
    raw.prepare_threshold = _NEVER_BY_ITSELF
    wrapped = (
        connection.make_debug_cursor(_LoggedCursor(raw))  # type: ignore[arg-type]
        if connection.queries_logged
        else connection.make_cursor(_PreparingCursor(raw))  # type: ignore[arg-type]
    )
    with wrapped as cursor:
        yield cursor


def _constants_put_in(
    text: str, parameters: Sequence[Any], places: dict[QueryValue, _Place]
) -> tuple[str, list[_Place]]:
    """The SQL with a placeholder for each value alone, and which value that is."""
    first, *others = text.split("%s")
    made, order = [first], []
    for parameter, after in zip(parameters, others, strict=True):
        place = _place_of(parameter, places)
        if place is None:
            literal = sql.Literal(parameter).as_string(connection.connection)
            made.append(literal.replace("%", "%%"))
        else:
            made.append("%s")
            order.append(place)
        made.append(after)
    return "".join(made), order


def _listed(value: QueryValues) -> list[QueryValue]:
    return [value] if isinstance(value, QueryValue) else list(value)


def _stand_in(value: QueryValue, number: int) -> QueryValue:
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=number)
    return _LONG_AGO + datetime.timedelta(seconds=number)


def _place_of(parameter: Any, places: dict[QueryValue, _Place]) -> _Place | None:
    """Raises KeyError for what was computed from a stand-in."""
    is_id = isinstance(parameter, uuid.UUID) and parameter.int < _FIRST_REAL_ID
    if is_id or (isinstance(parameter, datetime.datetime) and parameter < _FIRST_REAL_DAY):
        return places[parameter]
    return None
