"""Leads in as a sheet: look at what would happen, take over what can be read, get the rest back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.accounts.middleware import SignedInRequest
from keng.delivery.queries.before_sending import Cost
from keng.kit.uploads import takes_files
from keng.network.actions import lead_sheets as actions
from keng.network.actions.group_sheets import PlanChanged, may_keep_network
from keng.network.desk.sheet_files import refused_file
from keng.network.desk.sheet_preview import carried_sheet, carry_sheet
from keng.network.forms.leads import LeadSheetForm
from keng.network.sheets.plan_leads import LEAD_LAYOUT, plan_lead_sheet
from keng.network.sheets.reading import Sheet, UnreadableSheet, read_sheet
from keng.relay.cost_of_telling import cost_of_first_messages

_SALT = "sheet of leads"


@takes_files()
def leads_import(request: SignedInRequest) -> HttpResponse:
    """Choose a file; what it would change is shown before anything happens."""
    if not may_keep_network(request.officer):
        raise PermissionDenied
    form = LeadSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["sheet"]
        try:
            sheet = read_sheet(sent.read(), LEAD_LAYOUT)
        except UnreadableSheet as error:
            form.add_error("sheet", str(error))
        else:
            return _preview(request, sheet, name=sent.name)
    context = {"form": form, "columns": LEAD_LAYOUT.columns, "example": "leads-example"}
    status = 422 if form.errors else 200
    return render(request, "network/leads_import.html", context, status=status)


@require_POST
def leads_take_over(request: SignedInRequest) -> HttpResponse:
    """Import what was shown, or hand out the file of refused rows."""
    if not may_keep_network(request.officer):
        raise PermissionDenied
    found = carried_sheet(request, salt=_SALT)
    if found is None:
        messages.warning(request, _("Too long ago: please choose the file again."))
        return redirect("leads-import")
    sheet, name = found
    plan = plan_lead_sheet(sheet, by=request.officer)
    if request.POST.get("do") == "refused":
        return refused_file(sheet, plan, LEAD_LAYOUT)
    if not _is_cost_agreed(request, cost_of_first_messages(plan)):
        return _preview(request, sheet, name=name, cost_open=True)
    try:
        done = actions.import_leads(sheet, shown=request.POST.get("shown", ""), by=request.officer)
    except PlanChanged:
        return _preview(request, sheet, name=name, moved=True)
    new, changed = len(done.new), len(done.changed)
    words = _("Imported: %(new)s, %(changed)s") % {
        "new": ngettext("%(n)d new lead", "%(n)d new leads", new) % {"n": new},
        "changed": ngettext("%(n)d changed", "%(n)d changed", changed) % {"n": changed},
    }
    messages.success(request, words)
    return redirect("leads")


def _is_cost_agreed(request: SignedInRequest, cost: Cost | None) -> bool:
    """What costs nothing needs no yes; one to another sum than that of now is none."""
    return cost is None or cost.dong == 0 or request.POST.get("cost") == _digest_of(cost)


def _digest_of(cost: Cost) -> str:
    return f"{cost.messages}-{cost.parts}-{cost.dong}"


def _preview(
    request: SignedInRequest,
    sheet: Sheet,
    *,
    name: str,
    moved: bool = False,
    cost_open: bool = False,
) -> HttpResponse:
    plan = plan_lead_sheet(sheet, by=request.officer)
    cost = cost_of_first_messages(plan)
    context = carry_sheet(request, sheet, name=name, salt=_SALT) | {
        "plan": plan,
        "moved": moved,
        "cost": cost,
        "cost_digest": _digest_of(cost) if cost else "",
        "cost_open": cost_open,
        "what": _("Lead"),
        "new_title": _("New leads"),
        "import_url": reverse("leads-import"),
        "take_over_url": reverse("leads-take-over"),
    }
    status = 422 if cost_open else 200
    return render(request, "network/leads_preview.html", context, status=status)
