"""`field__among=ids`: one of thousands of ids, handed to the database as one value.

`field__in` makes a parameter of each, which is written, read and planned one by one: a question
with seven thousand took longer to ask than to answer.

`field__filtered_in=ids`: one of these, and no index is gone through for it. Where a plan is made
once for all values, PostgreSQL takes every desk for one of the average size; where another
condition leaves a handful of rows it must not go through all that a large desk has open.
"""

import uuid
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Lookup, UUIDField
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler


class Ids(frozenset[uuid.UUID]):
    """A set of ids that remembers how PostgreSQL writes it."""

    @cached_property
    def as_array(self) -> str:
        """As an array's text."""
        return as_array(self)


def as_array(ids: Iterable[uuid.UUID]) -> str:
    """The text of an array of ids; whatever is none raises AttributeError."""
    return "{" + ",".join([each.hex for each in ids]) + "}"


@ForeignKey.register_lookup
@UUIDField.register_lookup
class Among(Lookup):
    """See the module."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """The field's column, and any of the array."""
        ids = self.rhs
        if isinstance(ids, Collection) and not ids:
            # What can find nothing is not asked.
            raise EmptyResultSet
        column, parameters = self.process_lhs(compiler, connection)
        text = ids.as_array if isinstance(ids, Ids) else as_array(ids)
        return f"{column} = ANY(%s::uuid[])", (*parameters, text)


@ForeignKey.register_lookup
@UUIDField.register_lookup
class FilteredIn(In):
    """See the module."""

    lookup_name = "filtered_in"

    def process_lhs(self, *of_compiler: Any, **named: Any) -> tuple[str, Any]:
        """The column as no index has it."""
        column, parameters = super().process_lhs(*of_compiler, **named)
        return f"coalesce({column}, {column})", [*parameters, *parameters]
