"""The report as a workbook: a sheet for the blocks, one for each table beside them."""

import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.chart import LineChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from keng.reports.models import Snapshot
from keng.reports.periodic import trend
from keng.reports.periodic.files.printed import PrintedReport, PrintedTable, printed_report

_TITLE_LENGTH = 31
_WHOLE, _MONEY = "#,##0", '#,##0 "đ"'
_LINK = Font(color="0563C1", underline="single")
_LINE = Border(bottom=Side(style="hair"))
_SHADE = PatternFill("solid", fgColor="E7EAEE")
_FIRST_COLUMN, _OTHERS = 58, 17
_A4 = 9


def write_xlsx(signed: Snapshot) -> bytes:
    """The whole file."""
    page, book = printed_report(signed), Workbook()
    front: Worksheet = book.active  # type: ignore[assignment] # a new book has one
    front.title = signed.span
    sheets = [(each.heading[:_TITLE_LENGTH], each) for each in page.annexes]
    named = [name for name, _each in sheets]
    periods = trend.trend_table(signed)
    _front(front, page, [*named, periods.heading], f"{settings.DESK_URL}{_list_address(signed)}")
    for name, section in sheets:
        _annex(book.create_sheet(name), section, front.title)
    chart_sheet = book.create_sheet(periods.heading)
    _annex(chart_sheet, periods, front.title)
    _line_chart(chart_sheet, periods)
    for sheet in book.worksheets:
        _set_print(sheet, page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _front(sheet: Worksheet, page: PrintedReport, sheets: list[str], address: str) -> None:
    """The heads stand below three lines, and stay in sight over all nine blocks."""
    head = page.head
    sheet.append([page.title])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([_cell(f"{head.issuer} · {head.number} · {head.place_and_date}")])
    sheet.append([None])
    for column, name in enumerate(sheets, start=1):
        _link_inside(sheet.cell(3, column), name)
    _heads(sheet, page.blocks[0].heads)
    for block in page.blocks:
        _bold(sheet, [block.heading], shaded=len(block.heads))
        _rows(sheet, block)
        _link_figures(sheet, block, address)
    sheet.append([])
    for line in (*page.lead, *page.checks):
        sheet.append([line])
        row = sheet.max_row
        cell = sheet.cell(row, 1)
        sheet.merge_cells(f"A{row}:E{row}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        # No program makes room by itself for a text over joined cells.
        sheet.row_dimensions[row].height = 15 * (1 + len(line) // 115)


def _annex(sheet: Worksheet, section: PrintedTable, front: str) -> None:
    sheet.append([section.heading])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([section.note])
    sheet.append([None])
    _link_inside(sheet.cell(3, 1), front)
    _heads(sheet, section.heads)
    _rows(sheet, section)


def _heads(sheet: Worksheet, heads: list[str]) -> None:
    _bold(sheet, heads, shaded=len(heads))
    row = sheet.max_row
    for cell in sheet[row][1:]:
        cell.alignment = Alignment(horizontal="right", wrap_text=True, vertical="top")
    sheet.freeze_panes = f"B{row + 1}"
    sheet.print_title_rows = f"{row}:{row}"


def _rows(sheet: Worksheet, section: PrintedTable) -> None:
    for number, row in enumerate(section.rows):
        sheet.append([_cell(text) for text in row])
        for at, cell in enumerate(sheet[sheet.max_row]):
            cell.border = _LINE
            cell.font = Font(bold=number in section.sums)
            cell.alignment = Alignment(horizontal="right" if at else "left", vertical="top")
            if isinstance(cell.value, float):
                cell.number_format = "+0.0%;-0.0%;0.0%"
            elif isinstance(cell.value, int):
                cell.number_format = _MONEY if row[at].endswith("đ") else _WHOLE
        first = sheet.cell(sheet.max_row, 1)
        indent = 2 if number in section.parts else 0
        first.alignment = Alignment(indent=indent, wrap_text=True, vertical="top")


def _link_figures(sheet: Worksheet, block: PrintedTable, address: str) -> None:
    """Each figure leads to its list on the desk, for whoever is signed in there."""
    first = sheet.max_row - len(block.rows) + 1
    for row, key in enumerate(block.keys, start=first):
        if key:
            cell = sheet.cell(row, 2)
            cell.hyperlink = f"{address}&line={key}"
            cell.font = Font(color="0563C1", underline="single", bold=cell.font.bold)


def _link_inside(cell: Cell | MergedCell, sheet: str) -> None:
    cell.value, cell.font = sheet, _LINK
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")


def _line_chart(sheet: Worksheet, periods: PrintedTable) -> None:
    """The trend as lines, beside its table."""
    chart = LineChart()
    chart.title, chart.height, chart.width = periods.heading, 9, 18
    first, last = 4, 4 + len(periods.rows)
    series = Reference(sheet, min_col=2, max_col=len(periods.heads), min_row=first, max_row=last)
    chart.add_data(series, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=first + 1, max_row=last))
    # Without this, programs of today draw a chart without its axes.
    chart.x_axis.delete = chart.y_axis.delete = False
    sheet.add_chart(chart, f"A{last + 2}")


def _set_print(sheet: Worksheet, page: PrintedReport) -> None:
    """A4, as wide as the sheet, with the heads on every page."""
    sheet.column_dimensions["A"].width = _FIRST_COLUMN
    for letter in "BCDE":
        sheet.column_dimensions[letter].width = _OTHERS
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_options.horizontalCentered = True
    # An ampersand begins a code there.
    footer: Any = sheet.oddFooter
    footer.center.text = f"{page.foot_of_page.replace('&', '&&')} · &P/&N"


def _list_address(signed: Snapshot) -> str:
    path = reverse("report-rows", urlconf="keng.site.desk_urls")
    return f"{path}?signed={signed.pk}"


def _bold(sheet: Worksheet, cells: Sequence[str], *, shaded: int) -> None:
    sheet.append(list(cells))
    for column in range(1, shaded + 1):
        cell = sheet.cell(sheet.max_row, column)
        cell.font, cell.fill = Font(bold=True), _SHADE
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _cell(text: str) -> str | int | float:
    """A number as a number; a text that a spreadsheet would run stays a text."""
    bare = text.removesuffix("\u00a0đ").replace(".", "").replace(",", "")
    if bare.isdigit():
        return int(bare)
    if text.endswith("\u00a0%"):
        tenths = int(bare.removesuffix("\u00a0%").replace("+", "").replace("−", "-"))
        return tenths / 1000
    return f"'{text}" if text[:1] in ("=", "+", "@") else text
