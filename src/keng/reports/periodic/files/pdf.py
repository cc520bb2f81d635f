"""The report as PDF, with every Vietnamese letter inside the file."""

from importlib import resources

from django.utils.translation import get_language
from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout
from fpdf.table import Row

from keng.reports.models import Snapshot
from keng.reports.periodic.files.printed import PrintedTable, printed_report

TYPE = "application/pdf"
_FACE, _SIZE = "BeVietnamPro", 10
_LINE = 5.2
_BOLD = FontFace(emphasis="BOLD")
# How wide the first column is, by how many there are; the others share the rest of 160.
_FIRST = {2: 130, 3: 100}
_INDENT = 5


class _Page(FPDF):
    """Portrait A4; at the foot of each sheet what it belongs to, and its number."""

    foot = ""

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(_FACE, size=8)
        self.cell(0, 8, f"{self.foot} · {self.page_no()}/{{nb}}", align="C")


def write(signed: Snapshot) -> bytes:
    """The whole file."""
    page, pdf = printed_report(signed), _Page(format="A4")
    pdf.foot = page.foot_of_page
    pdf.set_margins(18, 16)
    pdf.set_auto_page_break(auto=True, margin=18)
    folder = resources.files("fontpkg_be_vietnam_pro") / "files"
    for style, name in (("", "BeVietnamPro-Regular.ttf"), ("B", "BeVietnamPro-Bold.ttf")):
        with resources.as_file(folder / name) as path:
            pdf.add_font(_FACE, style, path)
    pdf.set_title(page.title)
    pdf.set_lang(get_language() or "vi")
    pdf.set_creation_date(signed.signed_at)
    pdf.set_draw_color(170)
    pdf.add_page()
    _text(pdf, page.title, size=15, bold=True)
    for line in page.lead:
        _text(pdf, line)
    for section in page.sections:
        _section(pdf, section)
    pdf.ln(4)
    for line in page.foot:
        _text(pdf, line)
    return bytes(pdf.output())


def _text(pdf: FPDF, text: str, *, size: int = _SIZE, bold: bool = False) -> None:
    pdf.set_font(_FACE, "B" if bold else "", size)
    pdf.multi_cell(0, size * 0.52, text, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.ln(1)


def _section(pdf: FPDF, section: PrintedTable) -> None:
    # A block stays on one sheet where it can; a long list of communes begins where it falls.
    whole = _LINE * (len(section.rows) + 4)
    if pdf.will_page_break(whole if whole < pdf.eph else _LINE * 5):
        pdf.add_page()
    pdf.ln(3)
    _text(pdf, section.heading, size=12, bold=True)
    pdf.set_font(_FACE, size=9)
    others = len(section.heads) - 1
    first = _FIRST.get(len(section.heads), 60)
    with pdf.table(
        col_widths=(first, *((160 - first) / others,) * others),
        text_align=("LEFT", *("RIGHT",) * others),
        line_height=_LINE,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=_BOLD,
    ) as table:
        table.row(section.heads)
        for number, row in enumerate(section.rows):
            style = _BOLD if number in section.sums else None
            _row(table.row(style=style), row, section, is_part=number in section.parts)
    if section.note:
        _text(pdf, section.note, size=9)


def _row(into: Row, cells: list[str], section: PrintedTable, *, is_part: bool) -> None:
    label, *values = cells
    into.cell(label, padding=(0, 0, 0, _INDENT) if is_part else None)
    for value in values[:-1]:
        into.cell(value)
    into.cell(values[-1], colspan=len(section.heads) - len(cells) + 1)
