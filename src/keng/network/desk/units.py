"""For which of the officer's units a page writes."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from keng.kit.ids import read_id
from keng.kit.sql_names import alphabetically
from keng.places.models import Unit


def officer_units(request: HttpRequest) -> QuerySet[Unit]:
    """The units the officer works for."""
    return Unit.objects.filter(pk__in=request.officer.unit_ids).order_by("kind", alphabetically())


def requested_unit(request: HttpRequest) -> Unit:
    """The unit a new row belongs to: the one asked for, else the officer's own."""
    asked = request.GET.get("unit", "")
    key = read_id(asked) if asked else request.officer.home_unit_id
    found: Unit = get_object_or_404(officer_units(request), pk=key)
    return found
