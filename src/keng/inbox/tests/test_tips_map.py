"""Where the open tips are: counted for whoever looks, and each number as many as its list has."""

import datetime
import re
from html import unescape

import pytest
from django.urls import reverse

from keng.accounts.models import Post
from keng.conftest import sign_in
from keng.inbox.by_place.tip_map import tip_map
from keng.inbox.by_place.tips_by_place import tips_by_commune, tips_by_hamlet
from keng.intake.examination.examine import examine_tips
from keng.kit import times
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db
MAP = reverse("tips-map", "keng.site.desk_urls")


class Province:
    """Two wards with desks, hamlets in one of them, and tips of every kind of place."""

    def __init__(self):
        self.province = make.place("Tỉnh nhà", kind="province")
        self.unit = make.province_unit(serves=self.province)
        self.nenh, self.kep = (
            make.place(name, kind="ward", parent=self.province) for name in ("Nếnh", "Kép")
        )
        self.ward = make.unit(parent=self.unit, serves=self.nenh)
        self.other = make.unit(parent=self.unit, serves=self.kep)
        self.first, self.tenth = (
            make.place(str(n), kind="hamlet", parent=self.nenh, full_name=f"Thôn {n}")
            for n in (1, 10)
        )
        self.coordinator = make.officer(unit=self.unit, role=Post.Role.COORDINATOR)
        self.officer = make.officer(unit=self.ward)

    def told_tip(self, place, *, unit=None, **fields):
        """An open tip of the ward at this place."""
        return make.tip(unit=unit or self.ward, place=place, **fields)


@pytest.fixture
def province():
    return Province()


@pytest.fixture
def tips(province):
    late = times.now() - datetime.timedelta(hours=30)
    told_tip = province.told_tip
    told_tip(province.first, urgency="P0")
    told_tip(province.nenh, place_detail="sau đình THÔN 10, nhà 1", urgency="P1", received_at=late)
    told_tip(province.nenh, place_detail="giữa thôn 1 và thôn 10", due_at=late)
    told_tip(province.nenh, place_detail="ngõ 10")
    told_tip(None)
    told_tip(make.place("Phường xa", kind="ward", parent=make.place("Tỉnh xa", kind="province")))
    told_tip(province.kep, unit=province.other)
    told_tip(province.nenh, state=Tip.State.CLOSED, due_at=None, closed_at=times.now())
    told_tip(province.nenh, concerns=(province.ward,))
    examine_tips()
    return province


def counted(found):
    return {each.place.full_name: each.count for each in found.places}


def test_a_commune_has_what_lies_in_it_and_the_sum_is_every_open_tip(tips):
    found = tips_by_commune(tips.coordinator)
    nenh = next(each for each in found.places if each.place == tips.nenh)
    urgent = Tip.objects.visible_to(tips.coordinator).filter(place=tips.nenh, urgency="P1")
    assert (nenh.critical, nenh.urgent, nenh.overdue) == (1, urgent.open().count(), 1)
    assert [each.place for each in found.places] == [tips.nenh, tips.kep]
    everything = Tip.objects.visible_to(tips.coordinator).open().count()
    assert found.total.count == everything == nenh.count + 1 + found.elsewhere.count
    assert found.elsewhere.count == 2


def test_a_desk_sees_its_own_tips_alone_and_none_about_itself(tips):
    found = tips_by_commune(tips.officer)
    assert found.total.count == Tip.objects.visible_to(tips.officer).open().count() == 6
    assert [each.place for each in found.places] == [tips.nenh]
    assert found.places[0].count == 4


def test_a_tip_stands_in_every_hamlet_its_place_names(tips):
    found = tips_by_hamlet(tips.officer, tips.nenh)
    assert counted(found) == {"Thôn 1": 2, "Thôn 10": 2}
    assert (found.elsewhere.count, found.total.count) == (1, 4)


def test_the_gravest_place_comes_first(province):
    for _each in range(3):
        province.told_tip(province.nenh)
    province.told_tip(province.kep, unit=province.other, urgency="P0")
    found = tips_by_commune(province.coordinator)
    assert [each.place for each in found.places] == [province.kep, province.nenh]


@pytest.mark.parametrize("who", ["coordinator", "officer"])
def test_every_number_is_as_many_as_the_list_it_opens(desk_client, tips, who):
    client = sign_in(desk_client, getattr(tips, who))
    pages = [client.get(MAP).content.decode()]
    if who == "coordinator":
        pages.append(client.get(f"{MAP}?place={tips.nenh.pk}").content.decode())
    links = [
        (unescape(url), int(number))
        for page in pages
        for url, number in re.findall(
            r'<a href="(/tips/search/[^"]*only_open[^"]*)">\s*(\d+)', page
        )
    ]
    assert len(links) == {"coordinator": 6, "officer": 4}[who]
    for url, number in links:
        found = client.get(url).context["rows"]
        assert len(found) == number, url


def test_map_and_table_say_the_same_and_the_drawing_is_for_the_eye_alone(desk_client, tips):
    page = sign_in(desk_client, tips.coordinator).get(MAP).content.decode()
    drawing = re.search(r'<svg[^>]*class="tile-map.*?</svg>', page, re.DOTALL)[0]
    assert 'aria-hidden="true"' in drawing
    assert drawing.count("<a ") == drawing.count('tabindex="-1"') == 2
    squares = re.findall(r'data-tile="\w+".*?class="tile-share"[^>]*>\s*(\d+)', drawing, re.DOTALL)
    names = [tile.tips.count for tile in tip_map(tips_by_commune(tips.coordinator)).tiles]
    assert squares == list(map(str, names))
    assert "Map of open tips" not in page


def test_a_desk_of_one_commune_has_its_hamlets_and_no_drawing(desk_client, tips):
    page = sign_in(desk_client, tips.officer).get(MAP).content.decode()
    assert 'class="tile-map' not in page
    assert "Thôn 10" in page
    assert "Kép" not in page


def test_a_commune_of_another_desk_has_no_page(desk_client, tips):
    client = sign_in(desk_client, tips.officer)
    for place in (tips.kep.pk, "x"):
        kept = client.get(MAP, {"place": place}).content.decode()
        assert "Kép" not in kept
    coordinator = sign_in(desk_client, tips.coordinator)
    assert coordinator.get(MAP, {"place": "x"}).status_code == 404


def test_more_communes_and_hamlets_cost_no_more_questions(
    desk_client, tips, django_assert_max_num_queries
):
    client = sign_in(desk_client, tips.coordinator)
    for number in range(30):
        place = make.place(kind="hamlet", parent=tips.nenh)
        tips.told_tip(place)
        made = make.place(f"Xã {number}", kind="commune", parent=tips.province)
        tips.told_tip(made, unit=make.unit(parent=tips.unit, serves=made))
    for address in (MAP, f"{MAP}?place={tips.nenh.pk}"):
        with django_assert_max_num_queries(20):
            client.get(address)
