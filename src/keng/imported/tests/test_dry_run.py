"""What of a sheet would come in, and what is refused, line by line."""

import datetime

import pytest

from keng.imported.columns import LAYOUTS
from keng.imported.models import ImportKind
from keng.imported.tests.office import look_at, make_office, take_in
from keng.imported.writing import example_xlsx, refused_csv
from keng.kit import times
from keng.network.sheets.reading import read_sheet
from keng.retention.tests.world import period
from keng.warnings.models import Warning
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_office()


def test_lines_come_in_with_old_names_of_communes_and_totals(office):
    found = look_at(
        office,
        "25/03/2024;Xã Bãi Cũ;Trộm cắp tài sản;;Zalo;Đã làm rõ;02/04/2024;Có;;",
        "03/2024;;;;;;;;40;",
        "2024-05-01 00:00:00;Đồng Xanh;;;nhóm chợ;;;Không;;",
    )
    one, total, third = found.waiting.rows
    assert found.waiting.refused == []
    assert one["place"] == str(office.place.pk)
    assert one["unit"] == str(office.desk.pk)
    assert (one["outcome"], one["value"], one["channel"]) == ("solved", "of_value", "zalo_oa")
    assert (total["count"], total["is_month"], total["unit"]) == (40, True, str(office.province.pk))
    assert (third["value"], third["channel"]) == ("not_of_value", "")
    assert found.summary["months"] == [["2024-03", 41, 1], ["2024-05", 1, 0]]
    assert found.summary["notes"] == {"no_channel": 1}


REFUSED = [
    (";;;;;;;;2;", "no_date"),
    ("hôm qua;;;;;;;;;", "bad_date"),
    ("31/02/2024;;;;;;;;;", "bad_date"),
    ("01/01/2019;;;;;;;;;", "early_date"),
    ("01/01/2199;;;;;;;;;", "future_date"),
    ("01/03/2024;Xã Không Có;;;;;;;;", "no_place"),
    ("01/03/2024;;Chuyện lạ;;;;;;;", "no_category"),
    ("01/03/2024;;;;;Hay lắm;;;;", "no_outcome"),
    ("01/03/2024;;;;;;02/03/2024;;;", "end_without_outcome"),
    ("01/03/2024;;;;;Đã làm rõ;mai;;;", "bad_end"),
    ("01/03/2024;;;;;Đã làm rõ;01/02/2024;;;", "end_before_start"),
    ("01/03/2024;;;;;;;chắc vậy;;", "bad_value"),
    ("01/03/2024;;;;;;;;-4;", "bad_count"),
    ("01/03/2024;;;;;;;;0;", "bad_count"),
    ("01/03/2024;;;Có lời;;;;;7;", "total_with_words"),
    (f"01/03/2024;;;{'a' * 2001};;;;;;", "long_words"),
    ("01/03/2024;;;=1+1;;;;;;", "formula"),
]


def test_each_wrong_line_is_refused_with_its_reason_and_keeps_no_other_out(office):
    good = "01/03/2024;;;;;;;;;"
    found = look_at(office, good, *(line for line, _why in REFUSED))
    assert len(found.waiting.rows) == 1
    assert [line["why"] for line in found.waiting.refused] == [why for _line, why in REFUSED]
    assert [line["line"] for line in found.waiting.refused] == list(range(3, 3 + len(REFUSED)))
    file = refused_csv(ImportKind.TIPS, found.waiting.refused).decode("utf-8-sig")
    assert "Xã Không Có" in file
    assert "'=1+1" in file


FIRST_DAY = datetime.date(2026, 3, 12)


def refused_lines(found):
    assert {line["why"] for line in found.waiting.refused} == {"counted_here"}
    return [line["line"] for line in found.waiting.refused]


def test_what_was_counted_here_does_not_come_in_again(office):
    make.tip(unit=office.desk, received_at=times.start_of(FIRST_DAY))
    make.tip(unit=office.province, received_at=times.start_of(datetime.date(2026, 5, 1)))
    found = look_at(
        office,
        "11/03/2026;Đồng Xanh;;;;;;;;",
        "12/03/2026;Đồng Xanh;;;;;;;;",
        # A month of which the last days were counted here.
        "03/2026;Đồng Xanh;;;;;;;9;",
        "02/2026;Đồng Xanh;;;;;;;9;",
        # The province as a whole is all of its desks.
        "11/03/2026;;;;;;;;;",
        "12/03/2026;;;;;;;;;",
        "03/2026;Tỉnh Kiểm Thử;;;;;;;9;",
    )
    assert refused_lines(found) == [3, 4, 7, 8]


def test_warnings_published_here_do_not_come_in_again(office):
    for at in (None, times.start_of(FIRST_DAY)):
        Warning.objects.create(unit=office.desk, author=office.commander, published_at=at)
    make.tip(unit=office.desk, received_at=times.start_of(datetime.date(2026, 1, 1)))
    lines = ("11/03/2026;Đồng Xanh;Lời", "12/03/2026;Đồng Xanh;Lời", "12/03/2026;;Lời")
    head = "Ngày;Xã, phường;Nội dung cảnh báo"
    assert refused_lines(look_at(office, *lines, kind=ImportKind.WARNINGS, head=head)) == [3, 4]


def test_a_warning_needs_the_day_it_went_out(office):
    lines = ("03/2024;Đồng Xanh;Lời", "25/03/2024;Đồng Xanh;Lời")
    head = "Ngày;Xã, phường;Nội dung cảnh báo"
    found = look_at(office, *lines, kind=ImportKind.WARNINGS, head=head)
    assert [line["why"] for line in found.waiting.refused] == ["month_of_warning"]
    assert len(found.waiting.rows) == 1


def test_words_past_their_period_are_only_counted(office):
    period(office.province, months=24)
    period(office.province, months=600, category="theft")
    found = look_at(
        office,
        "01/03/2023;;;Lời một;;Đã làm rõ;02/03/2023;;;",
        "01/03/2023;;theft;Lời hai;;Đã làm rõ;02/03/2023;;;",
        "01/03/2023;;;Lời ba;;;;;;",
        "01/03/2023;;child_safety;Lời bốn;;Không có căn cứ;02/03/2023;;;",
    )
    assert [row["words"] for row in found.waiting.rows] == ["", "Lời hai", "", ""]
    notes = {"words_past_period": 1, "words": 1, "words_without_end": 1, "words_for_named": 1}
    assert found.summary["notes"] == notes


def test_lines_that_are_here_already_are_counted_and_left_out(office):
    lines = ["01/03/2024;;;;;;;;;", "01/03/2024;;;;;;;;;", "02/03/2024;;;;;;;;;7"]
    take_in(office, look_at(office, *lines))
    again = look_at(office, *lines, "02/03/2024;;;;;;;;;8")
    assert (again.known, len(again.waiting.rows)) == (3, 1)


def test_a_line_is_known_by_what_was_written_whatever_becomes_of_it(office):
    line = "01/03/2023;Đồng Xanh;;Lời một;;Đã làm rõ;02/03/2023;;;"
    take_in(office, look_at(office, line))
    period(office.province, months=24)
    other_file = "2023-03-01 00:00:00;Đồng Xanh;;LỜI MỘT;;Đã làm rõ;2023-03-02;;;"
    assert look_at(office, line).known == look_at(office, other_file).known == 1
    assert look_at(office, line, line).known == 1
    assert look_at(office, line.replace("một", "hai")).known == 0


def test_numbers_of_registers_begin_anew_each_year_and_in_each_commune(office):
    first = "01/03/2023;Đồng Xanh;;;;;;;;7"
    take_in(office, look_at(office, first))
    now_ended = first.replace(";;;;;;;;7", ";;;;Đã làm rõ;;;;7")
    others = (first.replace("2023", "2024"), first.replace("Đồng Xanh", "Xã Bãi Cũ"))
    assert [look_at(office, line).known for line in (now_ended, *others)] == [1, 0, 0]


def test_the_example_sheet_is_read_as_it_is(office):
    for kind in ImportKind:
        read = read_sheet(example_xlsx(kind), LAYOUTS[kind])
        assert len(read.lines) == 1
        assert set(read.columns) == {column.key for column in LAYOUTS[kind].columns}
