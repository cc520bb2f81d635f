"""The answer in a chat: the grade, the month and the source that the page gives, in few words."""

import datetime

import pytest

from keng.language.lookup_terms import lookup_terms_in
from keng.lookup import chat_answers
from keng.lookup.actions import disputes
from keng.lookup.tests.make_listing import imported, listing
from tests import make

pytestmark = pytest.mark.django_db

NUMBER, SITE, ACCOUNT = "0912000417", "vay-sieutoc.example", "0000001234567"
OCTOBER = datetime.date(2026, 10, 1)
# In Vietnamese and in English.
GRADES = {
    "confirmed": (
        "ĐÃ XÁC NHẬN: từng được dùng để lừa đảo.",
        "CONFIRMED: it was used in a scam.",
    ),
    "reported": (
        "nhiều người đã báo, chưa xác nhận. Có thể nhầm.",
        "several people reported it, not confirmed. It may be a mistake.",
    ),
}
SOURCE = (
    "Theo Công an phường Thử, tháng 10/2026.",
    "According to Công an phường Thử, in 10/2026.",
)
ENDS = {
    "spoofed": ("kẻ lừa đảo giả số này", "fraudsters fake this number"),
    "recycled": ("nay đã đổi chủ", "it has a new holder now"),
    "mistake": ("do nhầm và đã được gỡ", "by mistake and was taken off"),
    "no_longer": ("chưa có dữ liệu. Điều đó không có nghĩa", "no data yet. That does not mean"),
}


@pytest.fixture
def unit():
    return make.unit("Công an phường Thử", parent=make.province_unit())


def said(text, *languages):
    (asked,) = lookup_terms_in(text)
    return chat_answers.message_for_asker(
        chat_answers.question_to_seal(asked, languages or ("vi", "en"))
    )


@pytest.mark.parametrize("grade", GRADES)
def test_each_grade_is_said_with_its_source_and_its_month(unit, grade):
    listing(unit=unit, grade=grade, used_in=OCTOBER)
    vietnamese, english = map(" ".join, zip(GRADES[grade], SOURCE, strict=True))
    assert said(NUMBER, "vi").splitlines()[0] == f"0912 000 417: {vietnamese}"
    assert said(NUMBER, "en").splitlines()[0] == f"0912 000 417: {english}"
    both = said(NUMBER)
    assert both.index(vietnamese) < both.index(english)


def test_an_entry_without_a_month_names_its_source(unit):
    listing(unit=unit, used_in=None)
    assert "lừa đảo. Theo Công an phường Thử.\n" in said(NUMBER)
    assert "in a scam. According to Công an phường Thử.\n" in said(NUMBER)


def test_a_list_of_others_is_named():
    imported(SITE)
    assert "có trong danh sách của Danh sách A. Chúng tôi chưa kiểm tra." in said(SITE)
    assert "listed by Danh sách A. Our desk has not checked it." in said(SITE)
    assert "Theo" not in said(SITE)


@pytest.mark.parametrize("end", ENDS)
def test_what_was_taken_off_is_said_as_on_the_page_and_names_nobody(unit, end):
    listing(unit=unit, status="ended", end_reason=end)
    for part, words in zip(said(NUMBER).split("\n\n"), ENDS[end], strict=True):
        assert words in part
        assert "Thử" not in part


def test_an_open_objection_is_said_with_the_entry(unit):
    made = listing(unit=unit)
    key = bytes(made.lookup_hash).hex()
    disputes.object_to_listing(key, reason="mistake", text="Không phải.", token="x" * 22)
    assert "Chưa ai kiểm chứng" in said(NUMBER, "vi")
    assert "Nobody has checked that yet" in said(NUMBER, "en")


def test_an_account_answers_only_when_confirmed(unit):
    listing(ACCOUNT, type="bank_account", unit=unit, grade="reported")
    assert "chưa có dữ liệu" in said(f"stk {ACCOUNT}")


@pytest.mark.parametrize("text", ["98B1-123.45", "facebook.com/nguyen.van.b"])
def test_a_plate_and_a_page_get_one_answer_whether_listed_or_not(unit, text):
    before = said(text)
    for kind, value in (("plate", "98B112345"), ("url", "facebook.com/nguyen.van.b")):
        listing(value, type=kind, unit=unit)
    assert said(text) == before
    assert "nothing is said" in before


def test_no_answer_is_longer_than_a_chat_takes_and_none_says_safe():
    unit = make.unit("Công an " + "Rất Dài " * 19, parent=make.province_unit())
    long = f"{SITE}/{'a' * 300}"
    listing(unit=unit, grade="reported", used_in=OCTOBER)
    listing(ACCOUNT, type="bank_account", unit=unit, used_in=OCTOBER)
    imported(SITE, name="M" * 80)
    for text in (NUMBER, ACCOUNT, long, "98A-123.45", "0912000418"):
        answer = said(text)
        assert len(answer) <= 2000
        assert "an toàn" not in answer.replace("không có nghĩa là an toàn", "")
        assert "safe" not in answer.replace("does not mean safe", "")
