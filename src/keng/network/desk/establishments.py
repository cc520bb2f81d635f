"""Establishments: the list, the page of one, and those that no group reaches."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.kit.pagination import ListPage
from keng.network.actions import establishments as actions
from keng.network.actions.group_sheets import may_keep_network
from keng.network.desk.units import officer_units, requested_unit
from keng.network.forms.establishments import EstablishmentFilter, EstablishmentForm
from keng.network.models import Establishment
from keng.network.queries import establishments as queries


@require_safe
def establishments(request: HttpRequest) -> HttpResponse:
    """The houses of the filter; the table beside it counts exactly these."""
    form = EstablishmentFilter(request.GET, officer=request.officer)
    found = queries.filtered_establishments(request.officer, **form.arguments())
    rows = queries.establishments_by_kind(found)
    total = queries.sum_of_establishments(rows)
    page = ListPage.of_request(request, total.houses)
    context = {
        "form": form,
        "houses": list(found[page.start : page.end]),
        "kinds": rows,
        "total": total,
        "page": page,
        "may_import": may_keep_network(request.officer),
    }
    return render(request, "network/establishments.html", context)


@require_safe
def establishments_missing(request: HttpRequest) -> HttpResponse:
    """Houses with no contact in any group, by hamlet: where a warning goes nowhere."""
    form = EstablishmentFilter(request.GET, officer=request.officer)
    kind = form.arguments()["kind"]
    hamlets = queries.unreached_by_hamlet(request.officer, kind=kind)
    total = queries.sum_of_establishments(
        queries.establishments_by_kind(queries.filtered_establishments(request.officer, kind=kind))
    )
    context = {"form": form, "hamlets": hamlets, "total": total}
    return render(request, "network/establishments_missing.html", context)


def establishment_edit(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """Add a house (no pk) or correct one."""
    mine = Establishment.objects.visible_to(request.officer)
    house = get_object_or_404(mine, pk=pk) if pk else None
    may_write = may_keep_network(request.officer)
    if not may_write and (house is None or request.method == "POST"):
        raise PermissionDenied
    unit = house.unit if house else requested_unit(request)
    form = EstablishmentForm(
        request.POST or None,
        unit=unit,
        officer=request.officer,
        house=house,
        initial=_initial(house),
    )
    if request.method == "POST" and form.is_valid():
        if house:
            actions.change_establishment(house.pk, form.entry(), by=request.officer)
        else:
            actions.add_establishment(form.entry(), by=request.officer)
        messages.success(request, _("Saved: %(name)s") % {"name": form.cleaned_data["name"]})
        return redirect("establishments")
    context = {
        "form": form,
        "house": house,
        "unit": unit,
        "units": officer_units(request),
        "may_write": may_write,
    }
    return render(request, "network/establishment_edit.html", context)


@require_POST
def establishment_open(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that a house closed, or opened again."""
    house = get_object_or_404(Establishment.objects.visible_to(request.officer), pk=pk)
    if not may_keep_network(request.officer):
        raise PermissionDenied
    actions.set_establishment_open(house.pk, is_open=not house.is_open, by=request.officer)
    return redirect("establishment-edit", pk=pk)


def _initial(house: Establishment | None) -> dict[str, object]:
    if house is None:
        return {"room_count": 0}
    return {
        "name": house.name,
        "kind": house.kind,
        "place": house.place_id,
        "contact": house.contact,
        "contact_agreed_on": house.contact_agreed_on,
        "group": house.group_id,
        "room_count": house.room_count,
    }
