"""Hamlets in as a sheet: see what would happen, take over what can be read, get the rest back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.kit.uploads import takes_files
from keng.network.actions import hamlets as actions
from keng.network.actions.group_sheets import PlanChanged, may_keep_network
from keng.network.desk.sheet_files import refused_file
from keng.network.desk.sheet_preview import carried_sheet, carry_sheet
from keng.network.forms.hamlets import HamletSheetForm
from keng.network.sheets.plan_hamlets import HAMLET_LAYOUT, plan_hamlet_sheet
from keng.network.sheets.reading import Sheet, UnreadableSheet, read_sheet

_SALT = "sheet of hamlets"


@takes_files()
def hamlets_import(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it would change is shown before anything happens."""
    if not may_keep_network(request.officer):
        raise PermissionDenied
    form = HamletSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["sheet"]
        try:
            sheet = read_sheet(sent.read(), HAMLET_LAYOUT)
        except UnreadableSheet as error:
            form.add_error("sheet", str(error))
        else:
            return _preview(request, sheet, name=sent.name)
    context = {"form": form, "columns": HAMLET_LAYOUT.columns, "example": "hamlets-example"}
    status = 422 if form.errors else 200
    return render(request, "network/hamlets_import.html", context, status=status)


@require_POST
def hamlets_take_over(request: HttpRequest) -> HttpResponse:
    """Import what was shown, or hand out the file of refused rows."""
    if not may_keep_network(request.officer):
        raise PermissionDenied
    found = carried_sheet(request, salt=_SALT)
    if found is None:
        messages.warning(request, _("Too long ago: please choose the file again."))
        return redirect("hamlets-import")
    sheet, name = found
    if request.POST.get("do") == "refused":
        return refused_file(sheet, plan_hamlet_sheet(sheet, by=request.officer), HAMLET_LAYOUT)
    try:
        done = actions.import_hamlets(
            sheet, shown=request.POST.get("shown", ""), by=request.officer
        )
    except PlanChanged:
        return _preview(request, sheet, name=name, moved=True)
    new, changed = len(done.new), len(done.changed)
    words = _("Imported: %(new)s, %(changed)s") % {
        "new": ngettext("%(n)d new hamlet", "%(n)d new hamlets", new) % {"n": new},
        "changed": ngettext("%(n)d changed", "%(n)d changed", changed) % {"n": changed},
    }
    messages.success(request, words)
    return redirect("hamlets")


def _preview(request: HttpRequest, sheet: Sheet, *, name: str, moved: bool = False) -> HttpResponse:
    context = carry_sheet(request, sheet, name=name, salt=_SALT) | {
        "plan": plan_hamlet_sheet(sheet, by=request.officer),
        "moved": moved,
        "what": _("Hamlet"),
        "new_title": _("New hamlets"),
        "import_url": reverse("hamlets-import"),
        "take_over_url": reverse("hamlets-take-over"),
    }
    return render(request, "network/hamlets_preview.html", context)
