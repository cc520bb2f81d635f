"""Somebody else may have the code: a new one, and "that was not me" from whoever holds either."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.dialogue import replaced_codes
from keng.tips import receipt_codes
from keng.tips.models import Receipt, Tip
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Nhà bên cạnh đánh bạc thâu đêm, có cả trẻ con"


@pytest.fixture(autouse=True)
def _data(monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def code(db):
    """Of a report that was sent through the page."""
    unit = make.unit(parent=make.province_unit(), serves=make.place("Phường Mẫu", parent=None))
    make.unit_key(unit)
    tip = make.tip(unit=unit, text=WORDS)
    make.message(tip, WORDS)
    code = receipt_codes.code_from_token(receipt_codes.new_token())
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    return code


def browser_with(code):
    browser = Client()
    assert browser.post("/status/", {"code": code}).status_code == 303
    return browser


def sheet_on(page):
    return re.search(r'name="sheet"\s+value="([\w-]{22})"', page.content.decode())[1]


def take_new_code(browser):
    """The new code, as the page shows it."""
    sheet = sheet_on(browser.post("/status/tip/", {"wish": "new-code"}))
    page = browser.post("/status/tip/", {"wish": "replace-code", "sheet": sheet}, follow=True)
    return re.search(r"<output[^>]*>([0-9A-Z-]{19})</output>", page.content.decode())[1]


def page_of(code):
    return Client().post("/status/", {"code": code}, follow=True).content.decode()


@pytest.fixture
def public(public_client):
    """Requests go to the public site."""
    return public_client


def test_the_new_code_opens_the_report_and_the_old_one_not_a_word(public, code):
    new = take_new_code(browser_with(code))
    assert WORDS in page_of(new)
    old = page_of(code)
    assert WORDS not in old
    assert "Mã này đã được thay" in old
    assert Entry.objects.filter(action="receipt.replaced", actor_id="holder").count() == 1


def test_a_code_that_is_new_because_somebody_saw_the_old_one_is_not_to_be_photographed(
    public, code
):
    browser = browser_with(code)
    sheet = sheet_on(browser.post("/status/tip/", {"wish": "new-code"}))
    page = browser.post("/status/tip/", {"wish": "replace-code", "sheet": sheet}, follow=True)
    assert "Chụp màn hình" not in page.content.decode()
    assert "Đừng chụp màn hình" in page.content.decode()


def test_after_a_dispute_no_answer_is_promised_that_nobody_can_read(public, code):
    take_new_code(browser_with(code))
    replaced_codes.dispute_code(code)
    page = page_of(code)
    assert "Không mã nào mở được tin này nữa" in page
    assert "không trả lời bạn ở đây được nữa" in page


def test_the_page_of_the_new_code_says_what_happened_and_promises_nothing_of_the_report(
    public, code
):
    browser = browser_with(code)
    sheet = sheet_on(browser.post("/status/tip/", {"wish": "new-code"}))
    asked = {"wish": "replace-code", "sheet": sheet}
    shown = browser.post("/status/tip/", asked, follow=True).content.decode()
    for page in (shown, browser.get(reverse("receipt-print")).content.decode()):
        assert "Đã đổi sang mã mới" in page
        assert "Mã cũ không mở được tin nữa" in page
        assert "Đã nhận tin của bạn" not in page
        assert "giữ nguyên" not in page


def test_nothing_happens_before_the_button_and_the_page_says_what_will(public, code):
    page = browser_with(code).post("/status/tip/", {"wish": "new-code"}).content.decode()
    assert "không mở được gì nữa" in page
    assert WORDS in page_of(code)


def test_a_browser_that_has_it_open_is_out_at_once(public, code):
    thief = browser_with(code)
    take_new_code(browser_with(code))
    assert WORDS not in thief.get("/status/tip/").content.decode()
    thief.post("/status/tip/", {"text": "đừng xử lý nữa"})
    assert not Tip.objects.get().messages.filter(text__contains="đừng xử lý").exists()


def test_pressed_twice_it_is_one_new_code(public, code):
    browser = browser_with(code)
    sheet = sheet_on(browser.post("/status/tip/", {"wish": "new-code"}))
    tip = Tip.objects.get()
    tokens = {replaced_codes.replace_code(tip.pk, code, sheet=sheet) for _ in range(2)}
    assert len(tokens) == 1
    assert Receipt.objects.count() == 2


def test_whoever_has_the_old_code_makes_no_second_new_one(public, code):
    take_new_code(browser_with(code))
    tip = Tip.objects.get()
    sheet = receipt_codes.new_token()
    assert replaced_codes.replace_code(tip.pk, code, sheet=sheet) is None
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize("says_so", ["old", "new"])
def test_after_not_me_no_code_opens_a_word_and_the_desk_is_told(public, code, says_so):
    new = take_new_code(browser_with(code))
    said = Client().post("/status/not-me/", {"code": code if says_so == "old" else new})
    assert "Không mã nào mở được tin này nữa" in said.content.decode()
    for each in (code, new):
        page = page_of(each)
        assert WORDS not in page
        assert "Không mã nào mở được tin này nữa" in page
    tip = Tip.objects.get()
    assert tip.codes_disputed_at
    assert tip.waiting_since
    assert Entry.objects.filter(action="receipt.disputed").count() == 1


def test_the_open_page_says_not_me_and_shows_nobody_its_code(public, code):
    new = take_new_code(browser_with(code))
    browser = browser_with(new)
    page = browser.get("/status/tip/").content.decode()
    assert "/status/not-me/" in page
    assert receipt_codes.cleaned_code(new) not in page
    browser.post("/status/not-me/")
    assert Tip.objects.get().codes_disputed_at


def test_of_a_code_that_was_never_replaced_nobody_says_not_me(public, code):
    Client().post("/status/not-me/", {"code": code})
    assert Tip.objects.get().codes_disputed_at is None
    assert WORDS in page_of(code)


def test_a_made_up_code_is_answered_as_ever(public, code):
    made_up = receipt_codes.code_from_token(receipt_codes.new_token())
    said = Client().post("/status/not-me/", {"code": made_up}).content.decode()
    assert said.count("Không có gì ứng với mã này") == 1 or "mã này" in said
    assert Tip.objects.get().codes_disputed_at is None


def test_the_desk_reads_that_the_code_is_in_dispute(public, code, settings):
    replaced_codes.replace_code(Tip.objects.get().pk, code, sheet="A" * 22)
    replaced_codes.dispute_code(code)
    settings.ROOT_URLCONF = "keng.site.desk_urls"
    settings.MIDDLEWARE = settings.DESK_MIDDLEWARE
    tip = Tip.objects.get()
    desk = sign_in(Client(), make.officer(unit=tip.responsible_unit))
    page = desk.get(reverse("tip", "keng.site.desk_urls", [tip.pk])).content.decode()
    assert "Mã đang bị nghi" in page
    assert "Chỉ trả lời theo cách đã hẹn trước" in page


def test_the_public_role_may_do_all_of_it(code, become):
    tip = Tip.objects.get()
    become("public")
    assert replaced_codes.replace_code(tip.pk, code, sheet="A" * 22)
    assert replaced_codes.dispute_code(code)
    assert replaced_codes.closed_code(code).disputed_at
