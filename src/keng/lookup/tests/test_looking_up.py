"""What a look-up answers: three grades, never "safe", never more than was decided to be public."""

import datetime

import pytest

from keng.kit import times
from keng.lookup.actions import disputes
from keng.lookup.models import Listing
from keng.lookup.tests.make_listing import imported, listing, look_up

pytestmark = pytest.mark.django_db


def grades(text):
    return [answer.grade for answer in look_up(text)]


def test_what_nobody_listed_has_no_data_and_is_not_called_safe(unit):
    answer, *rest = look_up("0912 000 417")
    assert (answer.grade, rest) == ("no_data", [])


def test_a_confirmed_number_is_found_in_another_spelling_with_its_month(unit):
    made = listing("+84912000417", unit=unit)
    (answer,) = look_up("0912.000.417")
    assert (answer.grade, answer.listing.pk) == ("confirmed", made.pk)
    assert answer.listing.used_in.day == 1


def test_each_number_of_a_pasted_message_has_its_own_answer(unit):
    listing("+84912000417", unit=unit)
    text = "Số 0912 000 417 gọi em bảo vào dinhdanh-nhanh.example và chuyển vào stk 0000001234567"
    assert grades(text) == ["confirmed", "no_data", "no_data"]


@pytest.mark.parametrize(
    "text",
    [
        "0912000417",
        "stk 0912000417",
        "tài khoản 0912 000 417 MB",
        "chuyển vào 0912000417",
        "Số 0912 000 563 gọi rồi bảo chuyển vào 0912 000 417 nhé",
        "chuyen vao 0912000417 co lua dao ko",
        "Số điện thoại 0912 000 417 gọi em",
    ],
)
@pytest.mark.parametrize("listed_as", ["phone", "bank_account"])
def test_digits_answer_as_phone_and_as_account_whatever_they_are_called(unit, text, listed_as):
    """Many accounts have the number of their holder's phone."""
    value = "+84912000417" if listed_as == "phone" else "0912000417"
    listing(value, type=listed_as, unit=unit, grade="confirmed")
    assert [answer.grade for answer in look_up(text) if "417" in answer.asked.shown] == [
        "confirmed"
    ]


def test_links_are_shown_so_that_nobody_can_tap_them(unit):
    (answer,) = look_up("https://dinhdanh-nhanh.example/vao")
    assert "http" not in answer.asked.shown
    assert "[.]" in answer.asked.shown


def test_a_site_answers_for_its_pages_and_for_what_stands_below_it(unit):
    listing("dinhdanh-nhanh.example/vao", type="url", unit=unit)
    assert grades("dinhdanh-nhanh.example/khac") == ["confirmed"]
    assert grades("https://a.dinhdanh-nhanh.example") == ["confirmed"]
    assert grades("dinhdanh.example") == ["no_data"]


@pytest.mark.parametrize("text", ["@nick.lua", "facebook.com/nguyen.van.b", "98B1-123.45"])
def test_plates_and_personal_pages_are_never_answered(unit, text):
    for kind, value in (("plate", "98B1-12345"), ("url", "facebook.com/nguyen.van.b")):
        listing(value, type=kind, unit=unit)
    assert grades(text) == ["private"]


def test_an_account_answers_only_when_confirmed(unit):
    made = listing("0000001234567", type="bank_account", unit=unit, grade="reported")
    assert grades("stk 0000001234567") == ["no_data"]
    Listing.objects.filter(pk=made.pk).update(grade="confirmed")
    assert grades("stk 0000001234567") == ["confirmed"]


def test_an_account_of_a_foreign_list_does_not_answer(unit):
    imported("0000001234567", type="bank_account")
    assert grades("stk 0000001234567") == ["no_data"]


def test_a_proposal_is_not_public(unit):
    listing(unit=unit, status="proposed")
    assert grades("0912000417") == ["no_data"]


def test_an_entry_answers_until_the_end_of_its_last_day(unit, monkeypatch):
    made = listing(unit=unit)
    last = datetime.datetime.combine(made.expires_on, datetime.time(23), times.VIETNAM)
    monkeypatch.setattr(times, "now", lambda: last)
    assert grades("0912000417") == ["confirmed"]
    monkeypatch.setattr(times, "now", lambda: last + datetime.timedelta(hours=2))
    assert grades("0912000417") == ["no_data"]


def test_the_desks_word_stands_before_a_foreign_list_which_is_named_too(unit):
    imported("vay-sieutoc.example")
    (answer,) = look_up("vay-sieutoc.example")
    assert (answer.grade, answer.listing.block_list.name) == ("imported", "Danh sách A")
    listing("vay-sieutoc.example", type="url", unit=unit, grade="reported")
    (answer,) = look_up("vay-sieutoc.example")
    assert (answer.grade, answer.sources) == ("reported", ("Danh sách A",))


def test_a_faked_hotline_is_shown_as_a_victim(unit):
    listing(unit=unit, status="ended", end_reason="spoofed")
    (answer,) = look_up("0912000417")
    assert (answer.grade, answer.is_spoofed) == ("no_data", True)


def test_what_was_refused_leaves_no_trace(unit):
    listing(unit=unit, status="ended", end_reason="refused", released_at=None, released_by=None)
    (answer,) = look_up("0912000417")
    assert (answer.grade, answer.taken_off) == ("no_data", None)


def test_an_open_objection_is_said_with_the_entry(unit):
    made = listing(unit=unit)
    assert not look_up("0912000417")[0].is_disputed
    key = bytes(made.lookup_hash).hex()
    disputes.object_to_listing(key, reason="mistake", text="Không phải.", token="x" * 22)
    assert look_up("0912000417")[0].is_disputed


def test_an_open_objection_is_said_with_whatever_entry_answers_for_the_number(unit):
    made = imported("vay-sieutoc.example")
    key = bytes(made.lookup_hash).hex()
    disputes.object_to_listing(key, reason="mistake", text="Không phải.", token="x" * 22)
    Listing.objects.filter(pk=made.pk).update(
        status="ended", end_reason="replaced", ended_at=times.now()
    )
    imported("vay-sieutoc.example", name="Danh sách B")
    (answer,) = look_up("vay-sieutoc.example")
    assert (answer.listing.block_list.name, answer.is_disputed) == ("Danh sách B", True)


def test_a_look_up_writes_nothing_and_asks_few_times(unit, django_assert_max_num_queries):
    listing(unit=unit)
    text = "0912 000 417, 0912 000 418, dinhdanh-nhanh.example, stk 0000001234567"
    with django_assert_max_num_queries(3) as asked:
        look_up(text)
    assert all(each["sql"].startswith("SELECT") for each in asked.captured_queries)
