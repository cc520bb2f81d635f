"""The same sheet outwards: what is exported can be imported again and changes nothing."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keng.network.forms.groups import group_channel_name, group_channels
from keng.network.models import Group, GroupKind
from keng.network.sheets import cells
from keng.network.sheets.columns import GROUP_COLUMNS
from keng.network.sheets.places_in_cells import Territory
from keng.network.sheets.reading import guard_formula

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
_WIDTHS = {"name": 36, "place": 34, "unit": 28, "channel": 34, "leads": 30, "address": 24}


def group_cells(groups: Iterable[Group], territory: Territory) -> Iterator[list[str | int]]:
    """One row a group, in the order of the columns; nothing in it would be run by a spreadsheet."""
    written: dict[object, str] = {}
    for group in groups:
        place = territory.places.get(group.place_id)
        if place and place.pk not in written:
            written[place.pk] = territory.name_of(place)
        named = [lead.name for lead in group.leads.all() if lead.stopped_at is None]
        cells_of: list[str | int] = [
            group.name,
            str(GroupKind(group.kind).label),
            written[place.pk] if place else group.place.full_name,
            territory.units[group.unit_id].name,
            group_channel_name(group.channel),
            group.channel_address,
            group.member_count,
            "; ".join(sorted(named)),
            str(group.officer_in_charge or ""),
            str(cells.YES if group.is_active else cells.NO),
        ]
        yield [guard_formula(text) if isinstance(text, str) else text for text in cells_of]


def groups_csv(rows: Iterable[list[str | int]]) -> bytes:
    """With the mark and the semicolons that Excel in Vietnam expects."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([str(column.heading) for column in GROUP_COLUMNS])
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def groups_xlsx(rows: Iterable[list[str | int]]) -> bytes:
    """A workbook whose cells are text and numbers only."""
    book = _new()
    page = _page(book)
    for number, row in enumerate(rows, 2):
        for at, value in enumerate(row, 1):
            cell = page.cell(number, at, value)
            # Said outright: openpyxl takes text that begins with "=" for a formula.
            cell.data_type = "n" if isinstance(value, int) else "s"
    return _bytes(book)


def template_xlsx() -> bytes:
    """An empty sheet, with a second page that says what belongs into each column."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 -- see _new

    book = _new()
    _page(book)
    help_page = book.create_sheet(_("How to fill it in"))
    help_page.append([_("Column"), _("Needed"), _("What belongs there")])
    for column in GROUP_COLUMNS:
        needed = cells.YES if column.is_required else cells.NO
        help_page.append([str(column.heading), str(needed), str(column.hint)])
    help_page.append([])
    for kind in GroupKind:
        help_page.append([_("Kind"), "", str(kind.label)])
    for _code, label in group_channels():
        help_page.append([_("How it is reached"), "", label])
    for at, width in enumerate((40, 10, 80), 1):
        help_page.column_dimensions[get_column_letter(at)].width = width
    return _bytes(book)


def _new() -> "Workbook":
    # Six megabytes of library, for which the desk waits until somebody wants a sheet.
    from openpyxl import Workbook  # noqa: PLC0415

    return Workbook()


def _page(book: "Workbook") -> "Worksheet":
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- see _new
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    page = book.worksheets[0]
    page.title = _("Groups")
    page.freeze_panes = "A2"
    for at, column in enumerate(GROUP_COLUMNS, 1):
        cell = page.cell(1, at, str(column.heading))
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(column.key, 18)
    return page


def _bytes(book: "Workbook") -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
