"""Establishments in as a sheet: look at what would happen, take over all of it or nothing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.kit.uploads import takes_files
from keng.network.actions import establishments as actions
from keng.network.actions.group_sheets import PlanChanged, PlanNotReady, may_keep_network
from keng.network.desk.sheet_preview import carried_sheet, carry_sheet
from keng.network.forms.establishments import EstablishmentSheetForm
from keng.network.models import Establishment
from keng.network.sheets.plan_establishments import ESTABLISHMENT_LAYOUT, plan_establishment_sheet
from keng.network.sheets.reading import Sheet, UnreadableSheet, read_sheet

_SALT = "sheet of houses"


@takes_files()
def establishments_import(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it would change is shown before anything happens."""
    if not may_keep_network(request.officer):
        raise PermissionDenied
    form = EstablishmentSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["sheet"]
        try:
            sheet = read_sheet(sent.read(), ESTABLISHMENT_LAYOUT)
        except UnreadableSheet as error:
            form.add_error("sheet", str(error))
        else:
            return _preview(request, sheet, name=sent.name)
    context = {
        "form": form,
        "columns": ESTABLISHMENT_LAYOUT.columns,
        "kinds": Establishment.Kind.labels,
        "example": "establishments-example",
    }
    status = 422 if form.errors else 200
    return render(request, "network/establishments_import.html", context, status=status)


@require_POST
def establishments_take_over(request: HttpRequest) -> HttpResponse:
    """Import all of what was shown."""
    if not may_keep_network(request.officer):
        raise PermissionDenied
    found = carried_sheet(request, salt=_SALT)
    if found is None:
        messages.warning(request, _("Too long ago: please choose the file again."))
        return redirect("establishments-import")
    sheet, name = found
    try:
        done = actions.import_establishments(
            sheet, shown=request.POST.get("shown", ""), by=request.officer
        )
    except (PlanChanged, PlanNotReady):
        return _preview(request, sheet, name=name, moved=True)
    new, changed = len(done.new), len(done.changed)
    said = _("Imported: %(new)s, %(changed)s") % {
        "new": ngettext("%(n)d new house", "%(n)d new houses", new) % {"n": new},
        "changed": ngettext("%(n)d changed", "%(n)d changed", changed) % {"n": changed},
    }
    messages.success(request, said)
    return redirect("establishments")


def _preview(request: HttpRequest, sheet: Sheet, *, name: str, moved: bool = False) -> HttpResponse:
    context = carry_sheet(request, sheet, name=name, salt=_SALT) | {
        "plan": plan_establishment_sheet(sheet, by=request.officer),
        "moved": moved,
        "what": _("House"),
        "new_title": _("New houses"),
        "import_url": reverse("establishments-import"),
        "take_over_url": reverse("establishments-take-over"),
    }
    return render(request, "network/establishments_preview.html", context)
