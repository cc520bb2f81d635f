"""The inbox: by deadline, in groups, in few queries, and complete over its pages."""

import datetime
import uuid

import pytest
from django.urls import reverse

from keng.alarms.bar import ringing_tips_of
from keng.conftest import sign_in
from keng.decisions import triage
from keng.inbox.list.cursors import position_of_row
from keng.inbox.list.inbox_query import (
    ROWS_A_PAGE,
    SMALL_DESK,
    count_news,
    inbox_page,
    next_tip_after,
)
from keng.kit import times
from keng.kit.ids import first_id
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db
INBOX = reverse("inbox", "keng.site.desk_urls")
# 02:00 in Vietnam: "today" ends 22 hours later.
NIGHT = datetime.datetime(2026, 11, 24, 19, 0, tzinfo=datetime.UTC)


@pytest.fixture
def desk(monkeypatch):
    monkeypatch.setattr(times, "now", lambda: NIGHT)
    unit = make.unit()
    return unit, make.officer(unit=unit)


def due_in(unit, **span):
    return make.tip(unit=unit, due_at=NIGHT + datetime.timedelta(**span))


def codes(found):
    return {group.code: [row.pk for row in group.rows] for group in found.groups}


def test_rows_stand_in_groups_by_their_deadline(desk):
    unit, officer = desk
    spans = {
        "overdue": {"minutes": -5},
        "soon": {"minutes": 90},
        "today": {"hours": 10},
        "tomorrow": {"hours": 30},
        "week": {"days": 5},
        "later": {"days": 20},
    }
    made = {code: [due_in(unit, **span).pk] for code, span in spans.items()}
    make.tip(unit=make.unit())
    make.tip(unit=unit, concerns=(unit,))
    found = inbox_page(officer)
    assert codes(found) == made
    assert found.total == sum(group.count for group in found.groups) == 6


def test_a_joined_tip_stands_behind_the_first_one(desk):
    unit, officer = desk
    first, second = due_in(unit, hours=3), due_in(unit, hours=1)
    make.incident(unit=unit, by=officer, tips=(first, second))
    found = inbox_page(officer)
    assert [row.pk for row in found.groups[0].rows] == [first.pk]
    assert found.groups[0].rows[0].duplicate_count == 1


def test_a_joined_tip_stands_in_the_list_again_when_its_reporter_writes(desk):
    unit, officer = desk
    first, second, third = (due_in(unit, hours=n) for n in (3, 1, 2))
    make.incident(unit=unit, by=officer, tips=(first, second, third))
    Tip.objects.filter(pk=second.pk).update(first_answered_at=NIGHT, waiting_since=NIGHT)
    found = inbox_page(officer)
    assert [row.pk for group in found.groups for row in group.rows] == [second.pk, first.pk]
    assert found.counts["open"] == 2


def test_danger_that_goes_on_is_seen_in_a_joined_tip_too(desk):
    unit, officer = desk
    first, second = due_in(unit, hours=3), due_in(unit, hours=1)
    make.incident(unit=unit, by=officer, tips=(first, second))
    assert not ringing_tips_of(officer)
    make.clock(second, rule_code="URGENT_NOW")
    Tip.objects.filter(pk=second.pk).update(
        urgency="P0", danger_at=NIGHT, danger_unheard=True, waiting_since=NIGHT
    )
    assert [each.tip_id for each in ringing_tips_of(officer)] == [second.pk]
    assert second.pk in {row.pk for group in inbox_page(officer).groups for row in group.rows}


def test_a_tip_that_the_province_joined_to_one_of_another_desk_stays_in_the_list_of_its_own(desk):
    """Nobody there sees the first one, so nobody would see this one either."""
    above = make.province_unit()
    elsewhere, here = make.unit(parent=above), make.unit(parent=above)
    first, second = due_in(elsewhere, hours=3), due_in(here, hours=1)
    province = make.officer(unit=above, role="coordinator")
    triage.mark_duplicate(second.pk, of=first.pk, by=province)
    ours, theirs = make.officer(unit=here), make.officer(unit=elsewhere)
    found = inbox_page(ours)
    assert [row.pk for group in found.groups for row in group.rows] == [second.pk]
    assert found.counts["open"] == 1
    assert count_news(ours, NIGHT - datetime.timedelta(minutes=1), [])["new"] == 1
    for officer in (theirs, province):
        found = inbox_page(officer)
        assert [row.pk for group in found.groups for row in group.rows] == [first.pk]


def test_pages_of_what_was_done_hold_every_tip_once(desk):
    unit, officer = desk
    made = {make.tip(unit=unit, state="closed").pk for _ in range(ROWS_A_PAGE + 3)}
    first = inbox_page(officer, folder="done")
    second = inbox_page(officer, folder="done", after=first.next_cursor)
    seen = [row.pk for found in (first, second) for group in found.groups for row in group.rows]
    assert len(seen) == len(made)
    assert set(seen) == made


def test_a_tip_set_aside_comes_back_at_its_time_and_at_its_deadline(desk, monkeypatch):
    unit, officer = desk
    timed, due = due_in(unit, hours=30), due_in(unit, hours=3)
    until = NIGHT + datetime.timedelta(hours=5)
    Tip.objects.filter(pk__in=[timed.pk, due.pk]).update(set_aside_until=until)
    assert inbox_page(officer).total == 0
    monkeypatch.setattr(times, "now", lambda: NIGHT + datetime.timedelta(hours=4))
    assert [row.pk for group in inbox_page(officer).groups for row in group.rows] == [due.pk]
    monkeypatch.setattr(times, "now", lambda: NIGHT + datetime.timedelta(hours=6))
    assert inbox_page(officer).total == 2


def test_pages_together_hold_every_tip_once(desk):
    unit, officer = desk
    due = NIGHT + datetime.timedelta(hours=5)
    made = {make.tip(unit=unit, due_at=due).pk for _ in range(ROWS_A_PAGE + 7)}
    first = inbox_page(officer)
    second = inbox_page(officer, after=first.next_cursor)
    seen = [row.pk for found in (first, second) for group in found.groups for row in group.rows]
    assert len(seen) == ROWS_A_PAGE + 7
    assert set(seen) == made
    assert second.next_cursor == ""


def test_the_next_tip_is_the_one_after_the_place_of_the_last(desk):
    unit, officer = desk
    early, middle, late = (due_in(unit, hours=hours) for hours in (1, 2, 3))
    assert next_tip_after(officer, position_of_row(middle)) == late
    assert next_tip_after(officer, position_of_row(late)) == early
    Tip.objects.filter(pk=late.pk).update(assigned_to=officer)
    assert next_tip_after(officer, position_of_row(early), "mine") == late
    assert next_tip_after(officer, position_of_row(early), "unassigned") == middle


def test_folders_count_what_they_show(desk):
    unit, officer = desk
    mine = due_in(unit, hours=3)
    Tip.objects.filter(pk=mine.pk).update(assigned_to=officer, waiting_since=NIGHT)
    late = due_in(unit, hours=-1)
    asked = due_in(unit, hours=4)
    Tip.objects.filter(pk=asked.pk).update(assigned_to=officer, first_answered_at=NIGHT)
    aside = due_in(unit, hours=9)
    Tip.objects.filter(pk=aside.pk).update(set_aside_until=NIGHT + datetime.timedelta(hours=5))
    make.tip(unit=unit, state="closed")
    make.tip(unit=unit, state="closed", closed_at=NIGHT - datetime.timedelta(hours=3))
    make.tip(unit=make.unit(), state="closed")
    expected = {
        "open": 3,
        "mine": 2,
        "unassigned": 1,
        "overdue": 1,
        "waiting": 1,
        "asked": 1,
        "aside": 1,
        "done": 1,
    }
    for folder, count in expected.items():
        found = inbox_page(officer, folder=folder)
        shown = [row.pk for group in found.groups for row in group.rows]
        assert found.counts[folder] == len(shown) == count
    assert codes(inbox_page(officer, folder="overdue")) == {"overdue": [late.pk]}


@pytest.mark.parametrize(
    "fields",
    [{}, {"urgency": "P0"}, {"waiting_since": NIGHT}, {"state": "closed"}],
    ids=["open", "ringing", "waiting", "done"],
)
def test_no_folder_counts_what_concerns_the_own_unit(desk, fields):
    unit, officer = desk
    make.tip(unit=unit, concerns=(unit,), **fields)
    found = [inbox_page(officer, folder=folder) for folder in ("open", "done")]
    assert not any(any(each.counts.values()) or each.known or each.groups for each in found)


def test_without_a_post_every_count_is_nothing(desk):
    unit, _ = desk
    due_in(unit, hours=1)
    found = inbox_page(make.officer())
    assert found.counts["open"] == found.counts["done"] == found.counts["group_soon"] == 0
    assert not found.groups
    assert not found.known


@pytest.fixture
def at_work():
    """An officer in the present, in which new ids are made."""
    unit = make.unit()
    return unit, make.officer(unit=unit)


def test_what_came_in_after_the_page_is_news_and_nothing_else_is(at_work):
    unit, officer = at_work
    before = make.tip(unit=unit)
    page = inbox_page(officer)
    assert page.known == [before.pk]
    assert count_news(officer, page.at, page.known) == {"new": 0, "urgent": 0}
    make.tip(unit=unit)
    make.tip(unit=unit, urgency="P1")
    make.tip(unit=unit, concerns=(unit,))
    make.tip(unit=make.unit())
    assert count_news(officer, page.at, page.known) == {"new": 2, "urgent": 1}
    again = inbox_page(officer)
    assert count_news(officer, again.at, again.known) == {"new": 0, "urgent": 0}


def test_a_tip_that_was_passed_here_is_news(at_work):
    unit, officer = at_work
    province = make.province_unit()
    unit.parent = province
    unit.save()
    an_hour_ago = times.now() - datetime.timedelta(hours=1)
    old = make.tip(unit=province, id=uuid.UUID(int=first_id(an_hour_ago).int + 1))
    page = inbox_page(officer)
    triage.route_tip(old.pk, to=unit, reason="Xã lo", by=make.officer(unit=province))
    assert count_news(officer, page.at, page.known) == {"new": 1, "urgent": 0}


def test_the_question_for_news_is_three_queries_beside_the_session(
    at_work, desk_client, django_assert_max_num_queries
):
    unit, officer = at_work
    sign_in(desk_client, officer)
    asked = desk_client.get(INBOX).context["news_url"]
    with django_assert_max_num_queries(5 + 3):
        assert desk_client.get(asked).status_code == 204
    make.tip(unit=unit, urgency="P0")
    make.tip(unit=unit)
    line = desk_client.get(asked).content.decode()
    assert "2 tin mới" in line
    assert "1 tin gấp" in line


def test_in_a_flood_the_question_for_news_stays_short(at_work, desk_client):
    unit, officer = at_work
    for _ in range(60):
        make.tip(unit=unit)
    sign_in(desk_client, officer)
    asked = desk_client.get(INBOX).context["news_url"]
    assert len(asked) < 200
    assert desk_client.get(asked).status_code == 204
    make.tip(unit=unit)
    assert "1 tin mới" in desk_client.get(asked).content.decode()


@pytest.mark.parametrize("query", ["", "at=x", "at=1e400", "at=1&known=x", "at=1"])
def test_odd_questions_for_news_break_nothing(desk, desk_client, query):
    sign_in(desk_client, desk[1])
    url = reverse("inbox-news", "keng.site.desk_urls")
    assert desk_client.get(f"{url}?{query}").status_code in {200, 204, 302}


@pytest.mark.parametrize(("amount", "most"), [(3, 8), (40, 9)])
def test_the_page_needs_eight_queries_and_beyond_a_look_one_for_saved_searches(
    desk, desk_client, amount, most, django_assert_max_num_queries
):
    unit, officer = desk
    sign_in(desk_client, officer)
    place = make.place()
    for _ in range(amount):
        make.tip(unit=unit, place=place)
    # The first page of a session notes what the list is like.
    desk_client.get(INBOX)
    # Two more frame the request's transaction inside that of the test.
    # One of the eight counts what waits in the officer's menu.
    with django_assert_max_num_queries(most + 2):
        assert desk_client.get(INBOX).status_code == 200


def test_without_any_tip_the_page_says_so(desk, desk_client):
    _, officer = desk
    sign_in(desk_client, officer)
    page = desk_client.get(INBOX).content.decode()
    assert "Không có tin nào đang chờ" in page
    assert "<h1>Đang mở</h1>" in page


def test_a_small_desk_has_one_list_and_a_full_one_folders(desk, desk_client):
    unit, officer = desk
    make.tip(unit=unit)
    sign_in(desk_client, officer)
    assert 'class="folders"' not in desk_client.get(INBOX).content.decode()
    officer.full_desk = True
    officer.save()
    assert 'class="folders"' in desk_client.get(INBOX).content.decode()


def test_folders_neither_come_nor_go_while_somebody_works(desk, desk_client):
    unit, officer = desk
    tips = [make.tip(unit=unit) for _ in range(SMALL_DESK)]
    sign_in(desk_client, officer)
    assert "folders" not in desk_client.get(INBOX).context
    tips.append(make.tip(unit=unit))
    assert "folders" not in desk_client.get(INBOX, {"tip": tips[0].pk}).context
    assert "folders" in desk_client.get(INBOX).context
    Tip.objects.filter(pk__in=[tip.pk for tip in tips[1:]]).delete()
    assert "folders" in desk_client.get(INBOX).context
    assert "folders" in desk_client.get(INBOX, {"tip": tips[0].pk}).context


def test_every_row_can_be_ticked_at_a_small_desk_too(desk, desk_client):
    unit, officer = desk
    tip = make.tip(unit=unit)
    sign_in(desk_client, officer)
    assert f'value="{tip.pk}"' in desk_client.get(INBOX).content.decode()


def test_the_red_bar_is_there_while_nobody_has_taken_a_p0_tip(desk, desk_client):
    unit, officer = desk
    make.tip(unit=unit, urgency="P1")
    sign_in(desk_client, officer)
    assert 'class="alarm-bar"' not in desk_client.get(INBOX).content.decode()
    tip = make.tip(unit=unit, urgency="P0")
    assert 'class="alarm-bar"' in desk_client.get(INBOX).content.decode()
    Tip.objects.filter(pk=tip.pk).update(assigned_to=officer)
    assert 'class="alarm-bar"' not in desk_client.get(INBOX).content.decode()
