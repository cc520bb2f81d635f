"""The row of the open tip stays where it was opened, so that the hand finds it again."""

import datetime

import pytest
from django.urls import reverse

from keng.inbox.list.inbox_query import ROWS_A_PAGE
from keng.kit import times
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db
DESK = "keng.site.desk_urls"
INBOX = reverse("inbox", DESK)


def due(unit, minutes, **fields):
    return make.tip(unit=unit, due_at=times.now() + datetime.timedelta(minutes=minutes), **fields)


def rows_of(page):
    return [row.pk for *_label, rows in page.context["groups"] for row in rows]


def sink(tip):
    Tip.objects.filter(pk=tip.pk).update(due_at=times.now() + datetime.timedelta(days=20))


def test_a_tip_that_sinks_while_it_is_open_keeps_its_row_and_says_where_it_stands(desk, unit):
    tips = [due(unit, n) for n in (30, 40, 50)]
    desk.get(INBOX, {"tip": tips[1].pk})
    sink(tips[1])
    page = desk.get(INBOX, {"tip": tips[1].pk})
    assert rows_of(page) == [tip.pk for tip in tips]
    _code, label, count, _rows = page.context["groups"][0]
    assert (label, count) == ("Trong 2 giờ", 2)
    assert "đã chuyển sang: Hạn sau" in page.content.decode()
    # Once another one is open it stands where it belongs.
    page = desk.get(INBOX, {"tip": tips[2].pk})
    assert rows_of(page) == [tips[0].pk, tips[2].pk, tips[1].pk]


def test_a_graver_critical_tip_keeps_its_row_above_one_that_is_due_before(desk, unit):
    graver = due(unit, 50, urgency="P0", gravity_band=1)
    sooner = due(unit, 10, urgency="P0", gravity_band=5)
    desk.get(INBOX, {"tip": graver.pk})
    sink(graver)
    assert rows_of(desk.get(INBOX, {"tip": graver.pk})) == [graver.pk, sooner.pk]


def test_among_many_critical_tips_the_page_of_a_graver_one_is_come_back_to(desk, unit):
    # All on the second page are less grave, and due before those of the first.
    graver = [due(unit, 600 + n, urgency="P0", gravity_band=1) for n in range(ROWS_A_PAGE)]
    calmer = [due(unit, 10 + n, urgency="P0", gravity_band=5) for n in range(3)]
    desk.get(INBOX, {"tip": graver[0].pk})
    sink(graver[0])
    assert rows_of(desk.get(INBOX, {"tip": graver[0].pk}))[0] == graver[0].pk
    later = desk.get(INBOX).context["next_url"]
    page = desk.get(f"{later}&tip={calmer[1].pk}")
    assert rows_of(page) == [tip.pk for tip in calmer]
    Tip.objects.filter(pk=calmer[1].pk).update(due_at=times.now())
    page = desk.get(f"{later}&tip={calmer[1].pk}")
    assert rows_of(page) == [tip.pk for tip in calmer]


def test_the_only_one_of_its_group_keeps_the_group(desk, unit):
    first, second = due(unit, -5), due(unit, 60)
    desk.get(INBOX, {"tip": first.pk})
    sink(first)
    page = desk.get(INBOX, {"tip": first.pk})
    assert rows_of(page) == [first.pk, second.pk]
    assert [group[1:3] for group in page.context["groups"]] == [("Quá hạn", 0), ("Trong 2 giờ", 1)]


def test_a_tip_that_left_the_folder_keeps_its_row_while_it_is_open(desk, unit, officer):
    tips = [due(unit, n) for n in (30, 40, 50)]
    desk.get(INBOX, {"folder": "unassigned", "tip": tips[0].pk})
    answer = desk.post(reverse("tip-accept", DESK, args=[tips[0].pk]), {"from": "inbox"})
    page = desk.get(answer.headers["Location"])
    assert page.context["inbox"].folder == "unassigned"
    assert rows_of(page) == [tip.pk for tip in tips]
    assert page.context["inbox"].total == 2


def test_what_is_refused_in_the_list_stays_in_the_list_and_is_read_before_the_next_key(desk, unit):
    # Its deadline comes before the moment to which it would be set aside.
    tip = due(unit, 30)
    page = desk.post(reverse("tip-set-aside", DESK, args=[tip.pk]), {"from": "inbox"}, follow=True)
    assert page.request["PATH_INFO"] == INBOX
    assert page.context["chosen"] == tip
    html = page.content.decode()
    assert 'class="toast" role="status" data-read-first>' in html
    assert "hạn xử lý của tin này đến trước" in html


def test_an_undo_in_the_list_comes_back_to_the_list_with_its_tip(desk, unit):
    tips = [due(unit, 600 + n) for n in range(3)]
    desk.get(INBOX, {"folder": "unassigned", "tip": tips[0].pk})
    page = desk.post(
        reverse("tip-set-aside", DESK, args=[tips[0].pk]), {"from": "inbox"}, follow=True
    )
    assert page.context["chosen"] == tips[1]
    assert '<input type="hidden" name="from" value="inbox">' in page.content.decode()
    sent = page.context["undo_fields"] | {"from": "inbox"}
    page = desk.post(page.context["undo_url"], sent, follow=True)
    assert page.context["chosen"] == tips[0]
    assert page.context["inbox"].folder == "unassigned"
    assert rows_of(page) == [tip.pk for tip in tips]


def test_a_page_further_down_is_come_back_to(desk, unit):
    tips = [due(unit, 600 + n) for n in range(1, ROWS_A_PAGE + 6)]
    later = desk.get(INBOX).context["next_url"]
    desk.get(later)
    at = tips[ROWS_A_PAGE + 1]
    desk.get(f"{later}&tip={at.pk}")
    answer = desk.post(
        reverse("tip-set-aside", DESK, args=[at.pk]), {"from": "inbox", "until": "4h"}
    )
    page = desk.get(answer.headers["Location"])
    assert page.context["chosen"] == tips[ROWS_A_PAGE + 2]
    assert rows_of(page)[0] == tips[ROWS_A_PAGE].pk


def test_from_the_last_one_of_a_page_the_next_page_opens(desk, unit):
    tips = [due(unit, 600 + n) for n in range(1, ROWS_A_PAGE + 6)]
    last, following = tips[ROWS_A_PAGE - 1], tips[ROWS_A_PAGE]
    desk.get(INBOX, {"tip": last.pk})
    answer = desk.post(
        reverse("tip-set-aside", DESK, args=[last.pk]), {"from": "inbox", "until": "4h"}
    )
    page = desk.get(answer.headers["Location"])
    assert page.context["chosen"] == following
    assert following.pk in rows_of(page)


def test_a_tip_far_down_is_opened_with_the_rows_that_follow_it(desk, unit):
    tips = [due(unit, 600 + n) for n in range(1, 2 * ROWS_A_PAGE + 9)]
    at = 2 * ROWS_A_PAGE + 4
    page = desk.get(INBOX, {"tip": tips[at].pk})
    assert rows_of(page) == [tip.pk for tip in tips[at:]]
    # A decision comes back there, to the next one.
    sent = {"from": "inbox", "until": "4h"}
    answer = desk.post(reverse("tip-set-aside", DESK, args=[tips[at].pk]), sent)
    page = desk.get(answer.headers["Location"])
    assert page.context["chosen"] == tips[at + 1]
    assert rows_of(page) == [tip.pk for tip in tips[at + 1 :]]


def test_on_a_tips_own_page_the_neighbours_stay_those_of_its_position(desk, unit):
    tips = [due(unit, n) for n in (30, 40, 50)]
    url = reverse("tip", DESK, args=[tips[1].pk])
    desk.get(url)
    sink(tips[1])
    page = desk.get(url)
    assert (page.context["before"], page.context["after"]) == (tips[0].pk, tips[2].pk)
