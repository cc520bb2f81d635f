"""The report as a document that an office edits, adds to and files."""

import io

from django.utils.translation import get_language
from docx import Document
from docx.document import Document as Paged
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import Table, _Cell

from keng.reports.models import Snapshot
from keng.reports.periodic.files.printed import PrintedTable, printed_report

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Sheet, margins and typeface of administrative documents in Viet Nam (Decree 30/2020).
_FACE = "Times New Roman"
_SHEET = {
    "page_width": Cm(21),
    "page_height": Cm(29.7),
    "top_margin": Cm(2),
    "bottom_margin": Cm(2),
    "left_margin": Cm(3),
    "right_margin": Cm(1.5),
}
_WIDTH = Cm(16.5)
# How wide the first column is, by how many there are.
_FIRST = {2: Cm(13), 3: Cm(10.5)}
_SPOKEN = {"vi": "vi-VN", "en": "en-US"}


def write(signed: Snapshot) -> bytes:
    """The whole file."""
    page, document = printed_report(signed), Document()
    _set_styles(document)
    document.core_properties.title = page.title
    _number_pages(document, page.foot_of_page)
    document.add_heading(page.title, level=1)
    for line in page.lead:
        document.add_paragraph(line)
    for section in page.sections:
        document.add_heading(section.heading, level=2)
        _table(document.add_table(rows=1, cols=len(section.heads)), section)
        if section.note:
            document.add_paragraph(section.note)
    document.add_paragraph()
    for line in page.foot:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_styles(document: Paged) -> None:
    """Sheet, typeface and language, so that no speller marks every word."""
    for name, length in _SHEET.items():
        setattr(document.sections[0], name, length)
    for name, size in (("Normal", 12), ("Heading 1", 15), ("Heading 2", 13)):
        style = document.styles[name]
        style.font.name, style.font.size = _FACE, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        for of in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            style.element.rPr.rFonts.set(qn(of), _FACE)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(theme), None)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), _SPOKEN.get(get_language() or "vi", "vi-VN"))
    document.styles["Normal"].element.get_or_add_rPr().append(spoken)


def _number_pages(document: Paged, foot: str) -> None:
    """At the foot of each sheet what it belongs to, and its number."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(f"{foot} · ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 -- python-docx has no word for a page number


def _table(table: Table, section: PrintedTable) -> None:
    table.style = "Table Grid"
    table.autofit = False
    first = _FIRST.get(len(section.heads), Cm(6.5))
    rest = Length((_WIDTH - first) // (len(section.heads) - 1))
    widths = [first, *(rest,) * (len(section.heads) - 1)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _row(table.rows[0].cells, section.heads, widths, bold=True)
    # A table that goes on over the page says again what its columns are.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    for number, row in enumerate(section.rows):
        cells = table.add_row().cells  # type: ignore[no-untyped-call] # of python-docx
        _row(cells, row, widths, bold=number in section.sums)
        if number in section.parts:
            cells[0].paragraphs[0].paragraph_format.left_indent = Cm(0.5)


def _row(cells: tuple[_Cell, ...], texts: list[str], widths: list[Length], *, bold: bool) -> None:
    for cell, width in zip(cells, widths, strict=True):
        cell.width = width
    for at, text in enumerate(texts):
        is_last = at == len(texts) - 1
        _put(cells[at].merge(cells[-1]) if is_last else cells[at], text, bold=bold, right=at > 0)


def _put(cell: _Cell, text: str, *, bold: bool, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text).bold = bold
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
