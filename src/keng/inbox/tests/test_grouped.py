"""The province's list: one row for an incident's tips, counts that add up, every tip in reach."""

import datetime
import re

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.inbox import incident_page
from keng.inbox.list.cursors import position_of_row
from keng.inbox.list.inbox_query import ROWS_A_PAGE, inbox_page, next_tip_after
from keng.inbox.list.row_view import row_views
from keng.kit import times
from keng.tips.models import Incident, Tip
from tests import make

pytestmark = pytest.mark.django_db
DESK = "keng.site.desk_urls"
INBOX = reverse("inbox", DESK)
NIGHT = datetime.datetime(2026, 11, 24, 19, 0, tzinfo=datetime.UTC)


@pytest.fixture
def here(monkeypatch):
    """A ward below a province, an officer of each, and the clock at 02:00."""
    monkeypatch.setattr(times, "now", lambda: NIGHT)
    province = make.province_unit()
    ward = make.unit(parent=province)
    return ward, make.officer(unit=ward), make.officer(unit=province, role="coordinator")


def due_in(unit, hours, **fields):
    return make.tip(unit=unit, due_at=NIGHT + datetime.timedelta(hours=hours), **fields)


def heard_again(unit, officer, hours, **fields):
    """An incident whose joined tips are rows again, since their reporters wrote."""
    tips = tuple(due_in(unit, each, **fields) for each in hours)
    made = make.incident(unit=unit, by=officer, tips=tips, title="Ngập đường 293")
    Tip.objects.filter(incident=made).update(first_answered_at=NIGHT, waiting_since=NIGHT)
    return made, [tip.pk for tip in tips]


def lines(found):
    return {group.code: [row.pk for row in group.rows] for group in found.groups}


def test_tips_of_one_incident_are_one_row_in_each_stretch_and_the_counts_add_up(here):
    ward, officer, coordinator = here
    _, tips = heard_again(ward, officer, [-2, -1, 1, 1.5, 10])
    alone = due_in(ward, -3)
    found = inbox_page(coordinator)
    assert lines(found) == {
        "overdue": [alone.pk, tips[0]],
        "soon": [tips[2]],
        "today": [tips[4]],
    }
    assert (found.total, found.grouped_total) == (6, 4)
    for group in found.groups:
        assert group.count == sum(row.grouped for row in group.rows)
    assert [row.incident_size for group in found.groups for row in group.rows] == [1, 5, 5, 5]


def test_the_next_tip_is_a_row_of_the_list_and_none_that_stands_for_it(here):
    ward, officer, coordinator = here
    _, tips = heard_again(ward, officer, [-3, -1])
    passed, below = due_in(ward, -2), due_in(ward, 1)
    assert lines(inbox_page(coordinator))["overdue"] == [tips[0], passed.pk]
    assert next_tip_after(coordinator, position_of_row(passed)) == below


def test_a_commune_sees_each_tip_by_itself(here):
    ward, officer, _ = here
    _, tips = heard_again(ward, officer, [-2, -1])
    found = inbox_page(officer)
    assert lines(found) == {"overdue": tips}
    assert found.grouped_total is None


def test_what_is_over_or_stands_alone_is_not_grouped(here):
    ward, officer, coordinator = here
    made, tips = heard_again(ward, officer, [-3, -2])
    Incident.objects.filter(pk=made.pk).update(closed_at=NIGHT)
    others = [due_in(ward, -1).pk, due_in(ward, -0.5).pk]
    assert lines(inbox_page(coordinator)) == {"overdue": [*tips, *others]}


def test_nothing_of_others_is_in_a_row_or_its_counts(here):
    ward, officer, coordinator = here
    made, tips = heard_again(ward, officer, [-2, -1])
    hidden = due_in(ward, -4, concerns=(ward.parent,))
    Tip.objects.filter(pk=hidden.pk).update(incident=made)
    found = inbox_page(coordinator)
    assert lines(found) == {"overdue": [tips[0]]}
    assert (found.groups[0].rows[0].grouped, found.groups[0].rows[0].incident_size) == (2, 2)


def test_pages_together_show_each_row_once_and_reach_every_tip(here, desk_client):
    ward, officer, coordinator = here
    wanted = {due_in(ward, -3).pk for _ in range(ROWS_A_PAGE)}
    made = [heard_again(ward, officer, [-n, -n - 0.5])[0] for n in (2, 5)]
    wanted |= {pk for each in made for pk in each.tips.values_list("pk", flat=True)}
    client, url, reached, rows = sign_in(desk_client, coordinator), INBOX, set(), 0
    while url:
        context = client.get(url).context
        for row in (row for group in context["inbox"].groups for row in group.rows):
            reached |= opened(client, row) if row.incident_size > 1 else {row.pk}
            rows += 1
        url = context["next_url"]
    assert reached == wanted
    assert rows == ROWS_A_PAGE + 2


def opened(client, row):
    address = reverse("incident-rows", DESK, args=[row.incident_id])
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    links = re.findall(r'data-row href="/tips/([0-9a-f-]{36})/"', page)
    return {type(row.pk)(link) for link in links}


def test_a_row_opens_to_the_tips_that_stand_behind_the_first_one_too(here, desk_client):
    ward, officer, coordinator = here
    tips = tuple(due_in(ward, n) for n in (5, 6, 7))
    closed = make.tip(unit=ward, state="closed")
    made = make.incident(unit=ward, by=officer, tips=tips)
    Tip.objects.filter(pk=closed.pk).update(incident=made)
    client = sign_in(desk_client, coordinator)
    page = client.get(INBOX)
    assert "3 tin cùng một vụ" in page.content.decode()
    assert f'href="/tips/incidents/{made.pk}/"' in page.content.decode()
    [row] = page.context["inbox"].groups[0].rows
    assert opened(client, row) == {tip.pk for tip in tips}
    address = reverse("incident-rows", DESK, args=[made.pk])
    assert client.get(address).status_code == 302
    # Rows are ticked where the list has boxes, and nowhere else.
    for query, boxes in (("", 0), ("?choose=1", 3)):
        page = client.get(address + query, headers={"HX-Request": "true"}).content.decode()
        assert page.count('type="checkbox"') == boxes


def test_a_row_says_the_worst_of_what_it_stands_for_and_nothing_of_other_stretches(
    here, desk_client
):
    ward, officer, coordinator = here
    calm = {"urgency": "P2", "first_read_at": NIGHT}
    tips = [due_in(ward, hours, **calm) for hours in (0.5, 1, 1.5, 10)]
    made = make.incident(unit=ward, by=officer, tips=tuple(tips))
    rows = Tip.objects.filter(incident=made)
    rows.update(state="accepted", first_answered_at=NIGHT, **calm)
    line = line_of(desk_client, coordinator)
    assert (line.urgency, line.is_hot, line.is_new, line.flags) == ("P2", False, False, [])
    rows.filter(pk=tips[1].pk).update(
        urgency="P1", happening="now", first_read_at=None, waiting_since=NIGHT
    )
    rows.filter(pk=tips[3].pk).update(money_moved=True)
    line = line_of(desk_client, coordinator)
    assert (line.pk, line.urgency, line.is_hot, line.is_new) == (tips[0].pk, "P1", True, True)
    assert line.flags == ["Đang xảy ra", "Người báo nhắn tiếp"]
    page = desk_client.get(INBOX).content.decode()
    summary = page.partition('<details class="incident-rows">')[2].partition("</summary>")[0]
    assert '<span class="row-urgency urgent">P1' in summary
    assert "<b>Đang xảy ra</b>" in summary


def line_of(client, officer):
    """The first line of the list as the page shows it."""
    page = sign_in(client, officer).get(INBOX)
    return row_views(page.context["inbox"].groups[0].rows)[0]


def test_what_does_not_fit_below_a_row_is_counted_and_led_to(here, desk_client, monkeypatch):
    monkeypatch.setattr(incident_page, "MOST_INCIDENT_ROWS", 2)
    ward, officer, coordinator = here
    address = reverse("incident-rows", DESK, args=[heard_again(ward, officer, [1, 2, 3])[0].pk])
    Tip.objects.update(state="accepted")
    sign_in(desk_client, coordinator)
    page = desk_client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert page.count("data-row") == 2
    assert "Còn 1 tin nữa" in page
    monkeypatch.setattr(incident_page, "MOST_INCIDENT_ROWS", 3)
    page = desk_client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "tin nữa" not in page


@pytest.mark.parametrize("amount", [3, 30])
def test_the_provinces_page_needs_nine_queries_however_many_tips(
    here, desk_client, amount, django_assert_max_num_queries
):
    ward, officer, coordinator = here
    for n in range(amount):
        heard_again(ward, officer, [n + 1, n + 2])
    sign_in(desk_client, coordinator)
    # Two of whoever signed in; six of the menus, which count what waits for a coordinator, here and
    # in the units below; one for the line about waves.
    with django_assert_max_num_queries(9 + 2 + 6 + 1):
        assert desk_client.get(INBOX).status_code == 200
