"""Rows to which no row of any table refers any more, in whichever area that would stand."""

from typing import TypeVar

from django.apps import apps
from django.db.models import Exists, ForeignObjectRel, Model, OuterRef, QuerySet

_Row = TypeVar("_Row", bound=Model)


def unreferenced_rows(rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Those of the rows to which none refers; areas above have such rows too."""
    for relation in rows.model._meta.get_fields(include_hidden=True):  # noqa: SLF001 -- documented
        if isinstance(relation, ForeignObjectRel):
            referring = apps.get_model(relation.related_model._meta.label).objects  # noqa: SLF001
            rows = rows.filter(~Exists(referring.filter(**{relation.field.name: OuterRef("pk")})))
    return rows
