"""Long lists: a page at a time, few questions, and the relay tree with all its levels."""

import re

import pytest

from keng.kit import times
from keng.network.queries import relay_tree
from keng.network.tests.ward_desk import url
from tests import make

pytestmark = pytest.mark.django_db


def test_333_groups_come_a_page_at_a_time_and_the_sums_are_of_all(
    client, desk, django_assert_max_num_queries
):
    for number in range(333):
        make.group(unit=desk.unit, place=desk.place, name=f"Nhóm {number:03d}")
    with django_assert_max_num_queries(16):
        first = client.get(url("groups")).content.decode()
    assert "333 nhóm" in first
    assert "1–50 trong 333" in first
    assert re.findall(r">Nhóm (\d+)</a>", first) == [f"{n:03d}" for n in range(50)]
    last = client.get(url("groups") + "?page=6").content.decode()
    assert "301–333 trong 333" in last
    assert "Trang sau" not in last
    # A page that does not exist is the last one, and what was filtered stays so.
    beyond = client.get(url("groups") + "?page=99&kind=residents").content.decode()
    assert "301–333 trong 333" in beyond
    assert "?page=5&amp;kind=residents" in beyond


def test_a_school_is_a_tree_of_two_levels_and_a_long_one_starts_folded(client, desk):
    desk.school("Nếnh", teachers=2)
    desk.school("Quang Châu", teachers=12)
    page = client.get(url("leads")).content.decode()
    assert page.index("Hiệu trưởng Nếnh") < page.index("Cô Nếnh-0") < page.index("Cô Nếnh-1")
    assert "12 đầu mối bên dưới" in page
    assert page.count("<details>") == 1
    short = re.search(r"Hiệu trưởng Nếnh.*?</ul>", page, re.DOTALL)[0]
    assert short.count("<li>") == 2


def test_a_search_shows_what_stands_above_and_below(client, desk):
    desk.school("Nếnh", teachers=2)
    desk.school("Kép", teachers=2)
    one = client.get(url("leads") + "?q=co nenh-1").content.decode()
    assert re.findall(r">(Cô [^<]*|Hiệu trưởng [^<]*)</a>", one) == [
        "Hiệu trưởng Nếnh",
        "Cô Nếnh-1",
    ]
    whole = client.get(url("leads") + "?q=truong nenh").content.decode()
    assert re.findall(r">Cô ([^<]*)</a>", whole) == ["Nếnh-0", "Nếnh-1"]
    assert "Không có dòng nào khớp" in client.get(url("leads") + "?q=zzz").content.decode()


def test_who_reaches_nobody_is_said(client, desk):
    desk.school("Nếnh", teachers=1)
    make.lead(unit=desk.unit, name="Ông Chơi Không")
    make.lead(unit=desk.unit, name="Bà Đã Thôi", stopped_at=times.now())
    page = client.get(url("leads")).content.decode()
    assert "3 đầu mối đang chuyển tin; 1 người chưa chuyển tới ai" in page
    assert page.count("không có nhóm, không có đầu mối dưới") == 1


def test_many_schools_ask_no_more_than_one(client, desk, django_assert_max_num_queries):
    for number in range(60):
        desk.school(f"{number:02d}", teachers=3)
    with django_assert_max_num_queries(14):
        page = client.get(url("leads")).content.decode()
    assert page.count(">Hiệu trưởng ") == 50
    assert "1–50 trong 60" in page


def test_a_lead_of_another_desk_above_does_not_hide_the_one_below(desk):
    foreign = make.lead(unit=make.unit(), name="Người xa")
    mine = make.lead(unit=desk.unit, above=foreign)
    assert relay_tree.relay_tree_of(desk.officer).roots == (mine.pk,)
