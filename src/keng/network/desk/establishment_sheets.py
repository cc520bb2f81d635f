"""Establishments in as a sheet: look at what would happen, take over all of it or nothing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.kit.uploads import takes_files
from keng.network.actions import establishments as actions
from keng.network.actions.sheets import Moved, NotReady, may_import
from keng.network.desk.carried import carried, carry
from keng.network.establishment_forms import EstablishmentSheetForm
from keng.network.models import Establishment
from keng.network.sheets.houses import HOUSES, plan
from keng.network.sheets.reading import Sheet, Unreadable, read

_SALT = "sheet of houses"


@takes_files()
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it would change is shown before anything happens."""
    if not may_import(request.officer):
        raise PermissionDenied
    form = EstablishmentSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["sheet"]
        try:
            sheet = read(sent.read(), HOUSES)
        except Unreadable as error:
            form.add_error("sheet", str(error))
        else:
            return _preview(request, sheet, name=sent.name)
    context = {"form": form, "columns": HOUSES.columns, "kinds": Establishment.Kind.labels}
    status = 422 if form.errors else 200
    return render(request, "network/establishments_import.html", context, status=status)


@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """Import all of what was shown."""
    if not may_import(request.officer):
        raise PermissionDenied
    found = carried(request, salt=_SALT)
    if found is None:
        messages.warning(request, _("Too long ago: please choose the file again."))
        return redirect("establishments-import")
    sheet, name = found
    try:
        done = actions.import_establishments(
            sheet, shown=request.POST.get("shown", ""), by=request.officer
        )
    except (Moved, NotReady):
        return _preview(request, sheet, name=name, moved=True)
    new, changed = len(done.new), len(done.changed)
    said = _("Imported: %(new)s, %(changed)s") % {
        "new": ngettext("%(n)d new house", "%(n)d new houses", new) % {"n": new},
        "changed": ngettext("%(n)d changed", "%(n)d changed", changed) % {"n": changed},
    }
    messages.success(request, said)
    return redirect("establishments")


def _preview(request: HttpRequest, sheet: Sheet, *, name: str, moved: bool = False) -> HttpResponse:
    context = carry(request, sheet, name=name, salt=_SALT) | {
        "plan": plan(sheet, by=request.officer),
        "moved": moved,
    }
    return render(request, "network/establishments_preview.html", context)
