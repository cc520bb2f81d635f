"""Signing a report: by whom, what it freezes, how it is corrected, what everybody may read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.accounts import second_factor
from keng.audit import verify
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.reports.models import PublicReport, Snapshot
from keng.reports.periodic import figures, public_figures, signing
from keng.reports.periodic.identities import IDENTITIES
from keng.reports.tests import past
from keng.tips.models import Decision
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def desk():
    return past.busy()


def sign(desk, *, of=None, by=None, span=past.SPAN, **more):
    ask = desk.ask(span, of=of)
    seen = desk.draft(span, of=of).hash
    return signing.sign(ask, seen=seen, by=by or desk.commander, **more)


def test_what_is_signed_is_frozen_hashed_signed_and_on_record(desk):
    signed = sign(desk)
    signed.refresh_from_db()
    assert signing.is_genuine(signed)
    assert (signed.signer, signed.signer_role, signed.version) == ("Hải", "commander", 1)
    entry = Entry.objects.get(action="report.signed")
    assert entry.detail["hash"] == bytes(signed.figures_hash).hex()
    assert list(verify.faults()) == []
    signed.figures["lines"]["received"][0] += 1
    assert not signing.is_genuine(signed)


def test_a_changed_signer_is_found_out(desk):
    signed = sign(desk)
    signed.signer = "Người khác"
    assert not signing.is_genuine(signed)


def test_nothing_unbalanced_is_signed(desk):
    Decision.objects.filter(kind="rated", detail__value="not_of_value").delete()
    with pytest.raises(signing.Unbalanced):
        sign(desk)
    assert not Snapshot.objects.exists()


def test_a_period_that_is_not_over_is_not_signed(desk, monkeypatch):
    monkeypatch.setattr("keng.kit.times.now", lambda: past.OCTOBER)
    with pytest.raises(signing.NotOver):
        sign(desk)


def test_figures_that_changed_meanwhile_are_looked_over_again(desk):
    seen = desk.draft().hash
    desk.tip(12)
    with pytest.raises(signing.Stale):
        signing.sign(desk.ask(), seen=seen, by=desk.commander)


@pytest.mark.parametrize("role", ["duty", "coordinator", "auditor", "administrator"])
def test_others_do_not_sign(desk, role):
    with pytest.raises(signing.NotYours):
        sign(desk, by=make.officer(unit=desk.unit, role=role))


def test_the_next_opening_balance_is_held_to_the_signed_closing(desk):
    signed = sign(desk)
    assert len(signed.open_tips) == 5
    november = desk.draft("2026-11")
    (opening,) = [f for f in november.findings if f.code == "opening"]
    assert (opening.stated, opening.due, opening.holds) == (5, 5, True)
    late = desk.tip(20)
    (opening,) = [f for f in desk.draft("2026-11").findings if f.code == "opening"]
    assert (opening.holds, opening.tips, opening.off) == (False, (late.pk,), 1)


def test_what_was_passed_on_since_is_no_error_of_the_opening_balance(desk):
    sign(desk)
    other = make.unit("Công an phường khác", parent=desk.province)
    tip = Decision.objects.filter(kind="reopened").get().tip
    from keng.tips.actions import triage

    triage.route(tip.pk, to=other, reason="Địa bàn khác", by=desk.commander)
    (opening,) = [f for f in desk.draft("2026-11").findings if f.code == "opening"]
    assert opening.holds
    assert past.lines(desk.draft("2026-11"))["carried_over"] == 4


def test_a_correction_is_a_new_version_and_the_old_one_stays(desk):
    first = sign(desk)
    with pytest.raises(signing.NoReason):
        sign(desk)
    desk.tip(20)
    second = sign(desk, reason="Sót một tin")
    assert (second.version, second.replaces) == (2, first)
    first.refresh_from_db()
    assert signing.is_genuine(first)
    assert first.figures["lines"]["received"][0] + 1 == second.figures["lines"]["received"][0]


def test_the_page_refuses_first_and_names_the_tips(desk, desk_client):
    lost = Decision.objects.filter(kind="rated", detail__value="not_of_value").get()
    tip = lost.tip
    tip.reference = "2026-NENH-0007"
    tip.save(update_fields=["reference"])
    lost.delete()
    sign_in(desk_client, desk.commander)
    address = f"/figures/reports/draft/?unit={desk.unit.pk}&span={past.SPAN}"
    page = desk_client.get(address).content.decode()
    assert "Chưa ký được: mục 3 lệch 1 tin." in page
    assert "2026-NENH-0007" in page
    assert 'aria-disabled="true"' in page
    assert 'name="code"' not in page
    listed = desk_client.get(re.search(r'href="([^"]*off=classes)"', page)[1].replace("&amp;", "&"))
    assert f"/tips/{tip.pk}" in listed.content.decode()


def test_the_commander_signs_with_six_digits_and_reads_it(desk, desk_client):
    officer = desk.commander
    second_factor.set_secret(officer)
    sign_in(desk_client, officer)
    address = f"/figures/reports/draft/?unit={desk.unit.pk}&span={past.SPAN}"
    page = desk_client.get(address).content.decode()
    seen = re.search(r'name="figures_hash" value="([0-9a-f]{64})"', page)[1]
    sent = {"figures_hash": seen, "boundaries": "new", "code": "000000"}
    assert desk_client.post(address, sent).status_code == 422
    sent["code"] = second_factor.current_code(officer)
    answer = desk_client.post(address, sent, follow=True)
    assert answer.status_code == 200
    assert "Chữ ký khớp với số liệu" in answer.content.decode()


def test_every_figure_leads_to_a_list_as_long_as_it_says(desk, desk_client):
    sign_in(desk_client, desk.commander)
    address = f"/figures/reports/draft/?unit={desk.unit.pk}&span={past.SPAN}"
    page = desk_client.get(address).content.decode()
    found = re.findall(r'href="([^"]*line=(\w+))">([\d.]+)</a>', page)
    assert {"received", "of_value", "pending", "carried_over"} <= {key for _, key, _ in found}
    for link, key, number in found:
        listed = desk_client.get(link.replace("&amp;", "&")).content.decode()
        assert re.search(rf"<h1>[^<]*: {number}</h1>", listed), key


def test_the_page_of_charts_shows_what_was_signed_and_not_what_changed_since(desk, desk_client):
    signed = sign(desk)
    desk.tip(12)
    sign_in(desk_client, desk.commander)
    page = desk_client.get(f"/figures/reports/{signed.pk}/charts/").content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for row in ("Nhận trong kỳ (2) 9", "trong đó nhận không có tên, liên lạc 9", "Có giá trị 3"):
        assert row in words
    for block in ("Tin đến", "Phân loại", "Đúng hạn", "Kết quả"):
        assert block in words


def test_somebody_elses_report_does_not_exist(desk, desk_client):
    signed = sign(desk)
    other = make.officer(unit=make.unit(parent=desk.province), role="commander")
    sign_in(desk_client, other)
    assert desk_client.get(f"/figures/reports/{signed.pk}/").status_code == 404
    address = f"/figures/reports/draft/?unit={desk.unit.pk}&span={past.SPAN}"
    assert desk_client.get(address).status_code == 404


def test_everybody_reads_the_month_without_small_counts(desk, public_client):
    signed = sign(desk, of=desk.province, by=desk.coordinator)
    assert "Chưa có báo cáo nào" in public_client.get("/results").content.decode()
    signing.publish(signed.pk, by=desk.coordinator)
    page = public_client.get("/results").content.decode()
    assert "tháng 10/2026" in page
    assert "ít quá, không nêu" in page
    assert "Phường Nếnh" not in page
    shown = PublicReport.objects.get().figures["lines"]
    assert shown["not_of_value"] == public_figures.HIDDEN
    with pytest.raises(signing.CannotPublish):
        signing.publish(signed.pk, by=desk.coordinator)


def test_a_month_is_put_right_and_the_old_version_stays_readable(desk, desk_client, request):
    province = {"of": desk.province, "by": desk.coordinator}
    first = signing.publish(sign(desk, **province).pk, by=desk.coordinator)
    for day in range(12, 20):
        desk.tip(day, "sort", "rate not_of_value", "close unfounded")
    signed = sign(desk, reason="Sót tám tin", **province)
    with pytest.raises(signing.NoPublicReason):
        signing.publish(signed.pk, by=desk.coordinator)
    sign_in(desk_client, desk.coordinator)
    address = f"/figures/reports/{signed.pk}/publish/"
    refused = desk_client.post(address, {"reason": " "})
    assert (refused.status_code, "ai cũng đọc được" in refused.content.decode()) == (422, True)
    desk_client.post(address, {"reason": "Lần trước sót tám tin"})
    second = PublicReport.objects.get(replaces=first)
    assert (second.version, first.version) == (2, 1)
    public_client = request.getfixturevalue("public_client")
    page = public_client.get("/results").content.decode()
    assert "Lần trước sót tám tin" in page
    hashes = [figures.digest(each.figures).hex() for each in (first, second)]
    assert all(digest in page for digest in hashes)
    assert hashes[0] != hashes[1]
    old = public_client.get(f"/results/{past.SPAN}/1").content.decode()
    assert "đã được sửa lại" in old
    assert all(digest in old for digest in hashes)
    for gone in ("/results/2026-09", f"/results/{past.SPAN}/3", "/results/x"):
        assert public_client.get(gone).status_code == 404


def test_what_was_hidden_stays_hidden_when_a_month_is_put_right(desk):
    province = {"of": desk.province, "by": desk.coordinator}
    first = signing.publish(sign(desk, **province).pk, by=desk.coordinator)
    for day in range(12, 20):
        desk.tip(day, "sort", "rate not_of_value", "close unfounded")
    signed = sign(desk, reason="Sót tám tin", **province)
    second = signing.publish(signed.pk, by=desk.coordinator, reason="Sót tin")
    before, after = (
        {key for key, n in each.figures["lines"].items() if n == public_figures.HIDDEN}
        for each in (first, second)
    )
    assert "not_of_value" in before
    assert public_figures.of(signed.figures)["lines"]["not_of_value"] == 9
    assert before <= after


def shares(desk, named, nameless):
    """The figures of a month in which nothing else is small."""
    figures_, together = desk.draft(of=desk.province).figures, named + nameless
    wholes = ("received", "total", "unrated", "in_competence", "pending", "sorted_in_time")
    said = dict.fromkeys(wholes, together) | {"named": named, "nameless": nameless}
    said |= {"incidents": 20, "with_saved": 16, "with_lost": 9, "saved": 5000, "lost": 7000}
    figures_["lines"] = {key: [said.get(key, 0), 0] for key in figures_["lines"]}
    return figures_


def test_shares_are_public_with_their_sum_unless_few_would_be_left(desk, public_client):
    signed = sign(desk, of=desk.province, by=desk.coordinator)
    signed.figures = shares(desk, 8, 9)
    signed.save(update_fields=["figures"])
    signing.publish(signed.pk, by=desk.coordinator)
    shown = PublicReport.objects.get().figures["lines"]
    assert (shown["received"], shown["named"], shown["nameless"]) == (17, 8, 9)
    # Sixteen of twenty incidents would tell of the other four.
    assert (shown["with_saved"], shown["with_lost"]) == (public_figures.HIDDEN, 9)
    # What was no tip is most of what was not ours, and would tell it where that is hidden.
    assert "no_tip" not in shown
    page = " ".join(re.sub(r"<[^>]+>", " ", public_client.get("/results").content.decode()).split())
    assert "trong đó nhận có tên hoặc cách liên lạc, đã niêm phong 8" in page
    assert "trong đó nhận không có tên, liên lạc 9" in page


def test_few_who_left_a_name_are_told_neither_by_their_number_nor_by_the_others(desk):
    shown = public_figures.of(shares(desk, 3, 14))["lines"]
    assert shown["received"] == 17
    assert (shown["named"], shown["nameless"]) == (public_figures.HIDDEN,) * 2


def test_a_month_that_was_public_before_a_line_was_thought_of_goes_without_it(desk, public_client):
    made = signing.publish(
        sign(desk, of=desk.province, by=desk.coordinator).pk, by=desk.coordinator
    )
    for key in ("named", "nameless"):
        del made.figures["lines"][key]
    made.save(update_fields=["figures"])
    page = public_client.get("/results").content.decode()
    assert "Phải phân loại (3)" in page
    assert "nhận không có tên" not in page


def test_a_desk_s_own_report_and_a_quarter_stay_inside(desk):
    with pytest.raises(signing.CannotPublish):
        signing.publish(sign(desk).pk, by=desk.commander)
    quarter = sign(desk, of=desk.province, by=desk.coordinator, span="2026-Q3")
    with pytest.raises(signing.CannotPublish):
        signing.publish(quarter.pk, by=desk.coordinator)


COUNTS = st.fixed_dictionaries(
    {
        part: st.integers(0, 40)
        for identity in IDENTITIES
        for part in identity.parts
        if part not in ("received", "ended_in_time", "ended_late")
    }
    | {"named": st.integers(0, 120)}
)


@given(COUNTS)
def test_no_hidden_count_follows_from_those_that_are_shown(counts):
    """Solving every sum for what is hidden finds no single value for a small count."""
    sums = [(parts, whole) for parts, whole in public_figures._SUMS]
    counts = dict(counts)
    counts["received"] = sum(counts[p] for p in ("sorted_in_time", "sorted_late", "not_sorted"))
    counts["named"] = min(counts["named"], counts["received"])
    counts["nameless"] = counts["received"] - counts["named"]
    for parts, whole in sums:
        counts[whole] = sum(counts[part] for part in parts)
    listed = {key: counts.get(key, 0) for keys in public_figures.LINES.values() for key in keys}
    away = public_figures.hidden(listed)
    small = {key for key, n in listed.items() if 0 < n < 5 and key in {
        part for parts, whole in sums for part in (*parts, whole)}}  # fmt: skip
    assert small <= away
    for parts, whole in sums:
        gone = [key for key in (*parts, whole) if key in away]
        assert len(gone) != 1
        if gone and whole not in away:
            assert sum(listed[key] for key in gone) >= 5
