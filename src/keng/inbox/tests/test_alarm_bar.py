"""The red bar says how many ring, the gravest first, and leads through them by link and key."""

import datetime
import re

import pytest
from django.urls import reverse

from keng.accounts.models import NamedOfficer
from keng.alarms.bar import MOST_IN_BAR, alarm_bar_for, ringing_tips_of
from keng.conftest import sign_in
from keng.kit import times
from keng.tips.models import Suggestion, Tip
from tests import make

pytestmark = pytest.mark.django_db
KNIFE = "Chồng tôi đang cầm dao ngoài cửa"
MONEY = "Em vừa chuyển khoản 20 triệu cho nó, cách đây 7 phút"


@pytest.fixture
def here():
    class Here:
        pass

    found = Here()
    found.province = make.province_unit("Công an tỉnh thử")
    found.commune = make.unit("Công an phường thử", parent=found.province)
    found.lan = make.officer(unit=found.commune, name="Lan")
    found.mai = make.officer(unit=found.province, name="Mai")
    return found


def rings(here, text, minutes_ago, **fields):
    at = times.now() - datetime.timedelta(minutes=minutes_ago)
    return make.tip(unit=here.commune, text=text, urgency="P0", received_at=at, **fields)


def bar_of(client, officer, query=""):
    return sign_in(client, officer).get(f"/alarm/{query}").content.decode()


def test_a_life_stands_before_money_and_whoever_waits_longest_before_the_others(here):
    money = rings(here, MONEY, 21)
    knife = rings(here, KNIFE, 1)
    older = rings(here, "Cứu với, nó đang chém người", 5)
    assert [each.tip_id for each in ringing_tips_of(here.mai)] == [older.pk, knife.pk, money.pk]


def test_what_an_officer_sorted_decides_what_is_at_stake_until_danger_is_told(here):
    tip = rings(here, KNIFE, 21)
    other = rings(here, KNIFE, 1)
    Tip.objects.filter(pk=tip.pk).update(category="scam_other")
    assert [each.tip_id for each in ringing_tips_of(here.lan)] == [other.pk, tip.pk]
    said = make.message(tip, "cứu với, nó đang cầm dao")
    Tip.objects.filter(pk=tip.pk).update(danger_at=said.at, danger_unheard=True)
    Tip.objects.filter(pk=other.pk).update(received_at=times.now() + datetime.timedelta(minutes=1))
    assert [each.tip_id for each in ringing_tips_of(here.lan)] == [tip.pk, other.pk]
    assert ringing_tips_of(here.lan)[0].words == said.text


def test_the_province_reads_whose_desk_it_is_also_of_a_matter_for_named_officers(desk_client, here):
    rings(here, KNIFE, 1)
    assert "<b>Công an phường thử</b>" in bar_of(desk_client, here.mai)
    assert "Công an phường thử" not in bar_of(desk_client, here.lan)
    NamedOfficer.objects.create(unit=here.commune, officer=here.lan, named_by=here.lan)
    Tip.objects.update(is_for_named=True)
    bar = bar_of(desk_client, here.mai)
    assert KNIFE not in bar
    assert "<b>Công an phường thử</b>" in bar


def test_a_number_that_says_not_safe_is_said_in_words(desk_client, here):
    tip = rings(here, KNIFE, 21)
    by_lan = {"author": "desk", "officer": here.lan}
    make.message(tip, "Lúc này bạn có an toàn không? Trả lời 1 là có, 2 là không.", **by_lan)
    answer = make.message(tip, "2")
    Tip.objects.filter(pk=tip.pk).update(danger_at=answer.at, danger_unheard=True)
    words = f"Người báo trả lời: KHÔNG an toàn. {KNIFE}"
    assert words in bar_of(desk_client, here.lan)
    page = desk_client.get(reverse("tip", args=[tip.pk], urlconf="keng.site.desk_urls"))
    assert "Người báo trả lời: KHÔNG an toàn" in page.content.decode()


def test_a_fraud_that_the_machine_only_guesses_is_about_money_and_in_doubt_it_is_a_life(here):
    guessed = rings(here, "Nó gọi bắt em cài ứng dụng", 9)
    Suggestion.objects.create(tip=guessed, categories=[{"code": "scam_bank"}], urgency="P0")
    unclear = rings(here, "Xin giúp em gấp", 1)
    assert [each.tip_id for each in ringing_tips_of(here.lan)] == [unclear.pk, guessed.pk]


def test_the_bar_says_how_many_and_counts_the_newest(desk_client, here):
    rings(here, KNIFE, 9)
    assert "trên" not in bar_of(desk_client, here.lan)
    for n in range(6):
        rings(here, f"{MONEY} lần {n}", n)
    bar = bar_of(desk_client, here.lan)
    assert "1 trên 7" in bar
    assert KNIFE in bar.partition('id="p0-what"')[2][:160]
    # Read out is the newest, with the number of all; it carries a mark for each.
    said = bar.partition('data-said="')[2].partition('"')[0]
    assert "lần 0" in said
    assert "7 tin khẩn cấp chưa ai nhận" in said
    assert len(re.search(r'data-all="([^"]*)"', bar)[1].split()) == 7


def test_links_lead_through_all_of_them_without_a_script_and_back_to_the_first(desk_client, here):
    tips = [rings(here, f"Cứu với, nó đang cầm dao {n}", 9 - n) for n in range(3)]
    client = sign_in(desk_client, here.lan)
    page = client.get("/tips/?folder=open").content.decode()
    seen = []
    for _step in tips:
        seen.append(re.search(r'data-alarm="([^"]*)"', page)[1])
        later = re.search(r'rel="next" href="([^"]*)" data-at', page)[1].replace("&amp;", "&")
        # The same page, and nothing of its address is lost.
        assert later.startswith("?folder=open&alarm=")
        page = client.get(f"/tips/{later}").content.decode()
    assert seen == [str(tip.pk) for tip in tips]
    assert re.search(r'data-alarm="([^"]*)"', page)[1] == seen[0]
    earlier = re.search(r'rel="prev" href="\?folder=open&amp;alarm=([^"]*)"', page)[1]
    assert earlier == seen[-1]
    assert 'data-key="F9"' in page
    assert 'data-key="shift F9"' in page


def test_f8_takes_the_one_that_is_shown_and_the_bar_goes_on_with_the_gravest(desk_client, here):
    first, second = rings(here, KNIFE, 9), rings(here, KNIFE, 1)
    bar = bar_of(desk_client, here.lan, f"?alarm={second.pk}")
    assert "2 trên 2" in bar
    address = re.search(r'action="([^"]*/accept/)"', bar)[1]
    assert desk_client.post(address).status_code == 302
    second.refresh_from_db()
    assert second.assigned_to == here.lan
    bar = bar_of(desk_client, here.lan, f"?alarm={second.pk}")
    assert f'data-alarm="{first.pk}"' in bar
    assert "trên" not in bar


@pytest.mark.parametrize("query", ["?alarm=x", "?alarm=", "?alarm=0198&on=y"])
def test_an_odd_place_is_the_first_one(desk_client, here, query):
    tip = rings(here, KNIFE, 1)
    assert f'data-alarm="{tip.pk}"' in bar_of(desk_client, here.lan, query)


def test_what_concerns_the_own_unit_is_not_even_counted(here):
    rings(here, KNIFE, 1)
    rings(here, KNIFE, 1, concerns=(here.commune,))
    assert alarm_bar_for(here.lan).total == 1
    assert alarm_bar_for(here.mai).total == 2


def test_a_flood_costs_the_same_queries(here, django_assert_max_num_queries):
    for n in range(30):
        rings(here, MONEY, n)
    assert MOST_IN_BAR >= 200
    alarm_bar_for(here.mai)
    officer = type(here.mai).objects.get(pk=here.mai.pk)
    with django_assert_max_num_queries(7):
        assert alarm_bar_for(officer).total == 30


def test_money_is_said_to_be_money(desk_client, here):
    rings(here, MONEY, 1)
    assert "về tiền" in bar_of(desk_client, here.lan)


def test_on_the_page_of_a_tip_that_rings_the_bar_and_its_key_are_for_that_tip(desk_client, here):
    grave, other = rings(here, KNIFE, 9), rings(here, MONEY, 1)
    client = sign_in(desk_client, here.lan)
    for address in (f"/tips/{other.pk}/", f"/tips/?tip={other.pk}", f"/alarm/?on={other.pk}"):
        page = client.get(address).content.decode()
        assert f'data-alarm="{other.pk}"' in page
        taking = page.partition('data-key="F8"')[0].rpartition("<form")[2]
        assert f"/tips/{other.pk}/accept/" in taking
        assert "F8 nhận tin này" not in page
    # Elsewhere, and for whoever walks on, the order is the order.
    assert f'data-alarm="{grave.pk}"' in client.get("/alarm/").content.decode()
    walked = client.get(f"/alarm/?on={other.pk}&alarm={grave.pk}").content.decode()
    assert f'data-alarm="{grave.pk}"' in walked
    assert "F8 nhận tin này, không phải tin đang mở." in walked


def test_the_bar_says_that_its_reporter_is_not_to_be_called(here, desk_client):
    rings(here, KNIFE, 1, do_not_call=True)
    assert "Không gọi: người báo dặn vậy." in bar_of(desk_client, here.lan)
