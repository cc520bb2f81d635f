"""Groups in and out as a sheet: look at what would happen, take over all of it or nothing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keng.kit import times
from keng.kit.uploads import takes_files
from keng.network.actions import group_sheets as actions
from keng.network.desk.sheet_preview import carried_sheet, carry_sheet
from keng.network.forms.groups import GroupFilter, GroupSheetForm
from keng.network.models import GroupKind
from keng.network.queries import groups as group_queries
from keng.network.sheets import writing
from keng.network.sheets.columns import GROUP_COLUMNS
from keng.network.sheets.places_in_cells import Territory
from keng.network.sheets.plan_groups import GroupPlan, plan_group_sheet
from keng.network.sheets.reading import Sheet, UnreadableSheet, read_sheet

_SALT = "sheet of groups"


@takes_files()
def groups_import(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it would change is shown before anything happens."""
    if not actions.may_keep_network(request.officer):
        raise PermissionDenied
    form = GroupSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["sheet"]
        try:
            sheet = read_sheet(sent.read())
        except UnreadableSheet as error:
            form.add_error("sheet", str(error))
        else:
            found = plan_group_sheet(sheet, {}, by=request.officer)
            return _preview(request, sheet, found, {}, name=sent.name)
    status = 422 if form.errors else 200
    context = {"form": form, "columns": GROUP_COLUMNS, "kinds": GroupKind.labels}
    return render(request, "network/import.html", context, status=status)


def _preview(
    request: HttpRequest,
    sheet: Sheet,
    found: GroupPlan,
    answers: dict[str, str],
    *,
    name: str,
    moved: bool = False,
) -> HttpResponse:
    context = carry_sheet(request, sheet, name=name, salt=_SALT) | {
        "plan": found,
        "answers": answers,
        "moved": moved,
        "what": _("Group"),
        "new_title": _("New groups"),
        "import_url": reverse("groups-import"),
        "take_over_url": reverse("groups-take-over"),
    }
    return render(request, "network/import_preview.html", context)


@require_POST
def groups_take_over(request: HttpRequest) -> HttpResponse:
    """Answer the open questions, or import all of it."""
    if not actions.may_keep_network(request.officer):
        raise PermissionDenied
    kept = carried_sheet(request, salt=_SALT)
    if kept is None:
        messages.warning(request, _("Too long ago: please choose the file again."))
        return redirect("groups-import")
    sheet, name = kept
    answers = {
        key: value
        for key, value in request.POST.items()
        if key.startswith(("place-", "same-")) and isinstance(value, str)
    }
    moved = False
    if request.POST.get("do") == "import":
        try:
            done = actions.import_groups(
                sheet, answers, shown=request.POST.get("shown", ""), by=request.officer
            )
        except (actions.PlanChanged, actions.PlanNotReady):
            moved = True
        else:
            messages.success(request, _imported_words(done))
            return redirect("groups")
    found = plan_group_sheet(sheet, answers, by=request.officer)
    return _preview(request, sheet, found, answers, name=name, moved=moved)


def _imported_words(done: GroupPlan) -> str:
    new, changed = len(done.new), len(done.changed)
    return _("Imported: %(new)s, %(changed)s") % {
        "new": ngettext("%(n)d new group", "%(n)d new groups", new) % {"n": new},
        "changed": ngettext("%(n)d changed", "%(n)d changed", changed) % {"n": changed},
    }


@require_safe
def groups_template(request: HttpRequest) -> HttpResponse:
    """The empty sheet with our columns."""
    return _file(writing.template_xlsx(), writing.XLSX_TYPE, "mau-nhom.xlsx")


@require_POST
def groups_export(request: HttpRequest) -> HttpResponse:
    """The groups of the filter as a sheet; who took it out is on record."""
    form = GroupFilter(request.POST, officer=request.officer)
    form.is_valid()
    found = list(group_queries.filtered_groups(request.officer, **form.arguments()))
    rows = writing.group_cells(found, Territory.of_officer(request.officer))
    is_csv = request.POST.get("form") == "csv"
    content = writing.groups_csv(rows) if is_csv else writing.groups_xlsx(rows)
    actions.export_groups(len(found), form="csv" if is_csv else "xlsx", by=request.officer)
    day = times.local_date(times.now()).isoformat()
    name = f"nhom-{day}.{'csv' if is_csv else 'xlsx'}"
    return _file(content, writing.CSV_TYPE if is_csv else writing.XLSX_TYPE, name)


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
