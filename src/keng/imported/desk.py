"""The desk's pages of imported records: hand a sheet in, look at it, agree, read what came in."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import AGREEING_TO_IMPORTS, PROPOSING_IMPORTS, READING_IMPORTS
from keng.acts.errors import Refused
from keng.imported import proposing, writing
from keng.imported.box import open_rows
from keng.imported.columns import LAYOUTS
from keng.imported.dry_run import MODELS, dry_run
from keng.imported.forms import ImportedFilter, ImportForm
from keng.imported.models import ImportBatch, ImportBatchQuerySet, ImportKind
from keng.imported.refusals import REFUSALS
from keng.kit.list_filter import rows_with_words
from keng.kit.pagination import rows_of_page
from keng.kit.uploads import takes_files
from keng.language.taxonomy import category_label
from keng.network.sheets.reading import UnreadableSheet, read_sheet
from keng.network.sheets.writing import CSV_TYPE, XLSX_TYPE
from keng.tips.origins import channel_name

# Refused lines shown on the page; all of them are in the file.
_REFUSED_SHOWN = 50


@require_GET
def imports(request: SignedInRequest) -> HttpResponse:
    """The sheets that were handed in, those that wait first."""
    seen = _seen(request.officer).select_related("unit", "proposed_by", "agreed_by")
    waiting = list(seen.waiting().order_by("id"))
    batches, page = rows_of_page(request, seen.order_by("-id"))
    context = {
        "waiting": waiting,
        "batches": batches,
        "page": page,
        "may_propose": PROPOSING_IMPORTS.includes(request.officer),
    }
    return render(request, "imported/imports.html", context)


@takes_files()
@require_http_methods(["GET", "POST"])
def import_new(request: SignedInRequest) -> HttpResponse:
    """Choose a sheet; what would come in is shown, and nothing comes in yet."""
    units = PROPOSING_IMPORTS.own_units(request.officer)
    form = ImportForm(request.POST or None, request.FILES or None, units=units)
    if request.method == "POST" and form.is_valid():
        batch = _propose(request, form)
        if batch is not None:
            return redirect("import-batch", batch.pk)
    status = 422 if form.errors else 200
    layouts = [(kind, LAYOUTS[kind].columns) for kind in ImportKind]
    context = {"form": form, "layouts": layouts}
    return render(request, "imported/import_new.html", context, status=status)


def _propose(request: SignedInRequest, form: ImportForm) -> ImportBatch | None:
    """The batch; None, with a word at the file, where there is none."""
    given = form.cleaned_data
    kind, unit = ImportKind(given["kind"]), given["unit"]
    try:
        sheet = read_sheet(given["sheet"].read(), LAYOUTS[kind])
        found = dry_run(sheet, kind=kind, unit=unit, officer=request.officer)
        return proposing.propose_import(
            unit.pk,
            kind=kind,
            digest=bytes.fromhex(sheet.digest),
            dry_run=found,
            by=request.officer,
        )
    except UnreadableSheet as error:
        form.add_error("sheet", str(error))
    except proposing.NothingToTakeIn as error:
        form.add_error("sheet", str(error.sentence))
        form.refused = _refused_words(found.waiting.refused)
        form.known = found.known
    except Refused as error:
        form.add_error("sheet", str(error.sentence))
    return None


@require_GET
def import_example(request: SignedInRequest) -> HttpResponse:
    """An example sheet with our columns."""
    kind = request.GET.get("kind", ImportKind.TIPS)
    if kind not in ImportKind.values:
        raise Http404
    content = writing.example_xlsx(ImportKind(kind))
    return _file(content, XLSX_TYPE, f"mau-nhap-{kind}.xlsx")


@require_GET
def import_batch(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The dry run of one sheet; then how far it is in."""
    officer = request.officer
    batch = get_object_or_404(_seen(officer).select_related("unit"), pk=pk)
    language = get_language() or "vi"
    kinds = [
        (category_label(code, language) if code else _("Not sorted"), n)
        for code, n in batch.summary["kinds"]
    ]
    context = {
        "batch": batch,
        "summary": batch.summary,
        "kinds": kinds,
        "months": [(f"{m[5:]}/{m[:4]}", n, value) for m, n, value in batch.summary["months"]],
        "refused": _refused_words(open_rows(batch.rows_boxed).refused) if batch.is_waiting else [],
        "shown": _REFUSED_SHOWN,
        "may_decide": _may_decide(batch, officer),
    }
    return render(request, "imported/import_batch.html", context)


@require_GET
def import_refused(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The refused lines as a file; of whoever may hand the sheet in."""
    units = PROPOSING_IMPORTS.own_units(request.officer)
    batch = get_object_or_404(ImportBatch.objects.waiting().filter(unit__in=units), pk=pk)
    refused = open_rows(batch.rows_boxed).refused
    return _file(
        writing.refused_csv(ImportKind(batch.kind), refused), CSV_TYPE, "dong-khong-nhap.csv"
    )


@require_POST
def import_decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person agrees or refuses."""
    is_agreed = request.POST.get("agreed") == "1"
    try:
        proposing.decide_on_import(pk, is_agreed=is_agreed, by=request.officer)
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        words = _("Agreed. The rows come in now, a part at a time.")
        messages.success(request, words if is_agreed else _("Refused. The sheet is destroyed."))
    return redirect("import-batch", pk)


@require_POST
def import_withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Nothing of it comes in, and the sheet is destroyed."""
    try:
        proposing.withdraw_import(pk, by=request.officer)
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, _("Withdrawn. The sheet is destroyed."))
    return redirect("imports")


@require_GET
def imported_records(request: SignedInRequest, kind: ImportKind) -> HttpResponse:
    """What came in, with its words, for the desks one works for. Nothing here is work."""
    form = ImportedFilter(request.GET, words_label=_("Words of the text"))
    seen = MODELS[kind].objects.visible_to(request.officer).select_related("unit", "place")
    found, page = rows_of_page(
        request, rows_with_words(seen, form.words, "text").order_by("-on", "-id")
    )
    language = get_language() or "vi"
    for row in found:
        row.category_words = category_label(row.category, language) if row.category else ""
        row.channel_words = channel_name(row.channel) if getattr(row, "channel", "") else ""
    context = {"rows": found, "page": page, "filter": form, "kind": kind, "tips": ImportKind.TIPS}
    context["list_url"] = request.path
    return render(request, "imported/records.html", context)


def _seen(officer: Officer) -> ImportBatchQuerySet:
    return ImportBatch.objects.filter(unit__in=READING_IMPORTS.own_units(officer))


def _may_decide(batch: ImportBatch, officer: Officer) -> bool:
    may = AGREEING_TO_IMPORTS.may_act_for(officer, batch.unit)
    return batch.is_waiting and may and batch.proposed_by_id not in tied_to(officer)


def _refused_words(refused: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(line["line"], str(REFUSALS[line["why"]])) for line in refused]


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
