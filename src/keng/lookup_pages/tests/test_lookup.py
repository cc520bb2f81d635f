"""The public look-up: the box, the answers, an objection and its answer by code."""

import logging
import re

import pytest
from django.urls import reverse

from keng.community.tests.test_sending import everything
from keng.lookup.actions import disputes
from keng.lookup.models import Dispute
from keng.lookup.queries import decided_disputes
from keng.lookup.tests.make_listing import imported, listing
from keng.lookup_pages.public import search
from tests import make

pytestmark = pytest.mark.django_db

NUMBER = "0912 000 417"
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")


@pytest.fixture
def unit():
    return make.unit("Công an phường Nếnh", parent=make.province_unit("Công an tỉnh"))


@pytest.fixture
def ask(public_client):
    public_client.cookies["keng_language"] = "en"

    def post(text):
        return public_client.post("/lookup/", {"q": text})

    return post


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def headings(response):
    return re.findall(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)


def field(response, name):
    return re.search(rf'name="{name}"[^>]* value="([^"]*)"', response.content.decode())[1]


def objected(client, *, reason="mistake", text="Đây là số của quán, in trên bảng hiệu."):
    """From an answer to the code."""
    answer = client.post("/lookup/", {"q": NUMBER})
    form = client.post("/lookup/object/", {"hash": field(answer, "hash")})
    sent = {"hash": field(form, "hash"), "token": field(form, "token")}
    sent |= {"reason": reason, "text": text}
    return client.post("/lookup/object/", sent, follow=True), sent


def test_the_three_grades_are_explained_before_use(public_client):
    public_client.cookies["keng_language"] = "en"
    page = text_of(public_client.get("/lookup/"))
    for words in ("Confirmed", "Reported by several people", "No data", "not mean that it is safe"):
        assert words in page


def test_no_data_says_that_it_is_not_safe_and_asks_three_questions(ask, unit):
    page = ask(NUMBER)
    assert headings(page) == ["No data yet"]
    assert "That does not mean safe" in text_of(page)
    assert page.content.decode().count("<li>Do they") == 3


def test_the_number_of_a_desk_is_said_to_be_one_and_not_to_be_trusted_on_a_screen(ask, unit):
    type(unit).objects.filter(pk=unit.pk).update(desk_phone="0204 000 0113")
    page = ask("0204.000.0113")
    assert headings(page) == ["The published number of a police desk"]
    assert "Công an phường Nếnh. The number on your screen can be faked" in text_of(page)
    assert "No data yet" not in text_of(page)


@pytest.mark.parametrize("number", ["113", " 111 "])
def test_an_emergency_number_is_explained(ask, unit, number):
    page = text_of(ask(number))
    assert f"{number.strip()} is an emergency number" in page
    assert "dial it yourself" in page


def test_a_confirmed_number_says_by_whom_which_month_until_when_and_no_count(ask, unit):
    made = listing(unit=unit)
    page = ask(NUMBER)
    assert headings(page) == ["Confirmed: used in a scam"]
    text = text_of(page)
    assert f"in {made.used_in.month}/{made.used_in.year}" in text
    assert "Công an phường Nếnh" in text
    assert f"{made.expires_on.day}/{made.expires_on.month}" in text
    assert made.basis not in text
    assert not re.search(r"\d+ (?:tips?|people|reports?)", text.replace("5 things", ""))


def test_only_a_confirmed_number_is_to_be_blocked(ask, unit):
    listing(unit=unit, grade="reported")
    assert "Not sent anything yet? Wait." in text_of(ask(NUMBER))
    assert "Block it" not in text_of(ask(NUMBER))
    listing("+84912000418", unit=unit)
    assert "Block it" in text_of(ask(f"{NUMBER}, 0912 000 418"))


@pytest.mark.parametrize("grade", ["confirmed", "reported"])
def test_no_answer_calls_anything_safe(ask, unit, grade):
    listing(unit=unit, grade=grade)
    for text in (NUMBER, "0912 000 418", "98B1-123.45"):
        assert not re.search(r"(?<!not mean )\bsafe\b", text_of(ask(text)))


def test_a_pasted_message_has_one_heading_and_an_answer_each(ask, unit):
    listing(unit=unit)
    page = ask(f"Số {NUMBER} gọi, bảo vào dinhdanh-nhanh.example")
    assert headings(page) == ["2 numbers or links found in it"]
    html = page.content.decode()
    assert html.count('class="grade') == 2
    assert "dinhdanh-nhanh[.]example" in html


def test_a_confirmed_number_stands_before_one_without_data_wherever_it_was_written(ask, unit):
    listing(unit=unit)
    page = text_of(ask(f"0912 000 999; {NUMBER}"))
    assert page.index("Confirmed") < page.index("No data")


def test_several_without_data_share_one_card(ask, unit):
    html = ask(f"Số {NUMBER} gọi, bảo vào dinhdanh-nhanh.example").content.decode()
    assert html.count('class="grade') == 1
    assert html.count('class="asked-indicator"') == 2
    # Said of the address, and of the telephone not.
    assert html.count("“[.]” stands for a dot") == 1


def test_a_listed_phone_is_not_taken_for_an_account(ask, unit):
    listing(unit=unit)
    page = text_of(ask(NUMBER))
    assert "The surest of 3 grades" in page
    assert "Check it at your bank" not in page


def test_an_account_is_sent_on_to_the_banks_app(ask, unit):
    assert "Check it at your bank" in text_of(ask("stk 0000001234567"))


def test_a_foreign_list_is_named_and_not_taken_for_ours(ask, unit):
    imported("vay-sieutoc.example", name="Danh sách A")
    page = ask("vay-sieutoc.example")
    assert headings(page) == ["Listed by Danh sách A"]
    assert "Our desk has not checked it" in text_of(page)


def test_words_without_a_number_are_asked_for_again_with_what_was_typed(ask, db):
    page = ask("xin chào")
    assert "We found no number" in text_of(page)
    assert ">\nxin chào</textarea>" in page.content.decode()


def test_what_is_asked_stands_in_no_address(public_client, unit):
    listing(unit=unit)
    found = public_client.post("/lookup/", {"q": NUMBER})
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', found.content.decode())
    assert found.status_code == 200
    assert found.headers["Cache-Control"] == "no-store"
    assert not [
        each
        for each in addresses
        if "912000417" in re.sub(r"\D", "", each) or "lookup_hash" in each
    ]
    assert 'class="grade' not in public_client.get("/lookup/", {"q": NUMBER}).content.decode()


def test_a_look_up_keeps_nothing_of_who_asked_or_what(public_client, unit, caplog):
    caplog.set_level(logging.DEBUG)
    public_client.defaults |= {"REMOTE_ADDR": "203.0.113.77"}
    before = everything()
    public_client.post("/lookup/", {"q": "Số 0912 000 555 gọi em"})
    after = everything()
    # How often a network asked, for minutes and under a key that goes (docs/decisions/0031).
    assert {table for table in after if after[table] != before.get(table)} <= {
        "limits_limitcount",
        "limits_limitkey",
    }
    assert "203.0.113" not in str(after)
    assert "203.0.113" not in caplog.text
    assert "0912 000 555" not in caplog.text


def test_whoever_goes_through_all_numbers_is_slowed_down_and_nobody_else(
    public_client, unit, no_time_passes
):
    for number in range(search.LOOKUPS_AT_ONCE):
        answer = public_client.post("/lookup/", {"q": f"0912 000 {number:03d}"})
        assert answer.status_code == 200
    late = public_client.post("/lookup/", {"q": "0912 000 999"})
    assert (late.status_code, int(late.headers["Retry-After"]) > 0) == (429, True)
    elsewhere = public_client.post("/lookup/", {"q": NUMBER}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_whoever_has_a_whole_network_of_addresses_is_one_asker(public_client, unit, no_time_passes):
    def status(address):
        answer = public_client.post("/lookup/", {"q": NUMBER}, REMOTE_ADDR=address)
        return answer.status_code

    asked = [
        status(f"2001:db8:1:20{n % 200:02x}::{n:x}") for n in range(search.LOOKUPS_AT_ONCE + 1)
    ]
    assert asked == [200] * search.LOOKUPS_AT_ONCE + [429]
    assert status("2001:db8:2:2000::1") == 200
    assert status("203.0.113.9") == status("::ffff:203.0.113.9") == 200


def test_one_long_message_counts_as_all_the_numbers_in_it(public_client, unit, no_time_passes):
    many = ", ".join(f"0912 000 {number:03d}" for number in range(20))
    answers = [public_client.post("/lookup/", {"q": many}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


def test_a_report_begins_with_what_was_looked_up(public_client, stage):
    page = public_client.post("/lookup/", {"q": NUMBER})
    public_client.post("/report/with/", {"text": field(page, "text")})
    public_client.post("/report/who-gets/", {"desk": "commune"})
    public_client.post("/report/what/", {"topic": "scam"})
    assert "0912 000 417" in public_client.get("/report/describe/").content.decode()


# Objections.


def test_somebody_listed_objects_without_an_account_and_reads_the_answer_by_code(
    public_client, unit
):
    made = listing(unit=unit)
    public_client.cookies["keng_language"] = "en"
    page, _sent = objected(public_client)
    code = CODE.search(page.content.decode()).group()
    asked = public_client.post("/lookup/answer/", {"code": code.lower()})
    assert headings(asked) == ["Not decided yet"]
    assert "Nobody has checked that yet" in text_of(public_client.post("/lookup/", {"q": NUMBER}))
    third = make.officer(unit=unit.parent)
    dispute = Dispute.objects.get(listing=made)
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Đã gọi và kiểm tra.", by=third)
    read = text_of(public_client.post("/lookup/answer/", {"code": code}))
    assert "listed by mistake" in read
    assert "Đã gọi và kiểm tra." in read
    after = text_of(public_client.post("/lookup/", {"q": NUMBER}))
    assert "It stood in this list by mistake" in after
    assert "Confirmed:" not in after


def test_sent_twice_it_is_one_objection_with_one_code_and_with_other_words_it_is_two(
    public_client, unit
):
    listing(unit=unit)
    page, sent = objected(public_client)
    changed = {**sent, "reason": "mistake", "text": "x"}
    pages = [
        page,
        *(public_client.post("/lookup/object/", each, follow=True) for each in (sent, changed)),
    ]
    codes = [CODE.search(each.content.decode()).group() for each in pages]
    assert codes[0] == codes[1] != codes[2]
    assert Dispute.objects.count() == 2


def test_an_objection_without_words_is_asked_for_and_nothing_is_lost(public_client, unit):
    listing(unit=unit)
    public_client.cookies["keng_language"] = "en"
    page, _sent = objected(public_client, text="", reason="recycled")
    html = page.content.decode()
    assert "2 things to correct" not in html
    assert "Write what shows that the entry is wrong" in html
    assert re.search(r'value="recycled"[^>]*checked', html)
    assert not Dispute.objects.exists()


def test_the_code_of_an_objection_is_stored_nowhere(public_client, unit):
    listing(unit=unit)
    page, _sent = objected(public_client)
    code = CODE.search(page.content.decode()).group()
    rows = "\n".join(everything().values())
    assert code not in rows
    assert code.replace("-", "") not in rows


def test_a_wrong_code_opens_nothing(public_client, db):
    public_client.cookies["keng_language"] = "en"
    page = public_client.post("/lookup/answer/", {"code": "7K3M-9QXD-P2VA-0000"})
    assert "There is nothing here with this code" in text_of(page)


def test_nobody_objects_to_what_is_not_in_the_list(public_client, db):
    assert public_client.post("/lookup/object/", {"hash": "0" * 64}).status_code == 410
    sent = {"hash": "0" * 64, "token": "x" * 22, "reason": "mistake", "text": "x"}
    assert public_client.post("/lookup/object/", sent).status_code == 410


def test_the_public_record_tells_results_and_neither_number_nor_words(public_client, unit):
    made = listing(unit=unit)
    objected(public_client, reason="recycled", text="Mới mua sim tuần trước.")
    third = make.officer(unit=unit.parent)
    disputes.decide_dispute(
        Dispute.objects.get(listing=made).pk, outcome="recycled", answer="Đúng thế.", by=third
    )
    public_client.cookies["keng_language"] = "en"
    record = text_of(public_client.get(reverse("lookup-record")))
    assert "the number has a new holder" in record
    assert "Phone number" in record
    for secret in ("0912", "417", "sim", "Đúng thế", third.name):
        assert secret not in record


def test_a_number_stands_in_the_record_once_for_each_decision(public_client, unit):
    made = listing(unit=unit)
    third = make.officer(unit=unit.parent)
    for _ in range(4):
        objected(public_client)
    asked = Dispute.objects.filter(listing=made).order_by("id")
    disputes.decide_dispute(asked[0].pk, outcome="rejected", answer="Không.", by=third)
    disputes.decide_dispute(asked[3].pk, outcome="removed", answer="Đúng thế.", by=third)
    assert Dispute.objects.filter(outcome="removed").count() == 3
    shown = [(each.pk, each.outcome) for each in decided_disputes()]
    assert shown == [(asked[1].pk, "removed"), (asked[0].pk, "rejected")]
    public_client.cookies["keng_language"] = "en"
    record = text_of(public_client.get(reverse("lookup-record")))
    assert record.count("listed by mistake") == 1


def test_ten_objections_from_one_network_are_enough_at_once(public_client, unit, no_time_passes):
    listing(unit=unit)
    answers = [objected(public_client)[0].status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
