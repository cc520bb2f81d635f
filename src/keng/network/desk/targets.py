"""Missing groups, and what the province wants each commune to have."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.kit.ids import read_id
from keng.network.actions.targets import set_targets
from keng.network.forms.targets import MissingGroupsFilter, TargetsForm
from keng.network.queries import targets as queries
from keng.places.models import Place


@require_safe
def groups_missing(request: HttpRequest) -> HttpResponse:
    """Which commune has fewer groups than it should, or none at all."""
    form = MissingGroupsFilter(request.GET)
    kind = form.cleaned_data["kind"] if form.is_valid() else ""
    context = {
        "form": form,
        "standing": queries.target_table(request.officer, kind=kind),
        "may_set": queries.province_setting_targets(request.officer) is not None,
    }
    return render(request, "network/missing.html", context)


def groups_targets(request: HttpRequest) -> HttpResponse:
    """The numbers by kind: for all communes, or with ?place= for one."""
    unit = queries.province_setting_targets(request.officer)
    if unit is None:
        return _not_yours(request)
    communes = queries.communes_of(request.officer)
    place = _place(request.GET.get("place", ""), communes)
    form = TargetsForm(request.POST or None, initial=queries.targets_set(unit.pk, place))
    if request.method == "POST" and form.is_valid():
        set_targets(form.cleaned_data, place=place, by=request.officer)
        messages.success(request, _("Targets saved"))
        return redirect("groups-missing")
    common = queries.targets_set(unit.pk, None) if place else {}
    fields = [(form[kind], common.get(kind)) for kind in form.fields]
    context = {"form": form, "fields": fields, "place": place, "communes": communes}
    return render(request, "network/targets.html", context)


def _not_yours(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        raise PermissionDenied
    messages.warning(request, _("A commander or coordinator of the province sets the targets."))
    return redirect("groups-missing")


def _place(asked: str, communes: list[Place]) -> Place | None:
    key = read_id(asked)
    return next((one for one in communes if one.pk == key), None)
