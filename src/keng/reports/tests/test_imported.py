"""Imported records in figures and reports: they balance, and are never added to what is ours."""

import datetime

import pytest

from keng.imported.tests.office import look_at, make_office, take_in
from keng.kit import times
from keng.reports.figures import dashboard_counts
from keng.reports.figures.periods import period_of
from keng.reports.periodic import drafting, public_figures, report_view
from keng.reports.periodic.spans import read_span
from keng.reports.periodic.whose_report import ReportAsk, scope_of_unit
from tests import make

pytestmark = pytest.mark.django_db
RECORD = (
    "03/2024;Đồng Xanh;;;;Đã làm rõ;;Có;4000;",
    "03/2024;Đồng Xanh;;;;Không có căn cứ;;Không;2000;",
    "03/2024;;;;;Ngoài thẩm quyền;;;300;",
    "04/2024;;;;;;;;500;",
)


@pytest.fixture
def office():
    office = make_office()
    make.tip(unit=office.desk, received_at=times.now() - datetime.timedelta(days=40))
    found = look_at(office, *RECORD)
    assert found.waiting.refused == []
    take_in(office, found)
    return office


def draft_of(office, span):
    return drafting.draft_report(ReportAsk(scope_of_unit(office.province), read_span(span)))


def test_the_page_of_figures_names_them_apart_and_they_balance(office):
    found = dashboard_counts.imported_in_period(office.commander, period_of("all"))
    assert found.holds
    assert [n for _label, n in found.rows] == [4000, 2000, 300, 0, 500]
    assert dashboard_counts.tip_balance(office.commander, period_of("all")).received == 1
    assert dashboard_counts.imported_in_period(office.commander, period_of("30d")) is None


def test_the_report_has_them_in_a_block_of_their_own(office):
    draft = draft_of(office, "2024-03")
    lines = {key: now for key, (now, _before) in draft.figures["lines"].items()}
    assert draft.holds
    assert {"imported_classes", "imported_results"} <= {f.code for f in draft.findings}
    assert (lines["received"], lines["imported_received"], lines["imported_of_value"]) == (
        0,
        6300,
        4000,
    )
    later = draft_of(office, "2026-10")
    lines = {key: now for key, (now, _before) in later.figures["lines"].items()}
    assert (lines["imported_received"], lines["imported_received_to_date"]) == (0, 6800)
    shown = public_figures.public_figures_of(later.figures)
    assert shown["imported"] == {"received": 6800, "of_value": 4000}
    assert report_view.block_views(later.figures)[-1].number == 10


def test_without_imports_there_is_no_such_block(office):
    other = make.province_unit()
    draft = drafting.draft_report(ReportAsk(scope_of_unit(other), read_span("2024-03")))
    assert [block.number for block in report_view.block_views(draft.figures)] == [*range(1, 10)]
    assert "imported_classes" not in {finding.code for finding in draft.findings}


def test_a_row_in_two_classes_keeps_the_report_from_being_signed(office, monkeypatch):
    monkeypatch.setitem(
        dashboard_counts.CLASSES,
        "imported_unrated",
        dashboard_counts.CLASSES["imported_of_value"]
        | dashboard_counts.CLASSES["imported_unrated"],
    )
    assert not draft_of(office, "2024-03").holds
    assert not dashboard_counts.imported_in_period(office.commander, period_of("all")).holds


def test_everybody_reads_tens_and_no_small_part():
    def public_counts(received, of_value):
        lines = {"imported_received_to_date": received, "imported_of_value_to_date": of_value}
        return public_figures._imported_of(lines)

    assert public_counts(6807, 4003) == {"received": 6800, "of_value": 4000}
    assert public_counts(0, 0) == public_counts(60, 3) == public_counts(60, 57) == {}
    assert public_counts(40, 0) == {"received": 40, "of_value": 0}
