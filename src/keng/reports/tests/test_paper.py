"""What an office writes around a signed report, the lists behind it, and the page of charts."""

import datetime as dt

import pytest
from django.urls import reverse

from keng.accounts.models import Post
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.reports.models import ReportPaper
from keng.reports.periodic import earlier, paper, signing, spans
from keng.reports.periodic.files.printed import letterhead_of
from keng.reports.periodic.trend import short_label
from keng.reports.tests import past
from tests import make

pytestmark = pytest.mark.django_db
DESK = "keng.site.desk_urls"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return past.busy()


def signed_of(desk, span=past.SPAN):
    ask, seen = desk.ask(span), desk.draft(span).hash
    return signing.sign_report(ask, seen=seen, by=desk.commander)


def wanted(signed, **changed):
    proposed = paper.paper_of_report(signed)
    return {name: getattr(proposed, name) for name in paper.PAPER_FIELDS} | changed


def test_a_first_paper_proposes_what_a_wards_office_writes(desk):
    signed = signed_of(desk)
    head = letterhead_of(signed, paper.paper_of_report(signed))
    assert (head.above, head.issuer) == ("CÔNG AN TỈNH", "CÔNG AN PHƯỜNG NẾNH")
    assert head.number == "Số: ……/BC-CAPN"
    assert head.place_and_date.endswith("ngày …… tháng …… năm 2026")
    assert head.addressees == ["Công an tỉnh"]
    assert head.recipients == ["- Như trên;", "- Lưu: VT."]
    assert (head.capacity, head.signer) == (["TRƯỞNG CÔNG AN"], "Hải")
    assert not ReportPaper.objects.exists()


def test_days_and_months_are_written_so_that_no_figure_can_be_added(desk):
    signed = signed_of(desk)
    filled = paper.paper_of_report(signed)
    filled.place = "Nếnh"
    written = {
        dt.date(2026, 11, 2): "Nếnh, ngày 02 tháng 11 năm 2026",
        dt.date(2027, 1, 12): "Nếnh, ngày 12 tháng 01 năm 2027",
        dt.date(2027, 3, 9): "Nếnh, ngày 09 tháng 3 năm 2027",
    }
    for day, words in written.items():
        filled.dated = day
        assert letterhead_of(signed, filled).place_and_date == words


def test_what_was_written_once_is_proposed_for_the_next_report_but_its_number_and_day(desk):
    first, second = signed_of(desk, "2026-09"), signed_of(desk)
    filled = wanted(first, number=12, dated=dt.date(2026, 10, 2), recipients="Như trên;\nLưu: TH.")
    paper.write_paper(first.pk, wanted=filled, by=desk.commander)
    proposed = paper.paper_of_report(second)
    assert proposed.recipients == "Như trên;\nLưu: TH."
    assert (proposed.number, proposed.dated) == (None, None)


def test_the_record_keeps_each_change_and_nobodys_name(desk):
    signed = signed_of(desk)
    first = wanted(signed, number=12)
    paper.write_paper(signed.pk, wanted=first, by=desk.commander)
    paper.write_paper(signed.pk, wanted=first, by=desk.commander)
    again = first | {
        "number": 13,
        "signer": "Trung tá Đỗ Văn Mẫu",
        "capacity": "KT. TRƯỞNG CÔNG AN (Đỗ Văn Mẫu)",
        "addressees": "Đồng chí Đỗ Văn Mẫu",
        "recipients": "Lưu: VT, đ/c Mẫu.",
    }
    paper.write_paper(signed.pk, wanted=again, by=desk.commander)
    entries = Entry.objects.filter(action="report.paper_written").order_by("id")
    assert [entry.detail["changes"].get("number") for entry in entries] == [["", 12], [12, 13]]
    assert "Mẫu" not in str([entry.detail for entry in entries])
    assert entries[1].detail["changes"]["recipients"] == []


def test_only_who_signs_for_the_unit_fills_the_paper_in(desk, desk_client):
    signed = signed_of(desk)
    for by in (
        make.officer(unit=desk.unit, role=Post.Role.DUTY),
        make.officer(unit=make.unit(parent=desk.province), role=Post.Role.COMMANDER),
    ):
        with pytest.raises(NotAllowed):
            paper.write_paper(signed.pk, wanted=wanted(signed), by=by)
        sign_in(desk_client, by)
        assert desk_client.get(reverse("report-paper", DESK, args=[signed.pk])).status_code in (
            403,
            404,
        )


def test_the_page_keeps_what_is_filled_in_and_shows_how_it_will_stand(desk, desk_client):
    signed = signed_of(desk)
    sign_in(desk_client, desk.commander)
    address = reverse("report-paper", DESK, args=[signed.pk])
    filled = wanted(signed, number=7, dated="2026-11-03", place="Nếnh", symbol="BC-CAP")
    filled["recipients"] = "Như trên;\n\n  Lưu: VT.  "
    assert desk_client.post(address, filled).status_code == 302
    kept = ReportPaper.objects.get()
    assert kept.recipients == "Như trên;\nLưu: VT."
    page = desk_client.get(address).content.decode()
    assert "Số: 7/BC-CAP" in page
    assert "Nếnh, ngày 03 tháng 11 năm 2026" in page
    refused = desk_client.post(address, filled | {"symbol": "", "number": "0"})
    assert refused.status_code == 422
    assert ReportPaper.objects.get().number == 7


def test_a_signed_figure_leads_to_its_list_which_says_how_many_it_was(desk, desk_client):
    signed = signed_of(desk)
    sign_in(desk_client, desk.commander)
    page = desk_client.get(reverse("report", DESK, args=[signed.pk])).content.decode()
    link = f"{reverse('report-rows', DESK)}?signed={signed.pk}&amp;line=unrated"
    assert link in page
    was = signed.figures["lines"]["unrated"][0]
    # Told anew since: the list is of now, and says what was signed.
    desk.step(desk.tip(8), "rate of_value", past.OCTOBER + dt.timedelta(days=8))
    desk.tip(9)
    shown = desk_client.get(link.replace("&amp;", "&"))
    assert shown.context["total"] == was + 1
    assert f"là {was} (bản 1)" in " ".join(shown.content.decode().split())
    outsider = make.officer(unit=make.unit(parent=desk.province), role=Post.Role.COMMANDER)
    sign_in(desk_client, outsider)
    assert desk_client.get(link.replace("&amp;", "&")).status_code == 404


def test_the_charts_stand_beside_what_was_signed_before_and_name_what_nobody_signed(
    desk, desk_client
):
    before, signed = signed_of(desk, "2026-09"), signed_of(desk)
    sign_in(desk_client, desk.commander)
    context = desk_client.get(reverse("report-charts", DESK, args=[signed.pk])).context
    received = context["trend"].rows[0]
    assert context["trend"].heads[-2:] == ["9/2026", "10/2026"]
    assert received.figures[:-2] == [None] * 11
    assert received.figures[-2:] == [
        each.figures["lines"]["received"][0] for each in (before, signed)
    ]
    arrived = next(row for row in context["charts"][0].rows if "(2)" in row.label)
    assert context["charts"][0].heads == ["10/2026", "9/2026", "10/2025"]
    assert arrived.figures[:2] == received.figures[:-3:-1]


def test_what_is_corrected_later_changes_no_paper_that_was_signed(desk):
    before, signed = signed_of(desk, "2026-09"), signed_of(desk)
    was = before.figures["lines"]["received"][0]
    desk.tip(-3)
    ask, seen = desk.ask("2026-09"), desk.draft("2026-09").hash
    signing.sign_report(ask, seen=seen, by=desk.commander, reason="Tin về muộn")
    span = desk.ask().span
    then = earlier.lines_of_period_before(desk.unit.pk, span, signed.signed_at)
    now = earlier.lines_of_period_before(desk.unit.pk, span)
    assert (then["received"][0], now["received"][0]) == (was, was + 1)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("2026-W44", "W44/2026"),
        ("2026-10", "10/2026"),
        ("2026-Q3", "III/2026"),
        ("2026", "2026"),
    ],
)
def test_a_period_is_called_shortly_under_its_bar(code, label):
    assert short_label(spans.read_span(code)) == label
