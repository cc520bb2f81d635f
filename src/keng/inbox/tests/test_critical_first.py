"""What is critical stands first, red, whatever its deadline; then money just sent, if nobody's."""

import datetime

import pytest
from django.urls import reverse

from keng.alarms.bar import ringing_tips_of
from keng.conftest import sign_in
from keng.decisions import triage, undo
from keng.inbox.list import inbox_query as queries
from keng.inbox.list.cursors import position_of_row
from keng.inbox.list.inbox_query import ROWS_A_PAGE, inbox_page, next_tip_after
from keng.inbox.list.neighbours import neighbour_ids
from keng.intake.examination.examine import examine_tips
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.tips.models import Tip
from keng.tips.models.tip import LONG_GONE_BAND
from tests import make

pytestmark = pytest.mark.django_db

NIGHT = datetime.datetime(2026, 11, 24, 19, 0, tzinfo=datetime.UTC)
INBOX = reverse("inbox", "keng.site.desk_urls")


@pytest.fixture
def desk():
    unit = make.unit()
    return unit, make.officer(unit=unit)


def due_in(unit, hours, **more):
    return make.tip(unit=unit, due_at=times.now() + datetime.timedelta(hours=hours), **more)


def order(found):
    return [row.pk for group in found.groups for row in group.rows]


def test_it_stands_above_what_is_overdue_also_after_somebody_took_it(desk, desk_client):
    unit, officer = desk
    late = due_in(unit, -3)
    critical = due_in(unit, 200, urgency="P0", text="Cháy nhà ở ngõ 5")
    make.clock(critical, rule_code="CLASSIFY_HOUSE")
    triage.accept_tip(critical.pk, by=officer)
    found = inbox_page(officer)
    assert order(found) == [critical.pk, late.pk]
    assert [group.code for group in found.groups] == ["live", "overdue"]
    page = sign_in(desk_client, officer).get(INBOX).content.decode()
    row = page.partition("Cháy nhà ở ngõ 5")[2].partition("</a>")[0]
    assert 'class="row-deadline danger"' in row
    assert "nhận " in row
    assert "1 tin khẩn cấp chưa xong" in page
    assert "không tin nào đến hạn" not in page


def test_the_provinces_list_has_it_alone_above_the_incidents(desk):
    province = make.province_unit()
    ward = make.unit(parent=province)
    officer, coordinator = make.officer(unit=ward), make.officer(unit=province, role="coordinator")
    tips = tuple(due_in(ward, hours) for hours in (-2, -1, -1))
    make.incident(unit=ward, by=officer, tips=tips)
    Tip.objects.filter(pk__in=[tip.pk for tip in tips]).update(state="accepted")
    Tip.objects.filter(pk=tips[1].pk).update(urgency="P0")
    found = inbox_page(coordinator)
    assert [(group.code, group.count) for group in found.groups] == [("live", 1), ("overdue", 2)]
    assert order(found) == [tips[1].pk, tips[0].pk]
    assert (found.total, found.grouped_total) == (3, 2)


def test_pages_hold_every_tip_once_across_the_end_of_the_critical_ones(desk, monkeypatch):
    monkeypatch.setattr(queries, "ROWS_A_PAGE", 4)
    monkeypatch.setattr(queries, "_ROWS", queries.CompiledQuery(queries._row_query))
    unit, officer = desk
    critical = [due_in(unit, n, urgency="P0").pk for n in range(6)]
    others = [due_in(unit, n - 2).pk for n in range(6)]
    seen, cursor = [], ""
    for _page in range(3):
        found = inbox_page(officer, after=cursor)
        seen += order(found)
        cursor = found.next_cursor
    assert (seen, cursor) == (critical + others, "")
    assert ROWS_A_PAGE > 4


def test_what_comes_next_follows_the_list(desk):
    unit, officer = desk
    late, later = due_in(unit, -1), due_in(unit, 1)
    critical, far = due_in(unit, 5, urgency="P0"), due_in(unit, 50, urgency="P0")
    listed = [critical, far, late, later]
    assert order(inbox_page(officer)) == [tip.pk for tip in listed]
    for before, tip, after in zip([None, *listed], listed, [*listed[1:], None], strict=False):
        assert neighbour_ids(tip, officer) == (before and before.pk, after and after.pk)
        assert next_tip_after(officer, position_of_row(tip)) == (after or critical)


def test_the_graver_of_the_critical_ones_stands_first_and_an_officers_rating_before_all(desk):
    unit, officer = desk
    mild, grave, rated = (due_in(unit, n, urgency="P0") for n in (1, 2, 3))
    late = due_in(unit, -1)
    Tip.objects.filter(pk=mild.pk).update(gravity_band=3)
    Tip.objects.filter(pk=late.pk).update(gravity_band=4)
    Tip.objects.filter(pk=rated.pk).update(gravity_band=4, urgency_is_rated=True)
    listed = [Tip.objects.get(pk=each.pk) for each in (rated, grave, mild, late)]
    assert order(inbox_page(officer)) == [tip.pk for tip in listed]
    for before, tip, after in zip([None, *listed], listed, [*listed[1:], None], strict=False):
        assert neighbour_ids(tip, officer) == (before and before.pk, after and after.pk)
        assert next_tip_after(officer, position_of_row(tip)) == (after or listed[0])


MONEY = {"urgency": "P1", "money_moved": True, "gravity_band": 5}


def test_money_just_sent_stands_below_a_life_and_above_every_deadline_until_somebody_takes_it(desk):
    unit, officer = desk
    late, waits = due_in(unit, -9), due_in(unit, -1, urgency="P1")
    older, newer = (due_in(unit, hours, **MONEY) for hours in (0.1, 0.5))
    life, rated_money = (due_in(unit, hours, urgency="P0") for hours in (40, 1))
    Tip.objects.filter(pk=rated_money.pk).update(gravity_band=5, urgency_is_rated=True)
    # Money that is gone for good, or that somebody already follows, stands by its deadline.
    over = due_in(unit, 20, happening="over", **{**MONEY, "gravity_band": LONG_GONE_BAND})
    taken = due_in(unit, 30, **MONEY)
    triage.accept_tip(taken.pk, by=officer)
    taken.refresh_from_db()
    listed = [life, rated_money, older, newer, late, waits, taken, over]
    listed = [Tip.objects.get(pk=each.pk) for each in listed]
    found = inbox_page(officer)
    assert order(found) == [tip.pk for tip in listed]
    groups = [(group.code, group.count) for group in found.groups]
    assert groups[:3] == [("live", 2), ("money", 2), ("overdue", 2)]
    for before, tip, after in zip([None, *listed], listed, [*listed[1:], None], strict=False):
        assert neighbour_ids(tip, officer) == (before and before.pk, after and after.pk)
        assert next_tip_after(officer, position_of_row(tip)) == (after or listed[0])
    # The bar says the same of what rings.
    assert [each.tip_id for each in ringing_tips_of(officer)] == [life.pk, rated_money.pk]
    triage.accept_tip(newer.pk, by=officer)
    assert order(inbox_page(officer))[:3] == [life.pk, rated_money.pk, older.pk]
    assert order(inbox_page(officer)).index(newer.pk) > order(inbox_page(officer)).index(late.pk)


@pytest.mark.parametrize(
    ("text", "stands_first"),
    [
        ("Em vừa bị lừa chuyển khoản 17 triệu cách đây 10 phút", True),
        ("Sáng nay mẹ tôi đã chuyển khoản 50 triệu cho nó, giờ nó chặn máy rồi", True),
        ("I transferred 20 million VND to them an hour ago", True),
        ("방금 사기를 당했어요. 돈을 2천만 동 보냈어요", True),
        ("Tháng trước tôi đã chuyển khoản 17 triệu, nay báo để mọi người biết", False),
        ("Tôi bị lừa mất 30 triệu tiền cọc từ năm ngoái, tài khoản ngân hàng của nó đây", False),
    ],
)
def test_who_was_cheated_just_now_taps_it_is_over_and_the_money_is_still_on_its_way(
    desk, text, stands_first
):
    unit, officer = desk
    tip = make.tip(
        unit=unit,
        text=text,
        happening="over",
        money_moved=True,
        urgency="P1",
        topic="scam",
        examined_at=None,
    )
    late = due_in(unit, -1)
    examine_tips()
    expected = [tip.pk, late.pk] if stands_first else [late.pk, tip.pk]
    assert order(inbox_page(officer)) == expected
    tip.refresh_from_db()
    assert tip.has_money_to_stop is stands_first
    # What an officer sorts it as keeps the same place.
    triage.sort_tip(tip.pk, category="scam_bank", by=officer)
    assert order(inbox_page(officer)) == expected


def test_what_an_officer_sorts_as_no_fraud_is_no_money_to_stop_and_undoing_makes_it_so_again(desk):
    unit, officer = desk
    tip = due_in(unit, 5, text="Em vừa chuyển khoản 20 triệu cho người lạ", **MONEY)
    late = due_in(unit, -1)
    assert order(inbox_page(officer)) == [tip.pk, late.pk]
    step = triage.sort_tip(tip.pk, category="security_noise", by=officer)
    assert order(inbox_page(officer)) == [late.pk, tip.pk]
    undo.take_back_decision(step.pk, by=officer)
    assert order(inbox_page(officer)) == [tip.pk, late.pk]
    triage.sort_tip(tip.pk, category="scam_impersonation", by=officer)
    assert order(inbox_page(officer)) == [tip.pk, late.pk]


def test_what_came_in_of_money_just_sent_stands_first_once_it_was_read(desk):
    unit, officer = desk
    late = due_in(unit, -1)
    receive_tip(
        IncomingTip(
            text="Chị bán hàng nhận 3 triệu của tôi rồi khóa máy, tôi vừa chuyển khoản sáng nay",
            unit_id=unit.pk,
            channel="web_form",
            money_moved=True,
            dedupe_key=b"money just sent",
        )
    )
    examine_tips()
    tip = Tip.objects.exclude(pk=late.pk).get()
    assert (tip.urgency, tip.gravity_band) == ("P1", 5)
    assert order(inbox_page(officer)) == [tip.pk, late.pk]


def test_the_page_says_that_money_waits(desk, desk_client):
    unit, officer = desk
    due_in(unit, 5, **MONEY)
    page = sign_in(desk_client, officer).get(INBOX).content.decode()
    assert "Tiền vừa chuyển, chưa ai nhận" in page
    assert "1 tin tiền vừa chuyển, chưa ai nhận" in page


def test_pages_of_critical_ones_of_every_gravity_hold_each_once(desk, monkeypatch):
    monkeypatch.setattr(queries, "ROWS_A_PAGE", 2)
    monkeypatch.setattr(queries, "_ROWS", queries.CompiledQuery(queries._row_query))
    unit, officer = desk
    critical = [due_in(unit, n % 3, urgency="P0") for n in range(7)]
    for n, tip in enumerate(critical):
        Tip.objects.filter(pk=tip.pk).update(gravity_band=1 + n % 4, urgency_is_rated=n == 5)
    seen, cursor = [], ""
    for _page in range(4):
        found = inbox_page(officer, after=cursor)
        seen += [row for group in found.groups for row in group.rows]
        cursor = found.next_cursor
    assert {row.pk for row in seen} == {tip.pk for tip in critical}
    assert (len(seen), cursor) == (7, "")
    bands = [row.order_among_first for row in seen]
    assert (bands, bands[0]) == (sorted(bands), 0)


def test_a_desk_without_a_critical_tip_is_asked_no_more(desk, django_assert_num_queries):
    unit, officer = desk
    due_in(unit, 1)
    inbox_page(officer)
    with django_assert_num_queries(2):
        inbox_page(officer)
    due_in(unit, 1, urgency="P0")
    with django_assert_num_queries(3):
        inbox_page(officer)
