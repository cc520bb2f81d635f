"""Search is for work: what is found, by whom, for how long, and what a name costs."""

import datetime
import re

import pytest
from django.db import connection
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage
from keng.inbox.search import search_acts, search_query
from keng.inbox.search.search_query import TipSearch, find_tips
from keng.intake.examination.examine import examine_messages, examine_tips
from keng.kit import times
from keng.places.models import Jurisdiction
from keng.site.policy_functions import policy_functions
from keng.tips import search_words
from keng.tips.errors import NamesAPerson, TooManyChosen
from keng.tips.models import SavedSearch, Tip
from tests import make

pytestmark = pytest.mark.django_db
DESK = "keng.site.desk_urls"
SEARCH = reverse("search", DESK)
SAID = "Có số 0912 000 417 gọi, xưng là điện lực, bảo bấm dienluc-hoantien.example đóng tiền"


def seen(officer, **wanted):
    return [row.pk for row in find_tips(officer, TipSearch(**wanted)).rows]


def told(unit, text, **fields):
    made = make.tip(unit=unit, text=text, **fields)
    examine_tips()
    return made


@pytest.mark.parametrize(
    "typed",
    [
        "0912000417",
        "0912 000 417",
        "0912.000.417",
        "+84 912 000 417",
        "84912000417",
        "o9l2 000 4l7",
        "dienluc-hoantien[.]example",
        "https://dienluc-hoantien.example",
        "điện lực",
        "dien luc",
        "DIEN LUC dong tie",
        "goi 0912-000-417 dien luc",
    ],
)
def test_words_and_numbers_are_found_however_they_are_typed(unit, officer, typed):
    tip = told(unit, SAID)
    told(unit, "Cây đổ chắn lối vào xóm, số 0987 000 111 gọi nhiều lần")
    assert seen(officer, q=typed) == [tip.pk]


def test_an_account_is_found_without_the_words_around_it(unit, officer):
    tip = told(unit, "Nó bắt chuyển vào stk 1903 4567 890123 của nó")
    assert seen(officer, q="19034567890123") == [tip.pk]
    assert seen(officer, q="1903.4567.890123") == [tip.pk]


def test_a_number_whose_role_nobody_knows_is_found_by_nothing(unit, officer):
    tip = make.tip(unit=unit, text="Tờ giấy ghi 0912 000 417 dán ở cột đèn")
    examine_tips()
    tip.sightings.update(role="unknown")
    for typed in ("0912000417", "0912 000 417", "0912", "0912 000"):
        assert seen(officer, q=typed) == []
    assert seen(officer, q="cột đèn") == [tip.pk]


@pytest.mark.parametrize(
    "typed",
    [
        "dienluc-hoantien.example",
        "DIENLUC-hoantien[.]example",
        "dienluc-hoantien(.)example",
        "https://dienluc-hoantien.example/",
        "hxxp://dienluc-hoantien.example",
    ],
)
def test_a_site_whose_role_nobody_knows_is_found_and_joins_two_tips(unit, officer, typed):
    tips = [told(unit, f"Tờ rơi {n} ghi dienluc-hoantien.example/thang{n}") for n in (1, 2)]
    for tip in tips:
        tip.sightings.update(role="unknown")
    assert set(seen(officer, q=typed)) == {tip.pk for tip in tips}
    tips[0].sightings.update(role="not_used")
    assert seen(officer, q=typed) == [tips[1].pk]


def test_somebodys_page_of_unknown_role_is_found_by_nothing(unit, officer):
    tip = told(unit, "Tôi xem facebook.com/nguoibanhang88 thấy lạ")
    tip.sightings.update(role="unknown")
    assert seen(officer, q="facebook.com/nguoibanhang88") == []


def test_what_the_reporter_wrote_later_is_found_too(unit, officer):
    tip = told(unit, "Có người hỏi mua sổ")
    make.message(tip, "Họ đi xe bán tải màu xám")
    examine_messages()
    assert seen(officer, q="ban tai") == [tip.pk]


def test_the_number_of_a_tip_finds_it(unit, officer):
    tip = told(unit, "Ồn ào cả đêm")
    number = Tip.objects.get(pk=tip.pk).reference
    assert seen(officer, q=number.lower()) == [tip.pk]
    assert seen(officer, q=number.rpartition("-")[2].lstrip("0")) == [tip.pk]


def test_nothing_of_others_is_found(unit, officer):
    told(make.unit(), SAID)
    told(unit, SAID, concerns=(unit,))
    assert seen(officer, q="0912000417") == []
    assert seen(officer, q="dien luc") == []


def test_place_category_time_and_channel_narrow(unit, officer):
    ward = make.place()
    hamlet = make.place(parent=ward)
    long_ago = times.now() - datetime.timedelta(days=20)
    here = told(unit, "Đánh bạc ở xóm", place=hamlet, category="gambling")
    old = told(unit, "Đánh bạc ở chợ", place=make.place(), channel="zalo_oa", received_at=long_ago)
    assert (
        seen(officer, q="danh bac") == [old.pk, here.pk][::-1]
        or len(seen(officer, q="danh bac")) == 2
    )
    assert seen(officer, place=ward.pk) == [here.pk]
    assert seen(officer, category="gambling", only_open=True)[-1] == here.pk
    assert seen(officer, channel="zalo_oa") == [old.pk]
    assert seen(officer, q="danh bac", days=7) == [here.pk]


def test_a_hamlet_is_where_it_happened_or_what_the_words_name(unit, officer):
    ward = make.place("Phường Nếnh")
    hamlet = make.place("Ninh Khánh", parent=ward, kind="hamlet", full_name="Tổ dân phố Ninh Khánh")
    there = told(unit, "Đánh bạc", place=hamlet)
    named = told(unit, "Đánh bạc tại tổ dân phố Ninh Khánh", place=ward)
    detailed = told(unit, "Đánh bạc", place=ward, place_detail="đầu ngõ ninh khánh")
    flat = told(unit, "Đánh bạc", place=ward, place_detail="gan NHA VAN HOA to ninh  khanh, ngo 2")
    told(unit, "Đánh bạc", place=ward)
    told(unit, "Đánh bạc tại tổ dân phố Ninh Khánh", place=make.place())
    assert set(seen(officer, hamlet=hamlet.pk)) == {there.pk, named.pk, detailed.pk, flat.pk}
    assert seen(officer, hamlet=unit.pk) == []


@pytest.mark.parametrize(("name", "full_name"), [("Thôn 1", "Thôn 1"), ("1", "Thôn 1")])
def test_a_numbered_hamlet_is_not_one_whose_number_begins_alike(unit, officer, name, full_name):
    ward = make.place("Phường Nếnh")
    hamlet = make.place(name, parent=ward, kind="hamlet", full_name=full_name)
    first = told(unit, "Đánh bạc", place=ward, place_detail="sau đình thôn 1, ngõ 10")
    told(unit, "Đánh bạc", place=ward, place_detail="sau đình THÔN 10, nhà 1")
    assert seen(officer, hamlet=hamlet.pk) == [first.pk]


def test_the_hamlets_of_the_one_commune_that_is_meant_are_offered(unit, officer, desk_client):
    wards = [make.place(f"Phường {name}") for name in ("Nếnh", "Vân Hà")]
    hamlets = [make.place(f"Tổ {ward.name}", parent=ward, kind="hamlet") for ward in wards]
    serves = {"unit": unit, "valid_from": make.LONG_AGO}
    Jurisdiction.objects.create(place=wards[0], **serves)
    tip = told(unit, "Đánh bạc", place=hamlets[0])
    client = sign_in(desk_client, officer)
    page = client.get(SEARCH, {"hamlet": hamlets[0].pk}).content.decode()
    assert str(tip.pk) in page
    assert 'name="place"' not in page
    assert str(hamlets[1].pk) not in page
    Jurisdiction.objects.create(place=wards[1], **serves)
    assert 'name="hamlet"' not in client.get(SEARCH).content.decode()
    asked = {"place": wards[1].pk, "hamlet": hamlets[0].pk}
    page = client.get(SEARCH, asked).content.decode()
    assert str(hamlets[1].pk) in page
    assert str(tip.pk) not in page


def test_closed_tips_are_found_for_90_days_and_then_lose_their_words(unit, officer):
    tip = told(unit, SAID)
    Tip.objects.filter(pk=tip.pk).update(
        state="closed", outcome="solved", due_at=None, closed_at=times.now()
    )
    assert seen(officer, q="dien luc") == [tip.pk]
    assert seen(officer, q="dien luc", only_open=True) == []
    assert search_words.forget_search_words() == 0
    Tip.objects.filter(pk=tip.pk).update(closed_at=times.now() - datetime.timedelta(days=90))
    assert seen(officer, q="dien luc") == []
    assert search_words.forget_search_words() == 1
    assert Tip.objects.get(pk=tip.pk).search is None


def test_an_unfounded_tip_leaves_the_index_and_comes_back_when_reopened(unit, officer):
    make.unit_key(unit)
    tip = told(unit, SAID)
    triage.record_outcome(tip.pk, outcome="unfounded", by=officer)
    triage.close_tip(tip.pk, by=officer)
    assert Tip.objects.get(pk=tip.pk).search is None
    assert seen(officer, q="dien luc") == seen(officer, q="0912000417") == []
    search_words.add_search_words([(tip.pk, "điện lực", "dien luc")])
    assert Tip.objects.get(pk=tip.pk).search is None
    triage.reopen_tip(tip.pk, reason="Có tin mới", by=officer)
    assert seen(officer, q="dien luc") == [tip.pk]


def test_pages_together_hold_every_found_tip_once(unit, officer, monkeypatch):
    monkeypatch.setattr(search_query, "RESULTS_A_PAGE", 3)
    made = [told(unit, "Trộm chó trong xóm").pk for _ in range(7)]
    pages, after = [], ""
    while True:
        found = find_tips(officer, TipSearch(q="trom cho"), after=after)
        pages += [row.pk for row in found.rows]
        after = found.next_cursor
        if not after:
            break
    assert pages == sorted(made, reverse=True)


def test_the_index_serves_words():
    """As the function asks, by which the policy on tips is passed."""
    (asked,) = (each for each in policy_functions() if each.name == "keng_tips_with_words")
    sql = asked.body.partition("RETURN QUERY ")[2].partition(";")[0]
    # For all desks: with so few tips the index of one desk would be as good.
    known = {"words": "to_tsquery('simple', 'dien')", "is_owner": "true", "counts": "true"}
    known |= dict.fromkeys(("units", "own", "kept", "named", "broken"), "NULL::uuid[]")
    for name, value in known.items():
        sql = re.sub(rf"\b{name}\b", value, sql)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "tip_search" in plan


@pytest.mark.parametrize("amount", [2, 30])
def test_the_page_of_results_needs_nine_queries_however_many_there_are(
    unit, officer, desk_client, amount, django_assert_max_num_queries
):
    place = make.place()
    for _ in range(amount):
        make.tip(unit=unit, place=place, text="Trộm chó trong xóm")
    examine_tips()
    sign_in(desk_client, officer)
    with django_assert_max_num_queries(9 + 2):
        page = desk_client.get(SEARCH, {"q": "trom cho"})
    assert page.content.decode().count("data-row ") == amount


def test_a_name_gets_into_no_address_and_asks_for_a_reason_first(unit, officer, desk_client):
    told(unit, "Người tên Trần Văn Bách vay tiền rồi trốn, cả xóm biết")
    sign_in(desk_client, officer)
    for method in (desk_client.get, desk_client.post):
        page = method(SEARCH, {"q": "tran van bach"})
        assert page.status_code == 200
        assert "data-row" not in page.content.decode()
    assert not Entry.objects.filter(action="tips.name_searched").exists()
    page = desk_client.post(SEARCH, {"q": "tran van bach", "why": "1"})
    assert page.status_code == 422
    assert "data-row" not in page.content.decode()


def test_a_reason_opens_the_search_and_is_on_record_without_the_name(unit, officer, desk_client):
    told(unit, "Người tên Trần Văn Bách vay tiền rồi trốn, cả xóm biết")
    sign_in(desk_client, officer)
    asked = {"q": "Tran Van Bach", "reason": "in_a_tip"}
    page = desk_client.post(SEARCH, asked).content.decode()
    assert "data-row" in page
    assert search_links(page) == []
    entry = Entry.objects.get(action="tips.name_searched")
    assert entry.actor_id == str(officer.pk)
    # No hash of it either: names are few enough to be tried, and an entry is never removed.
    assert entry.detail == {"reason": "in_a_tip", "found": 1}


def search_links(page):
    """Addresses on the page that would carry the name on."""
    return [part for part in page.split('"') if "q=" in part]


def test_words_go_by_an_address_that_can_be_kept(unit, officer, desk_client):
    sign_in(desk_client, officer)
    answer = desk_client.post(SEARCH, {"q": "trộm chó", "only_open": "on"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{SEARCH}?q=tr%E1%BB%99m+ch%C3%B3&only_open=1"


def test_a_search_is_kept_under_a_name_opened_again_and_removed(unit, officer, desk_client):
    sign_in(desk_client, officer)
    keep = reverse("search-keep", DESK)
    assert desk_client.post(keep, {"q": "trộm chó", "name": "Trộm chó"}).status_code == 302
    saved = SavedSearch.objects.get(officer=officer)
    assert saved.query == {"q": "trộm chó"}
    assert "Trộm chó" in desk_client.get(SEARCH).content.decode()
    stranger = make.officer(unit=unit)
    sign_in(desk_client, stranger)
    remove = reverse("search-remove", DESK, args=[saved.pk])
    assert desk_client.post(remove).status_code == 404
    sign_in(desk_client, officer)
    assert desk_client.post(remove).status_code == 302
    assert not SavedSearch.objects.exists()


def test_at_most_twenty_searches_are_kept_and_none_for_a_person(officer):
    for number in range(search_acts.MOST_SAVED_SEARCHES):
        search_acts.save_search(f"Tìm {number}", {"q": "x"}, by=officer)
    search_acts.save_search("Tìm 3", {"q": "y"}, by=officer)
    with pytest.raises(TooManyChosen):
        search_acts.save_search("Thêm", {"q": "x"}, by=officer)
    with pytest.raises(NamesAPerson):
        search_acts.save_search("Tìm 3", {"q": "nguyen van an"}, by=officer)
    assert SavedSearch.objects.filter(officer=officer).count() == search_acts.MOST_SAVED_SEARCHES
