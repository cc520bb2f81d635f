"""The three files read back: every figure of the nine blocks, every identity, every share."""

import io
import re
import unicodedata

import docx
import openpyxl
import pytest
from django.utils import translation

from keng.reports.periodic import blocks, report_labels, signing
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
    ask, seen = desk.ask(of=desk.province), desk.draft(of=desk.province).hash
    found = signing.sign_report(ask, seen=seen, by=desk.coordinator)
    found.refresh_from_db()
    keys = list(found.figures["lines"])
    for at, key in enumerate(keys):
        kept = None if found.figures["lines"][key][0] is None else 0
        found.figures["lines"][key] = [kept, kept] if kept is None else [2040 + at, 5040 + at]
    for at, identity in enumerate(found.figures["identities"]):
        identity[2:] = [8040 + at, 8040 + at]
    return found


@pytest.fixture(params=["vi", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def rows(signed, language):
    """Each line of each block, in order: number of the block, label, both figures as written."""
    labels = report_labels.line_labels()
    for block, of_block in blocks.BLOCKS.items():
        for line in of_block:
            label = f"{PARTS[language]} {labels[line.key]}" if line.is_part else labels[line.key]
            is_kept = line.rows is not None or line.number is not None
            figures = [written(n, line.unit, language) for n in signed.figures["lines"][line.key]]
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
    return (said.replace(",", ".") if language == "vi" else said) + (f" {unit}" if unit else "")


def in_order(text, pieces):
    """Every piece stands in the text, each after the one before it."""
    at = 0
    for piece in pieces:
        found = text.find(unicodedata.normalize("NFC", piece), at)
        assert found >= 0, f"{piece!r} is not in {text[at : at + 300]!r}"
        at = found + len(piece)


def everything(signed, language):
    titles, block = report_labels.block_labels(), 0
    for number, label, figures in rows(signed, language):
        if number != block:
            block = number
            yield f"{number}. {titles[number]}"
        yield " ".join((label, *figures))
    for identity in identities(signed, language):
        yield " ".join(identity)
    yield "Công an phường Nếnh 9 10 3 5"
    yield "Phường Nếnh 9"
    yield bytes(signed.figures_hash).hex()


def test_the_pdf_is_read_back_sentence_by_sentence(signed, language):
    printed = pdf_file.write(signed)
    sheets = reading.pages(printed)
    footer = re.compile(r"(?:bản|version) 1 · (\d)/ ?(\d)$")
    assert [footer.search(sheet).groups() for sheet in sheets] == [
        (str(n), str(len(sheets))) for n in range(1, len(sheets) + 1)
    ]
    in_order(" ".join(sheets), everything(signed, language))
    # The letters are inside the file: no reader needs a typeface of its own.
    assert printed.count(b"/FontFile2") == printed.count(b"/ToUnicode") == 2
    assert f"/Lang ({language})".encode() in printed


def test_the_pdf_says_it_in_vietnamese_with_every_mark(signed):
    text = " ".join(reading.pages(pdf_file.write(signed)))
    in_order(
        text,
        [
            "Báo cáo tháng 10/2026, Công an tỉnh Bản 1, ký ",
            "nghĩa là: tin dẫn tới xác minh có sự thật, tới việc làm cụ thể, hoặc tới một",
            "2. Tin đến Chỉ tiêu Kỳ này Cùng kỳ năm trước",
            "trong đó nhận có tên hoặc cách liên lạc, đã niêm phong ",
            "Thông báo tiếp nhận trong 3 ngày làm việc Kẻng không giữ số này",
            "Tạm đình chỉ ",
            "Phép cân đối Số liệu Kết quả (1) + (2) + mở lại = (3) ",
            "kết quả + tạm đình chỉ + đang giải quyết = thuộc thẩm quyền ",
            "Không xếp hạng: nơi dân tin tưởng thì báo nhiều hơn.",
            "Người ký: Mai, điều phối cấp tỉnh Dấu băm của số liệu (SHA-256): ",
        ],
    )


def test_a_letter_that_the_table_of_a_typeface_lacks_is_not_read_back(signed):
    """The reader above reads what the file says: without its table there is nothing to read."""
    printed = pdf_file.write(signed)
    with pytest.raises(ValueError, match="not enough values"):
        reading.pages(printed.replace(b"/ToUnicode", b"/ToNothing"))


def test_the_document_is_read_back(signed, language):
    paper = docx.Document(io.BytesIO(docx_file.write(signed)))
    tables = [[cells_of(row) for row in table.rows] for table in paper.tables]
    for number in blocks.BLOCKS:
        wanted = [[label, *figures] for n, label, figures in rows(signed, language) if n == number]
        assert tables[number - 1][1:] == wanted
    assert tables[9][1:] == [list(identity) for identity in identities(signed, language)]
    assert tables[10][1] == ["Công an phường Nếnh", "9", "10", "3", "5"]
    assert tables[11][1] == ["Phường Nếnh", "9"]
    said = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    in_order(said, [f"{n}. {title}" for n, title in report_labels.block_labels().items()])
    assert bytes(signed.figures_hash).hex() in said
    (sheet,) = paper.sections
    assert (round(sheet.page_width.cm), round(sheet.page_height.cm, 1)) == (21, 29.7)
    assert "10/2026" in sheet.footer.paragraphs[0].text


def cells_of(row):
    """What stands in a row; cells that were joined are one."""
    cells = dict.fromkeys(cell._tc for cell in row.cells)
    return ["".join(text.text or "" for text in cell.xpath(".//w:t")) for cell in cells]


def test_the_workbook_is_read_back_with_numbers_that_can_be_added(signed, language):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file.write(signed)))
    front = book.worksheets[0]
    cells = [tuple(cell.value for cell in row if cell.value is not None) for row in front]
    for number, label, figures in rows(signed, language):
        wanted = tuple(
            int(re.sub(r"\D", "", f)) if re.match(r"[\d.,]+( đ)?$", f) else f for f in figures
        )
        assert (label, *wanted) in cells, number
    for identity in identities(signed, language):
        assert identity in cells
    money = next(row for row in front if row[0].value == report_labels.line_labels()["saved"])
    assert (money[1].number_format, type(money[1].value)) == ('#,##0 "đ"', int)
    desks, places = ([[c.value for c in row] for row in sheet] for sheet in book.worksheets[1:])
    assert ["Công an phường Nếnh", 9, 10, 3, 5] in desks
    assert ["Phường Nếnh", 9] in [row[:2] for row in places]
    assert any(bytes(signed.figures_hash).hex() in str(row[0]) for row in cells if row)
