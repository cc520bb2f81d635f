"""The report as a document that an office edits, adds to and files."""

import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table, _Cell

from keng.reports.models import Snapshot
from keng.reports.periodic.files.paper import Section, paper

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The typeface of administrative documents in Viet Nam (Decree 30/2020).
_FACE = "Times New Roman"


def write(signed: Snapshot) -> bytes:
    """The whole file."""
    page, document = paper(signed), Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FACE, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FACE)
    document.core_properties.title = page.title
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


def _table(table: Table, section: Section) -> None:
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, section.heads, strict=True):
        _put(cell, head, bold=True)
    for number, row in enumerate(section.rows):
        cells = table.add_row().cells  # type: ignore[no-untyped-call] # of python-docx
        for at, (cell, text) in enumerate(zip(cells, row, strict=True)):
            _put(cell, text, bold=number in section.sums, right=at > 0)


def _put(cell: _Cell, text: str, *, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text).bold = bold
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
