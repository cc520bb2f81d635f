"""Groups in and out as a sheet: look at what would happen, take over all of it or nothing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keng.kit import times
from keng.kit.uploads import takes_files
from keng.network import queries
from keng.network.actions import sheets as actions
from keng.network.desk.carried import carried, carry
from keng.network.forms import GroupFilter, SheetForm
from keng.network.models import GroupKind
from keng.network.sheets import writing
from keng.network.sheets.columns import COLUMNS
from keng.network.sheets.planning import Plan, plan
from keng.network.sheets.reading import Sheet, Unreadable, read
from keng.network.sheets.territory import Territory

_SALT = "sheet of groups"


@takes_files()
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it would change is shown before anything happens."""
    if not actions.may_import(request.officer):
        raise PermissionDenied
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["sheet"]
        try:
            sheet = read(sent.read())
        except Unreadable as error:
            form.add_error("sheet", str(error))
        else:
            found = plan(sheet, {}, by=request.officer)
            return _preview(request, sheet, found, {}, name=sent.name)
    status = 422 if form.errors else 200
    context = {"form": form, "columns": COLUMNS, "kinds": GroupKind.labels}
    return render(request, "network/import.html", context, status=status)


def _preview(
    request: HttpRequest,
    sheet: Sheet,
    found: Plan,
    answers: dict[str, str],
    *,
    name: str,
    moved: bool = False,
) -> HttpResponse:
    context = carry(request, sheet, name=name, salt=_SALT) | {
        "plan": found,
        "answers": answers,
        "moved": moved,
    }
    return render(request, "network/import_preview.html", context)


@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """Answer the open questions, or import all of it."""
    if not actions.may_import(request.officer):
        raise PermissionDenied
    kept = carried(request, salt=_SALT)
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
        except (actions.Moved, actions.NotReady):
            moved = True
        else:
            messages.success(request, _said(done))
            return redirect("groups")
    found = plan(sheet, answers, by=request.officer)
    return _preview(request, sheet, found, answers, name=name, moved=moved)


def _said(done: Plan) -> str:
    new, changed = len(done.new), len(done.changed)
    return _("Imported: %(new)s, %(changed)s") % {
        "new": ngettext("%(n)d new group", "%(n)d new groups", new) % {"n": new},
        "changed": ngettext("%(n)d changed", "%(n)d changed", changed) % {"n": changed},
    }


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet with our columns."""
    return _file(writing.template(), writing.XLSX, "mau-nhom.xlsx")


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The groups of the filter as a sheet; who took it out is on record."""
    form = GroupFilter(request.POST, officer=request.officer)
    form.is_valid()
    found = list(queries.groups(request.officer, **form.arguments()))
    rows = writing.values(found, Territory.of(request.officer))
    is_csv = request.POST.get("form") == "csv"
    content = writing.as_csv(rows) if is_csv else writing.as_xlsx(rows)
    actions.export_groups(len(found), form="csv" if is_csv else "xlsx", by=request.officer)
    day = times.local_date(times.now()).isoformat()
    name = f"nhom-{day}.{'csv' if is_csv else 'xlsx'}"
    return _file(content, writing.CSV if is_csv else writing.XLSX, name)


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
