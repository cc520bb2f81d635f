"""The report as a document that an office edits, adds to and files."""

import io
from collections.abc import Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as Paged
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from keng.reports.models import Snapshot
from keng.reports.periodic.files.printed import (
    Letterhead,
    PrintedReport,
    PrintedTable,
    printed_report,
)

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
# How wide each column is, by how many there are: a sum of billions fits on one line.
_COLUMNS = {2: (13, 3.5), 3: (10.5, 3, 3), 5: (5.3, 3, 3, 3, 2.2)}
_FACTS = (5.5, 2.75, 2.75, 2.75, 2.75)
_SPOKEN = {"vi": "vi-VN", "en": "en-US"}
_CENTER, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_BODY, _SMALL, _IN_TABLES = 14, 11, 11


def write_docx(signed: Snapshot) -> bytes:
    """The whole file."""
    page, document = printed_report(signed), Document()
    set_office_styles(document)
    document.core_properties.title = page.title
    document.core_properties.author = page.head.issuer
    number_pages(document, page.foot_of_page)
    _head(document, page.head)
    for line in page.lead:
        _text(document, line)
    for section in page.blocks:
        _section(document, section)
    _text(document, page.closing, space=12)
    _foot(document, page.head)
    _annexes(document, page)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def set_office_styles(document: Paged) -> None:
    """Sheet, typeface and language, so that no speller marks every word."""
    for name, length in _SHEET.items():
        setattr(document.sections[0], name, length)
    for name, size in (("Normal", _BODY), ("Heading 1", _BODY), ("Heading 2", _BODY)):
        style = document.styles[name]
        style.font.name, style.font.size = _FACE, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        for of in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            style.element.rPr.rFonts.set(qn(of), _FACE)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(theme), None)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), _SPOKEN.get(get_language() or "vi", "vi-VN"))
    document.styles["Normal"].element.get_or_add_rPr().append(spoken)


def number_pages(document: Paged, foot: str) -> None:
    """A number over each sheet but the first; at its foot what it belongs to."""
    sheet = document.sections[0]
    sheet.different_first_page_header_footer = True
    number = sheet.header.paragraphs[0]
    number.alignment = _CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)  # noqa: SLF001 -- python-docx has no word for a page number
    for footer in (sheet.footer, sheet.first_page_footer):
        footer.paragraphs[0].alignment = _CENTER
        footer.paragraphs[0].add_run(foot).font.size = Pt(9)


def _head(document: Paged, head: Letterhead) -> None:
    """Body and number on the left, state and date on the right; then what it is and for whom."""
    left, right = _two_columns(document, 6.5, 10)
    _lines(
        left,
        [(head.above, "", 12), (head.issuer, "b", 12), ("", "rule 5", 4), (head.number, "", 13)],
    )
    _lines(
        right,
        [
            (head.nation, "b", 12),
            (head.motto, "b", 13),
            ("", "rule 3", 4),
            (head.place_and_date, "i", 13),
        ],
    )
    title = document.add_heading(level=1)
    title.alignment = _CENTER
    title.paragraph_format.space_before = Pt(18)
    title.add_run(head.kind).add_break()
    title.add_run(head.about)
    _rule(document.add_paragraph(), Cm(6.5))
    if head.addressees:
        to = document.add_paragraph()
        to.paragraph_format.left_indent = Cm(3)
        to.add_run(_("To: %(whom)s") % {"whom": "; ".join(head.addressees)})


def _foot(document: Paged, head: Letterhead) -> None:
    """Who gets it on the left, who signs on the right."""
    left, right = _two_columns(document, 8, 8.5)
    _lines(left, [(_("Recipients:"), "bi", 12), *((line, "", 11) for line in head.recipients)])
    for paragraph in left.paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    # Room for the signature and the seal.
    blank = [("", "", 14)] * 4
    signs = [(line.upper(), "b", 14) for line in head.capacity]
    _lines(right, [*signs, *blank, (head.signer, "b", 14)])


def _annexes(document: Paged, page: PrintedReport) -> None:
    title = document.add_heading(level=1)
    title.alignment = _CENTER
    title.paragraph_format.page_break_before = True
    title.add_run(_("ANNEX"))
    with_what = document.add_paragraph()
    with_what.alignment = _CENTER
    told = {"number": page.head.number, "issuer": page.head.issuer}
    with_what.add_run(_("(With the report %(number)s of %(issuer)s)") % told).italic = True
    for section in page.annexes:
        _section(document, section)
    for line in page.checks:
        _text(document, line, size=_SMALL)


def _two_columns(document: Paged, left: float, right: float) -> tuple[_Cell, _Cell]:
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    cells = table.rows[0].cells
    for cell, column, width in zip(cells, table.columns, (Cm(left), Cm(right)), strict=True):
        column.width = cell.width = width
    # They stay on one sheet.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
    return cells[0], cells[1]


def _lines(cell: _Cell, lines: list[tuple[str, str, int]]) -> None:
    """Centred lines, each with how it is set (b, i or a rule of some centimetres) and its size."""
    paragraph = cell.paragraphs[0]
    for at, (text, style, size) in enumerate(lines):
        paragraph = cell.add_paragraph() if at else paragraph
        paragraph.alignment = _CENTER
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        run.bold, run.italic = "b" in style, "i" in style
        if style.startswith("rule"):
            run.bold = run.italic = None
            _rule(paragraph, Cm(int(style.split()[1]) / 2))


def _rule(paragraph: Paragraph, indent: Length) -> None:
    """A line across the paragraph, shorter by an indent on both sides."""
    paragraph.paragraph_format.left_indent = indent
    paragraph.paragraph_format.right_indent = indent
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    # Where the schema has it: behind the style and what keeps lines together.
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _text(document: Paged, text: str, *, size: int = _BODY, space: int = 0) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(text).font.size = Pt(size)
    paragraph.paragraph_format.space_before = Pt(space)
    # No signature stands on a sheet without a word of what is signed.
    paragraph.paragraph_format.keep_with_next = space > 0
    if size == _BODY:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = Cm(1)


def _section(document: Paged, section: PrintedTable) -> None:
    document.add_heading(section.heading, level=2)
    _table(document.add_table(rows=1, cols=len(section.heads)), section)
    if section.note:
        _text(document, section.note, size=_SMALL)


def _table(table: Table, section: PrintedTable) -> None:
    table.style = "Table Grid"
    table.autofit = False
    columns = _FACTS if not section.keys and len(section.heads) == 5 else None
    widths = [Cm(width) for width in columns or _COLUMNS[len(section.heads)]]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _row(table.rows[0].cells, section.heads, widths, bold=True)
    # A table that goes on over the page says again what its columns are.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    for number, row in enumerate(section.rows):
        added = table.add_row()  # type: ignore[no-untyped-call] # of python-docx
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
        _row(added.cells, row, widths, bold=number in section.sums)
        if number in section.parts:
            added.cells[0].paragraphs[0].paragraph_format.left_indent = Cm(0.5)


def _row(
    cells: tuple[_Cell, ...], texts: list[str], widths: Sequence[Length], *, bold: bool
) -> None:
    for cell, width in zip(cells, widths, strict=True):
        cell.width = width
    for at, text in enumerate(texts):
        is_last = at == len(texts) - 1
        _put(cells[at].merge(cells[-1]) if is_last else cells[at], text, bold=bold, right=at > 0)


def _put(cell: _Cell, text: str, *, bold: bool, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(_IN_TABLES)
    if right:
        paragraph.alignment = _RIGHT
