"""The report as a workbook: a sheet for the blocks, one for desks, one for communes."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from keng.reports.models import Snapshot
from keng.reports.periodic.files.printed import PrintedReport, PrintedTable, printed_report

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLE_LENGTH = 31
_WHOLE, _MONEY = "#,##0", '#,##0 "đ"'


def write(signed: Snapshot) -> bytes:
    """The whole file."""
    page, book = printed_report(signed), Workbook()
    first: Worksheet = book.active  # type: ignore[assignment] # a new book has one
    first.title = signed.span
    blocks = [section for section in page.sections if len(section.heads) == 3]
    _front(first, page, blocks)
    for section in page.sections:
        if section not in blocks:
            _section(book.create_sheet(section.heading[:_TITLE_LENGTH]), section)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _front(sheet: Worksheet, page: PrintedReport, sections: list[PrintedTable]) -> None:
    sheet.append([page.title])
    sheet["A1"].font = Font(bold=True, size=14)
    for line in page.lead:
        sheet.append([line])
    for section in sections:
        sheet.append([])
        _section(sheet, section)
    sheet.append([])
    for line in page.foot:
        sheet.append([line])


def _section(sheet: Worksheet, section: PrintedTable) -> None:
    _bold(sheet, [section.heading])
    _bold(sheet, section.heads)
    for number, row in enumerate(section.rows):
        cells = [_cell(text) for text in row]
        if number in section.sums:
            _bold(sheet, cells)
        else:
            sheet.append(cells)
        for at, cell in enumerate(sheet[sheet.max_row]):
            if isinstance(cell.value, int):
                cell.number_format = _MONEY if row[at].endswith("đ") else _WHOLE
        if number in section.parts:
            sheet.cell(sheet.max_row, 1).alignment = Alignment(indent=2)
    if section.note:
        sheet.append([section.note])
    sheet.column_dimensions["A"].width = 58
    for letter in "BCDE":
        sheet.column_dimensions[letter].width = 20


def _bold(sheet: Worksheet, cells: Sequence[str | int]) -> None:
    sheet.append(list(cells))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _cell(text: str) -> str | int:
    """A number as a number; a text that a spreadsheet would run stays a text."""
    bare = text.removesuffix(" đ").replace(".", "").replace(",", "")
    if bare.isdigit():
        return int(bare)
    return f"'{text}" if text[:1] in ("=", "+", "@") else text
