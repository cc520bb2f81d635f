"""Rows that no other row names any more, in whichever area that would stand."""

from typing import TypeVar

from django.apps import apps
from django.db.models import Exists, ForeignObjectRel, Model, OuterRef, QuerySet

_Row = TypeVar("_Row", bound=Model)


def rows_that_nothing_names(rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Those of the rows that no row of any table names; areas above have such rows too."""
    for relation in rows.model._meta.get_fields(include_hidden=True):  # noqa: SLF001 -- documented
        if isinstance(relation, ForeignObjectRel):
            naming = apps.get_model(relation.related_model._meta.label).objects  # noqa: SLF001
            rows = rows.filter(~Exists(naming.filter(**{relation.field.name: OuterRef("pk")})))
    return rows
