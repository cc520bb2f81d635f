"""Files that leave: an example sheet, and the lines that were refused with why."""

import csv
import datetime
import io
from typing import Any

from django.utils.translation import gettext as _

from keng.imported.columns import LAYOUTS
from keng.imported.models import ImportKind
from keng.imported.refusals import REFUSALS
from keng.language.category_names import category_choices
from keng.language.taxonomy import categories
from keng.network.sheets.cells import YES
from keng.network.sheets.reading import guard_formula
from keng.tips.models import Tip

_WIDTHS = {"words": 60, "place": 30, "category": 30, "outcome": 26}


def example_xlsx(kind: ImportKind) -> bytes:
    """The columns with one example line, and a second page that says what belongs into each."""
    # Six megabytes of library, for which the desk waits until somebody wants a sheet.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book, layout = Workbook(), LAYOUTS[kind]
    page, example = book.worksheets[0], _example()
    page.title = str(kind.label)
    page.freeze_panes = "A2"
    for at, column in enumerate(layout.columns, 1):
        page.cell(1, at, str(column.heading)).font = Font(bold=True)
        page.cell(2, at, example[column.key])
        page.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(column.key, 18)
    hints = book.create_sheet(_("How to fill it in"))
    hints.append([_("Column"), _("What belongs there")])
    for column in layout.columns:
        hints.append([str(column.heading), str(column.hint)])
    hints.append([])
    for _code, label in category_choices(categories()):
        hints.append([_("Category"), str(label)])
    for outcome in Tip.Outcome:
        if outcome.value and kind == ImportKind.TIPS:
            hints.append([_("Outcome"), str(outcome.label)])
    for at, width in enumerate((34, 90), 1):
        hints.column_dimensions[get_column_letter(at)].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _example() -> dict[str, Any]:
    first = next(label for _code, label in category_choices(categories()))
    return {
        "on": datetime.date(2024, 3, 25).strftime("%d/%m/%Y"),
        "place": "",
        "category": str(first),
        "words": _("Example: delete this line before you fill the sheet in."),
        "channel": "Zalo",
        "outcome": str(Tip.Outcome.SOLVED.label),
        "ended": datetime.date(2024, 4, 2).strftime("%d/%m/%Y"),
        "value": str(YES),
        "count": 1,
        "groups": 3,
        "number": "1",
    }


def refused_csv(kind: ImportKind, refused: list[dict[str, Any]]) -> bytes:
    """The lines as they were written, their numbers and why, as Excel in Vietnam expects it."""
    columns = LAYOUTS[kind].columns
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_("Line"), _("Why it does not come in"), *(str(c.heading) for c in columns)])
    for line in refused:
        cells = [guard_formula(line["cells"].get(column.key, "")) for column in columns]
        writer.writerow([line["line"], str(REFUSALS[line["why"]]), *cells])
    return out.getvalue().encode("utf-8-sig")
