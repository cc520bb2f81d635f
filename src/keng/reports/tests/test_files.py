"""The three files read back: every figure of the nine blocks, every identity, every share."""

import io
import re
import unicodedata

import docx
import openpyxl
import pytest
from django.utils import translation
from pypdf import PdfReader

from keng.files import typeset
from keng.reports.models import Snapshot
from keng.reports.periodic import blocks, paper, report_labels, report_view, signing
from keng.reports.periodic.files import docx as docx_file
from keng.reports.periodic.files import pdf as pdf_file
from keng.reports.periodic.files import xlsx as xlsx_file
from keng.reports.tests import past, reading

pytestmark = pytest.mark.django_db
PARTS = {"vi": "trong đó", "en": "of which"}
NOT_KEPT = {"vi": "Kẻng không giữ số này", "en": "not kept here"}


@pytest.fixture
def signed(tmp_path, monkeypatch):
    """A report of a province in which no two figures are the same, so that none stands for another.

    The files are written from what is frozen, and say it whatever it is.
    """
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    desk = past.busy()
    before, found = _sign(desk, "2026-09"), _sign(desk, past.SPAN)
    for at, key in enumerate(found.figures["lines"]):
        is_kept = found.figures["lines"][key][0] is not None
        found.figures["lines"][key] = [2040 + at, 5040 + at] if is_kept else [None, None]
        before.figures["lines"][key] = [8140 + at if is_kept else None, None]
    Snapshot.objects.filter(pk=before.pk).update(figures=before.figures)
    for at, identity in enumerate(found.figures["identities"]):
        identity[2:] = [8040 + at, 8040 + at]
    return found


def _sign(desk, span):
    draft = desk.draft(span, of=desk.province)
    ask = desk.ask(span, of=desk.province)
    found = signing.sign_report(ask, seen=draft.hash, by=desk.coordinator)
    found.refresh_from_db()
    return found


@pytest.fixture(params=["vi", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def rows(signed, language):
    """Each line of each block, in order: number of the block, label, the figures as written.

    Of this period, the one before, the year before, and what became of it over the year.
    """
    labels, keys = report_labels.line_labels(), list(signed.figures["lines"])
    for block, of_block in blocks.BLOCKS.items():
        for line in of_block:
            label = f"{PARTS[language]} {labels[line.key]}" if line.is_part else labels[line.key]
            is_kept = line.rows is not None or line.number is not None
            now, year = signed.figures["lines"][line.key]
            last = None if now is None else 8140 + keys.index(line.key)
            figures = [written(n, line.unit, language) for n in (now, last, year)]
            figures.append("–" if now is None else change(now, year, language))
            yield block, label, figures if is_kept else [NOT_KEPT[language]]


def identities(signed, language):
    """What each identity says."""
    labels = report_labels.identity_labels()
    agrees = {"vi": "khớp", "en": "agrees"}[language]
    for code, _block, stated, due in signed.figures["identities"]:
        yield labels[code], f"{stated} = {due}", agrees


def written(number, unit, language):
    if number is None:
        return "–"
    if unit == "seconds":
        minutes = number // 60
        return f"{minutes} phút" if language == "vi" else f"{minutes} minutes"
    said = f"{number:,}"
    return (said.replace(",", ".") if language == "vi" else said) + (
        f"\u00a0{unit}" if unit else ""
    )


def change(now, year, language):
    tenths = round((year - now) * 1000 / year)
    return f"−{tenths // 10}{',' if language == 'vi' else '.'}{tenths % 10}\u00a0%"


def in_order(text, pieces):
    """Every piece stands in the text, each after the one before it."""
    at = 0
    for piece in pieces:
        found = text.find(unicodedata.normalize("NFC", piece), at)
        assert found >= 0, f"{piece!r} is not in {text[at : at + 300]!r}"
        at = found + len(piece)


def test_the_pdf_is_read_back_sentence_by_sentence(signed, language):
    printed = pdf_file.write_pdf(signed)
    sheets = reading.pages(printed)
    footer = re.compile(r"(?:bản|version) 1$")
    assert all(footer.search(sheet) for sheet in sheets)
    # A number over each sheet but the first.
    assert [sheet.split()[0] for sheet in sheets[1:]] == [str(n) for n in range(2, len(sheets) + 1)]
    assert sheets[0].split()[0] == {"vi": "BỘ", "en": "BỘ"}[language]
    # The letters are inside the file: no reader needs a typeface of its own.
    faces = printed.count(b"/FontFile3")
    assert faces >= 2
    assert faces == printed.count(b"/CIDToGIDMap") or faces == printed.count(b"/CIDFontType0C")


def test_the_pdf_says_what_is_a_heading_and_what_a_cell(signed, language):
    """As a screen reader walks it: every table with its heads, every figure in its row."""
    structure = reading.structure(pdf_file.write_pdf(signed))
    titles = report_labels.block_labels()
    headings = [heading.words for heading in structure.every("H1", "H2")]
    assert headings[1 : 1 + len(titles)] == [f"{n}. {title}" for n, title in titles.items()]
    tables = [read_table(table) for table in structure.every("Table")]
    for number in blocks.BLOCKS:
        wanted = [[label, *figures] for n, label, figures in rows(signed, language) if n == number]
        heads, *body = tables[number - 1]
        assert [[words(cell) for cell in row] for row in wanted] == body
        assert len(heads) == 5
    assert tables[10][1:] == [list(map(words, each)) for each in identities(signed, language)]
    assert ["Công an phường Nếnh", "9", "10", "3", "5"] in tables[11]
    assert ["Phường Nếnh", "9"] in tables[12]
    assert bytes(signed.figures_hash).hex() in structure.words.replace(" ", "")


def read_table(table):
    """Rows of cells; the first row is made of heads, which no other is."""
    found = []
    for row in table.every("TR"):
        kinds = {cell.tag for cell in row.parts}
        assert kinds == ({"TD"} if found else {"TH"})
        found.append([cell.words for cell in row.parts])
    return found


def words(text):
    """As `reading` gives text back: composed letters, single blanks."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def test_the_pdf_bears_what_a_checker_of_accessible_files_asks(signed, language):
    reader = PdfReader(io.BytesIO(pdf_file.write_pdf(signed)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == report_view.report_title(signed.figures)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_the_pdf_says_it_in_vietnamese_with_every_mark(signed):
    text = reading.structure(pdf_file.write_pdf(signed)).words
    in_order(
        text,
        [
            "BỘ CÔNG AN CÔNG AN TỈNH Số: ……/BC-CAT",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc",
            ", ngày …… tháng …… năm 2026",
            "BÁO CÁO Kết quả tiếp nhận, giải quyết tin của nhân dân tháng 10/2026",
            "Kính gửi: Bộ Công an",
            "Trong tháng 10/2026, Công an tỉnh tiếp nhận ",
            "nghĩa là: tin dẫn tới xác minh có sự thật, tới việc làm cụ thể, hoặc tới một",
            "2. Tin đến Chỉ tiêu Kỳ này Kỳ trước Cùng kỳ năm trước So cùng kỳ",
            "trong đó nhận có tên hoặc cách liên lạc, đã niêm phong ",
            "Thông báo tiếp nhận trong 3 ngày làm việc Kẻng không giữ số này",
            "Tạm đình chỉ ",
            "Trên đây là báo cáo tháng 10/2026 của Công an tỉnh./.",
            "Nơi nhận: - Như trên; - Lưu: VT. Mai",
            "PHỤ LỤC (Kèm theo Báo cáo Số: ……/BC-CAT của CÔNG AN TỈNH)",
            "Phép cân đối Số liệu Kết quả ",
            "(1) + (2) + mở lại = (3) ",
            "kết quả + tạm đình chỉ + đang giải quyết = thuộc thẩm quyền ",
            "Không xếp hạng: nơi dân tin tưởng thì báo nhiều hơn.",
            "Số liệu do Mai, điều phối cấp tỉnh, ký trong Kẻng ",
            "Dấu băm của số liệu (SHA-256): ",
        ],
    )


def test_the_same_report_is_the_same_file(signed):
    assert pdf_file.write_pdf(signed) == pdf_file.write_pdf(signed)


def test_what_is_never_ready_is_said_and_not_waited_for(signed, monkeypatch):
    monkeypatch.setattr(typeset, "TYPESET_SECONDS", 0.01)
    with pytest.raises(typeset.CannotPrint):
        pdf_file.write_pdf(signed)


def test_words_of_the_office_are_never_code_of_the_layout(signed):
    """Whoever fills in the paper writes text, whatever it looks like."""
    written = '#panic("x") = *b* $x$ \\ [ ] { } <a> @b "'
    paper.write_paper(signed.pk, wanted=_wanted(signed) | {"signer": written}, by=signed.signed_by)
    assert words(written) in reading.structure(pdf_file.write_pdf(signed)).words


def test_every_vietnamese_letter_is_drawn_upright_bold_and_slanted(signed):
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = unicodedata.normalize("NFC", "".join(v + m for v in "aăâeêioôơuưy" for m in marks))
    every = f"{letters} đ {letters.upper()} Đ"
    wanted = _wanted(signed) | {"issuer": every, "place": every[:60], "addressees": every}
    paper.write_paper(signed.pk, wanted=wanted, by=signed.signed_by)
    text = reading.structure(pdf_file.write_pdf(signed)).words
    for drawn in (every.upper(), f"{every[:60]}, ngày", f"Kính gửi: {every}", "Nơi nhận:"):
        assert drawn in text


def _wanted(signed):
    proposed = paper.paper_of_report(signed)
    return {name: getattr(proposed, name) for name in paper.PAPER_FIELDS}


def test_the_document_is_read_back(signed, language):
    document = docx.Document(io.BytesIO(docx_file.write_docx(signed)))
    tables = [[cells_of(row) for row in table.rows] for table in document.tables]
    head, foot = tables.pop(0), tables.pop(10)
    assert "Số: ……/BC-CAT" in head[0][0] or "No: ……/BC-CAT" in head[0][0]
    assert foot[0][1] == "Mai"
    for number in blocks.BLOCKS:
        wanted = [[label, *figures] for n, label, figures in rows(signed, language) if n == number]
        assert tables[number - 1][1:] == wanted
    assert tables[10][1:] == [list(identity) for identity in identities(signed, language)]
    assert tables[11][1] == ["Công an phường Nếnh", "9", "10", "3", "5"]
    assert tables[12][1] == ["Phường Nếnh", "9"]
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    in_order(said, [f"{n}. {title}" for n, title in report_labels.block_labels().items()])
    assert bytes(signed.figures_hash).hex() in said
    (sheet,) = document.sections
    assert (round(sheet.page_width.cm), round(sheet.page_height.cm, 1)) == (21, 29.7)
    assert "10/2026" in sheet.footer.paragraphs[0].text
    assert "10/2026" in sheet.first_page_footer.paragraphs[0].text
    # No sum is torn in two: a table as wide as the sheet, a no-break space before the unit.
    assert sum(column.width.cm for column in document.tables[1].columns) == pytest.approx(
        16.5, abs=0.01
    )


def cells_of(row):
    """What stands in a row; cells that were joined are one."""
    cells = dict.fromkeys(cell._tc for cell in row.cells)
    return ["".join(text.text or "" for text in cell.xpath(".//w:t")) for cell in cells]


def test_the_workbook_is_read_back_with_numbers_that_can_be_added(signed, language):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file.write_xlsx(signed)))
    front = book.worksheets[0]
    cells = [tuple(cell.value for cell in row if cell.value is not None) for row in front]
    for number, label, figures in rows(signed, language):
        assert (label, *map(counted, figures)) in cells, number
    money = next(row for row in front if row[0].value == report_labels.line_labels()["saved"])
    assert (money[1].number_format, type(money[1].value)) == ('#,##0 "đ"', int)
    assert (money[4].number_format, type(money[4].value)) == ("+0.0%;-0.0%;0.0%", float)
    agreed, desks, places, trend = (
        [[c.value for c in row] for row in sheet] for sheet in book.worksheets[1:]
    )
    for identity in identities(signed, language):
        assert list(identity) in [row[:3] for row in agreed]
    assert ["Công an phường Nếnh", 9, 10, 3, 5] in desks
    assert ["Phường Nếnh", 9] in [row[:2] for row in places]
    months = [row for row in trend if str(row[0]).endswith("/2026")]
    lines = list(signed.figures["lines"])
    assert [row[0] for row in months][-2:] == ["9/2026", "10/2026"]
    assert months[-2][1] == 8140 + lines.index("received")
    assert {row[1] for row in months[:-2]} == {{"vi": "chưa ký", "en": "not signed"}[language]}
    assert any(bytes(signed.figures_hash).hex() in str(row[0]) for row in cells if row)


def counted(figure):
    """A figure as a workbook keeps it."""
    if figure.endswith("%"):
        return -int(re.sub(r"\D", "", figure)) / 1000
    is_number = re.match(r"[\d.,]+(\u00a0đ)?$", figure)
    return int(re.sub(r"\D", "", figure)) if is_number else figure


def test_what_the_office_fills_in_is_no_formula_of_the_workbook(signed):
    issuer = '=HYPERLINK("https://xau.example","Mở")'
    paper.write_paper(signed.pk, wanted=_wanted(signed) | {"issuer": issuer}, by=signed.signed_by)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file.write_xlsx(signed)))
    cells = [cell for sheet in book.worksheets for row in sheet for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_the_workbook_prints_on_its_sheet_and_leads_on(signed):
    """As wide as the paper, with its heads always in sight, and each figure leads to its list."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file.write_xlsx(signed)))
    for sheet in book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.freeze_panes == "B5"
        assert sheet.print_title_rows == "$4:$4"
    front = book.worksheets[0]
    received = next(row for row in front if str(row[0].value).startswith("Nhận trong kỳ"))
    assert received[1].hyperlink.target.endswith(
        f"/figures/reports/rows/?signed={signed.pk}&line=received"
    )
    assert [cell.hyperlink.location for cell in front[3] if cell.hyperlink] == [
        f"'{sheet.title}'!A1" for sheet in book.worksheets[1:]
    ]
    assert len(book.worksheets[-1]._charts) == 1
