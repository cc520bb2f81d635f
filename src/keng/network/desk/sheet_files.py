"""Files that go out around a sheet: an example of one, and the rows that were refused."""

import csv
import io
from collections.abc import Iterable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.network.sheets.columns import SheetLayout
from keng.network.sheets.plan_base import PlannedWithErrors, SheetPlan
from keng.network.sheets.plan_establishments import ESTABLISHMENT_LAYOUT
from keng.network.sheets.plan_hamlets import HAMLET_LAYOUT
from keng.network.sheets.plan_leads import LEAD_LAYOUT
from keng.network.sheets.reading import Sheet, guard_formula
from keng.network.sheets.writing import CSV_TYPE

E = TypeVar("E", bound=PlannedWithErrors)
# Layout and file name, by the first part of the address.
EXAMPLES = {
    "establishments": (ESTABLISHMENT_LAYOUT, "vi-du-co-so.csv"),
    "hamlets": (HAMLET_LAYOUT, "vi-du-thon.csv"),
    "leads": (LEAD_LAYOUT, "vi-du-dau-moi.csv"),
}


@require_safe
def sheet_example(request: HttpRequest, kind: str) -> HttpResponse:
    """The headings and one row that shows how it is filled in."""
    layout, name = EXAMPLES[kind]
    cells = [str(column.example) for column in layout.columns]
    return _csv_file([[str(column.heading) for column in layout.columns], cells], name)


def refused_file(sheet: Sheet, plan: SheetPlan[E], layout: SheetLayout) -> HttpResponse:
    """The refused rows as they came, with number and reason: mended, the file can come in again."""
    by_number = {line.number: line for line in sheet.lines}
    rows = [[*(str(column.heading) for column in layout.columns), _("Row"), _("What is wrong")]]
    for row in plan.wrong:
        line = by_number[row.number]
        written = [line.cells.get(column.key, "") for column in layout.columns]
        rows.append([*written, str(row.number), "; ".join(row.errors)])
    return _csv_file(rows, "dong-bi-tu-choi.csv")


def _csv_file(rows: Iterable[list[str]], name: str) -> HttpResponse:
    """With the mark and the semicolons that Excel in Vietnam expects."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    for cells in rows:
        writer.writerow([guard_formula(cell) for cell in cells])
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
