"""Signing a report: by whom, what it freezes, how it is corrected, what everybody may read."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from keng.accounts import second_factor
from keng.acts.errors import NotAllowed
from keng.audit import verify
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit.small_counts import FEWEST_SHOWN
from keng.reports.models import PublicReport, Snapshot
from keng.reports.periodic import drafting, public_figures, signing
from keng.reports.periodic.identities import IDENTITIES
from keng.reports.periodic.whose_report import ReportAsk
from keng.reports.tests import past, solving
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
    return signing.sign_report(ask, seen=seen, by=by or desk.commander, **more)


def test_what_is_signed_is_frozen_hashed_signed_and_on_record(desk):
    signed = sign(desk)
    signed.refresh_from_db()
    assert signing.is_genuine_report(signed)
    assert (signed.signer, signed.signer_role, signed.version) == ("Hải", "commander", 1)
    entry = Entry.objects.get(action="report.signed")
    assert entry.detail["hash"] == bytes(signed.figures_hash).hex()
    assert list(verify.chain_faults()) == []
    signed.figures["lines"]["received"][0] += 1
    assert not signing.is_genuine_report(signed)


def test_a_changed_signer_is_found_out(desk):
    signed = sign(desk)
    signed.signer = "Người khác"
    assert not signing.is_genuine_report(signed)


def test_nothing_unbalanced_is_signed(desk):
    Decision.objects.filter(kind="rated", detail__value="not_of_value").delete()
    with pytest.raises(signing.DoesNotBalance) as refused:
        sign(desk)
    assert str(refused.value.sentence).startswith("Chưa ký được: mục 3 lệch 1 tin. ")
    assert "tin phải có mặt, các dòng mới có" in refused.value.sentence
    assert not Snapshot.objects.exists()


def test_a_period_that_is_not_over_is_not_signed(desk, monkeypatch):
    monkeypatch.setattr("keng.kit.times.now", lambda: past.OCTOBER)
    with pytest.raises(signing.SpanNotOver) as refused:
        sign(desk)
    assert str(refused.value.sentence) == "Chưa hết kỳ nên chưa ký được."


def test_figures_that_changed_meanwhile_are_looked_over_again(desk):
    seen = desk.draft().hash
    desk.tip(12)
    with pytest.raises(signing.FiguresChanged):
        signing.sign_report(desk.ask(), seen=seen, by=desk.commander)


def statements_of(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return [each["sql"] for each in queries]


def last_count(statements):
    return max(n for n, sql in enumerate(statements) if "tips_decision" in sql)


def first_lock(statements):
    return min(n for n, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql)


def test_nothing_is_locked_while_the_figures_are_counted(desk):
    """Else whoever calls officers to a critical tip waits for a report, or falls with it."""
    ask, seen = desk.ask(), desk.draft().hash
    statements = statements_of(lambda: signing.sign_report(ask, seen=seen, by=desk.commander))
    assert last_count(statements) < first_lock(statements)


def test_the_page_counts_once_and_before_it_looks_at_the_code(desk, desk_client):
    officer = desk.commander
    second_factor.set_totp_secret(officer)
    sign_in(desk_client, officer)
    address = f"/figures/reports/draft/?unit={desk.unit.pk}&span={past.SPAN}"
    sent = {
        "figures_hash": desk.draft().hash.hex(),
        "boundaries": "new",
        "code": second_factor.current_totp_code(officer),
    }
    drafted = len(statements_of(lambda: desk_client.get(address)))
    statements = statements_of(lambda: desk_client.post(address, sent))
    assert Snapshot.objects.count() == 1
    assert last_count(statements) < first_lock(statements)
    assert len(statements) < 1.5 * drafted


def test_figures_that_are_stale_do_not_use_the_code_up(desk, desk_client):
    officer = desk.commander
    second_factor.set_totp_secret(officer)
    sign_in(desk_client, officer)
    address = f"/figures/reports/draft/?unit={desk.unit.pk}&span={past.SPAN}"
    code = second_factor.current_totp_code(officer)
    sent = {"figures_hash": "0" * 64, "boundaries": "new", "code": code}
    assert desk_client.post(address, sent).status_code == 409
    sent["figures_hash"] = desk.draft().hash.hex()
    assert desk_client.post(address, sent).status_code == 302


def test_a_report_hands_the_database_no_list_of_ids_one_by_one(desk):
    """Thousands of them took longer to write and plan than to look up."""
    of = desk.unit
    before = statements_of(lambda: desk.draft(of=of))
    for _ in range(30):
        desk.tip(12, "sort", "rate of_value")
    after = statements_of(lambda: desk.draft(of=of))
    assert len(after) == len(before)
    assert max(sql.count("::uuid,") for sql in after) < 20


def test_the_year_before_stands_as_it_was_signed(desk):
    desk.tip(2 - 365, "sort", "rate of_value")
    counted = desk.draft()
    signed = sign(desk, span="2025-10")
    assert desk.draft().figures == counted.figures
    desk.tip(3 - 365, "sort")
    before = {key: last for key, (_now, last) in desk.draft().figures["lines"].items()}
    assert before == {key: now for key, (now, _last) in signed.figures["lines"].items()}
    assert before["received"] == 1
    with pytest.raises(signing.FiguresChanged):
        signing.sign_report(desk.ask(), seen=counted.hash, by=desk.commander, counted=counted)


def test_before_its_first_tip_a_desk_is_asked_for_none(desk, monkeypatch):
    """The shortcut says what counting says."""
    statements = len(statements_of(desk.draft))
    figures = desk.draft().figures
    monkeypatch.setattr(ReportAsk, "has_tips", True)
    assert len(statements_of(desk.draft)) > statements
    assert desk.draft().figures == figures


@pytest.mark.parametrize("role", ["duty", "coordinator", "auditor", "administrator"])
def test_others_do_not_sign(desk, role):
    with pytest.raises(NotAllowed):
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
    from keng.decisions import triage

    triage.route_tip(tip.pk, to=other, reason="Địa bàn khác", by=desk.commander)
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
    assert signing.is_genuine_report(first)
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
    second_factor.set_totp_secret(officer)
    sign_in(desk_client, officer)
    address = f"/figures/reports/draft/?unit={desk.unit.pk}&span={past.SPAN}"
    page = desk_client.get(address).content.decode()
    seen = re.search(r'name="figures_hash" value="([0-9a-f]{64})"', page)[1]
    sent = {"figures_hash": seen, "boundaries": "new", "code": "000000"}
    assert desk_client.post(address, sent).status_code == 422
    sent["code"] = second_factor.current_totp_code(officer)
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
    signing.publish_report(signed.pk, by=desk.coordinator)
    answer = public_client.get("/results")
    page = answer.content.decode()
    assert "tháng 10/2026" in page
    assert "không nêu, để bảo vệ người báo" in page
    assert "Phường Nếnh" not in page
    shown = PublicReport.objects.get().figures["lines"]
    assert shown["not_of_value"] == shown["ended_solved"] == public_figures.HIDDEN
    # Nothing is said in a sentence of what is too few to be stated.
    in_short = answer.context["in_short"]
    assert f"Có {shown['received']} tin báo tới." in in_short
    assert not any("không nêu" in sentence for sentence in in_short)
    with pytest.raises(signing.CannotPublish):
        signing.publish_report(signed.pk, by=desk.coordinator)


def test_a_month_is_put_right_and_the_old_version_stays_readable(desk, desk_client, request):
    province = {"of": desk.province, "by": desk.coordinator}
    first = signing.publish_report(sign(desk, **province).pk, by=desk.coordinator)
    for day in range(12, 20):
        desk.tip(day, "sort", "rate not_of_value", "close unfounded")
    signed = sign(desk, reason="Sót tám tin", **province)
    with pytest.raises(signing.NoPublicReason):
        signing.publish_report(signed.pk, by=desk.coordinator)
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
    hashes = [drafting.hash_figures(each.figures).hex() for each in (first, second)]
    assert all(digest in page for digest in hashes)
    assert hashes[0] != hashes[1]
    old = public_client.get(f"/results/{past.SPAN}/1").content.decode()
    assert "đã được sửa lại" in old
    assert all(digest in old for digest in hashes)
    for gone in ("/results/2026-09", f"/results/{past.SPAN}/3", "/results/x"):
        assert public_client.get(gone).status_code == 404


def test_what_was_hidden_stays_hidden_when_a_month_is_put_right(desk):
    province = {"of": desk.province, "by": desk.coordinator}
    first = signing.publish_report(sign(desk, **province).pk, by=desk.coordinator)
    for day in range(12, 20):
        desk.tip(day, "sort", "rate not_of_value", "close unfounded")
    signed = sign(desk, reason="Sót tám tin", **province)
    second = signing.publish_report(signed.pk, by=desk.coordinator, reason="Sót tin")
    before, after = (
        {key for key, n in each.figures["lines"].items() if n == public_figures.HIDDEN}
        for each in (first, second)
    )
    assert "not_of_value" in before
    assert public_figures.public_figures_of(signed.figures)["lines"]["not_of_value"] == 9
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
    signing.publish_report(signed.pk, by=desk.coordinator)
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
    shown = public_figures.public_figures_of(shares(desk, 3, 14))["lines"]
    assert shown["received"] == 17
    assert (shown["named"], shown["nameless"]) == (public_figures.HIDDEN,) * 2


def test_of_few_incidents_no_money_is_told_nor_that_there_was_none(desk):
    figures_ = shares(desk, 8, 9)
    figures_["lines"] |= {"incidents": [3, 0], "with_saved": [0, 0], "saved": [0, 0]}
    shown = public_figures.public_figures_of(figures_)["lines"]
    assert {shown[key] for key in ("incidents", "with_saved", "saved")} == {public_figures.HIDDEN}
    assert (shown["with_recovered"], shown["reopened"]) == (public_figures.HIDDEN, 0)


@pytest.mark.parametrize(("answered", "is_said"), [(0, True), (4, False), (8, True), (15, False)])
def test_answers_are_told_unless_few_got_one_or_few_got_none(desk, answered, is_said):
    figures_ = shares(desk, 8, 9)
    figures_["lines"]["answered"] = [answered, 0]
    shown = public_figures.public_figures_of(figures_)["lines"]
    assert shown["received"] == 17
    assert shown["answered"] == (answered if is_said else public_figures.HIDDEN)


def test_a_month_that_was_public_before_a_line_was_thought_of_goes_without_it(desk, public_client):
    made = signing.publish_report(
        sign(desk, of=desk.province, by=desk.coordinator).pk, by=desk.coordinator
    )
    for key in ("named", "nameless"):
        del made.figures["lines"][key]
    made.save(update_fields=["figures"])
    page = public_client.get("/results").content.decode()
    assert "Phải phân loại (3)" in page
    assert "nhận không có tên" not in page


def test_a_desk_s_own_report_and_a_quarter_stay_inside(desk):
    with pytest.raises(NotAllowed):
        signing.publish_report(sign(desk).pk, by=desk.commander)
    quarter = sign(desk, of=desk.province, by=desk.coordinator, span="2026-Q3")
    with pytest.raises(signing.CannotPublish):
        signing.publish_report(quarter.pk, by=desk.coordinator)


# What everybody knows of the figures, however it is decided which are said.
KNOWN = (
    *((each.parts, each.whole) for each in IDENTITIES if each.code != "deadlines"),
    (("in_competence", "out_of_competence", "withdrawn"), "total"),
    (("named", "nameless"), "received"),
    (("answered", "unanswered"), "received"),
)
SHARES = {"named": "received", "nameless": "received", "answered": "received"}
INFLOW, CLASSES, SORTING, _DEADLINES, RESULTS = (each.parts for each in IDENTITIES)
# In a small place most parts of a month are nothing or a few.
PART = st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 40), st.integers(100, 400))


def share_out(draw, together, keys):
    """So many, drawn for these in any order; the last one has the rest."""
    *first, last = draw(st.permutations(keys))
    found = {}
    for key in first:
        found[key] = min(draw(PART), together)
        together -= found[key]
    return found | {last: together}


@st.composite
def months(draw):
    """Figures of a month that agree with each other."""
    counts = dict.fromkeys(
        (key for keys in public_figures.PUBLIC_LINES.values() for key in keys), 0
    )
    counts |= {key: draw(PART) for key in INFLOW}
    counts["total"] = sum(counts[key] for key in INFLOW)
    counts |= share_out(draw, counts["total"], CLASSES)
    counts["in_competence"] = counts["total"] - counts["out_of_competence"] - counts["withdrawn"]
    counts |= share_out(draw, counts["in_competence"], RESULTS)
    for parts in (SORTING, ("named", "nameless"), ("answered", "unanswered")):
        counts |= share_out(draw, counts["received"], parts)
    del counts["unanswered"]
    return counts


def found_out(counts, away):
    """The least and the greatest value of what is hidden, found by solving all sums together."""
    in_sums = {key for parts, whole in KNOWN for key in (*parts, whole)}
    said = {key: n for key, n in counts.items() if key in in_sums - away}
    few = {"unanswered"} if 0 < counts["received"] - counts["answered"] < 5 else set()
    return solving.ranges(KNOWN, said, sorted(in_sums & away | few))


# Here what is hidden on both sides of a hidden sum is two together: one each.
TWO_SIDES = dict.fromkeys(
    (key for keys in public_figures.PUBLIC_LINES.values() for key in keys), 0
) | {
    "carried_over": 300,
    "received": 190,
    "reopened": 1,
    "total": 491,
    "named": 189,
    "nameless": 1,
    "of_value": 491,
    "in_competence": 491,
    "pending": 491,
    "sorted_in_time": 190,
    "answered": 190,
}


def test_two_figures_that_each_sum_leaves_open_are_found_by_all_sums_together():
    found = found_out(TWO_SIDES, {"reopened", "received", "nameless", "sorted_in_time", "answered"})
    assert found["reopened"] == found["nameless"] == (0, 2)
    assert found["received"] == (189, 191)


def test_of_several_figures_the_one_in_fewest_sums_is_hidden_with_a_small_one():
    assert public_figures.hidden_lines(TWO_SIDES) == {
        "reopened",
        "carried_over",
        "nameless",
        "named",
    }


@given(months())
@example(TWO_SIDES)
@example(
    TWO_SIDES
    | {"carried_over": 0, "total": 191, "of_value": 191, "in_competence": 191, "pending": 191}
)
@example(TWO_SIDES | {"answered": 188})
def test_no_hidden_count_follows_from_those_that_are_shown(counts):
    """Solving all sums together leaves every hidden count at least six values."""
    away = public_figures.hidden_lines(counts)
    in_sums = {key for parts, whole in KNOWN for key in (*parts, whole)} & counts.keys()
    small = {key for key in in_sums if 0 < counts[key] < FEWEST_SHOWN}
    rests = {key: counts[whole] - counts[key] for key, whole in SHARES.items()}
    small |= {key for key, n in rests.items() if 0 < n < FEWEST_SHOWN}
    assert small <= away
    assert small or not away
    for key, (least, most) in found_out(counts, away).items():
        assert least <= counts.get(key, least) <= most
        assert most - least >= FEWEST_SHOWN, key


@given(months(), months())
def test_what_was_hidden_before_is_not_found_out_either(before, counts):
    earlier = public_figures.hidden_lines(before)
    away = public_figures.hidden_lines(counts, earlier)
    assert earlier <= away
    found = found_out(counts, away)
    assert all(most - least >= FEWEST_SHOWN for least, most in found.values())
