"""Whoever took a report down has seen its code, and may neither read nor write with it."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.dialogue.withdrawal import withdraw_tip
from keng.kit import times
from keng.tips import receipt_codes
from keng.tips.models import HandedCode, Receipt, ShownCode, TakenDown, Tip
from keng.vault import seal
from tests import make

pytestmark = pytest.mark.django_db

WORDS = "Cán bộ công an phường Mẫu vòi tiền, tôi sợ họ biết"


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()


@pytest.fixture
def ward():
    province = make.province_unit()
    place = make.place("Phường Mẫu", parent=None)
    unit = make.unit(parent=province, serves=place)
    unit.place = place
    make.unit_key(unit)
    make.unit_key(province)
    return unit


@pytest.fixture
def desk(desk_client, ward):
    return sign_in(desk_client, make.officer(unit=ward))


@pytest.fixture
def on_public_site(settings):
    """From here on requests go to the public site."""

    def turn():
        settings.ROOT_URLCONF = "keng.site.public_urls"
        settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE

    return turn


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def sent(ward, **more):
    values = {
        "token": receipt_codes.new_token(),
        "manner": "counter",
        "to": "past",
        "text": WORDS,
        "place": str(ward.place.pk),
        "happening": "over",
        "name": "Vi Thị Thử",
        "language": "vi",
    }
    return values | more


def taken(desk, ward, **more):
    """The code on the paper of a report that was taken down."""
    form = sent(ward, **more)
    answer = desk.post(url("take-down"), form)
    code = receipt_codes.code_from_token(form["token"])
    assert receipt_codes.grouped_code(code) in answer.content.decode()
    return code


def exchanged(browser, code):
    """What the browser shows that types in the code of the paper and presses the button."""
    asked = browser.post("/status/", {"code": code})
    form = {"code": code, "sheet": asked.context["sheet"]}
    return browser.post("/status/exchange/", form, follow=True), form


def test_who_took_it_down_can_destroy_it_by_its_code_no_more(desk, ward, on_public_site):
    code = taken(desk, ward)
    on_public_site()
    thief = Client()
    thief.post("/status/", {"code": code})
    thief.post("/status/tip/", {"wish": "take-back"})
    tip = Tip.objects.get()
    assert (tip.text, tip.state, tip.withdrawn_at) == (WORDS, "received", None)
    exchanged(thief, code)
    thief.post("/status/", {"code": thief.get("/receipt/").context["receipt"].code})
    thief.post("/status/tip/", {"wish": "take-back"})
    tip.refresh_from_db()
    assert tip.withdrawn_at
    assert (tip.text, tip.state) == (WORDS, "received")


@pytest.mark.parametrize("manner", ["counter", "phone"])
@pytest.mark.parametrize("to", ["past", "here"])
def test_words_that_an_officer_took_down_stay_when_they_are_taken_back(desk, ward, manner, to):
    taken(desk, ward, manner=manner, to=to)
    withdraw_tip(Tip.objects.get().pk)
    tip = Tip.objects.get()
    assert (tip.text, tip.is_open) == (WORDS, True)
    entry = Entry.objects.get(action="tip.reporter_withdraw")
    assert entry.detail == {"words": "kept"}


def test_the_code_on_paper_opens_nothing_and_is_exchanged_for_one_of_ones_own(
    desk, ward, on_public_site
):
    code = taken(desk, ward)
    assert not Receipt.objects.exists()
    on_public_site()
    reporter = Client()
    page, form = exchanged(reporter, code)
    own = page.context["receipt"].code
    assert own != code
    assert receipt_codes.grouped_code(own) in page.content.decode()
    opened = Client().post("/status/", {"code": own}, follow=True)
    assert WORDS in opened.content.decode()
    # A second press on the same page leads to the same code.
    again = reporter.post("/status/exchange/", form, follow=True)
    assert again.context["receipt"].code == own
    assert Receipt.objects.count() == 1
    entry = Entry.objects.get(action="receipt.exchanged")
    assert (entry.actor_id, entry.object_id) == ("holder", str(Tip.objects.get().pk))


def test_after_the_exchange_the_paper_opens_nothing_and_says_since_when(desk, ward, on_public_site):
    code = taken(desk, ward)
    on_public_site()
    exchanged(Client(), code)
    thief = Client()
    page = thief.post("/status/", {"code": code})
    assert "đã được đổi" in page.content.decode()
    assert ward.parent.name in page.content.decode()
    assert thief.get("/status/tip/").context["form"].__class__.__name__ == "ReceiptCodeForm"
    answer = thief.post("/status/exchange/", {"code": code, "sheet": receipt_codes.new_token()})
    assert "đã được đổi" in answer.content.decode()
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("form", [{}, {"code": "x"}, {"code": "0" * 16, "sheet": "a" * 22}])
def test_an_exchange_of_nothing_is_a_wrong_code(ward, on_public_site, form):
    on_public_site()
    answer = Client().post("/status/exchange/", form)
    assert not Receipt.objects.exists()
    assert answer.context["form"].errors["code"]


def test_the_desk_above_reads_who_may_hold_the_code_before_it_answers(
    desk, desk_client, ward, on_public_site
):
    code = taken(desk, ward)
    tip = Tip.objects.get()
    above = sign_in(Client(), make.officer(unit=ward.parent))
    before = above.get(url("tip", tip.pk)).content.decode()
    assert "Mã trên giấy chưa được đổi" in before
    HandedCode.objects.update(exchanged_at=times.now())
    after = above.get(url("tip", tip.pk)).content.decode()
    assert "Mã trên giấy đã được đổi lúc" in after
    assert code not in after


def test_a_chat_message_past_the_desk_says_whose_hands_its_link_went_through(desk_client, ward):
    tip = make.tip(unit=ward.parent, channel="chat")
    TakenDown.objects.create(tip=tip, officer=make.officer(unit=ward), manner="chat")
    above = sign_in(desk_client, make.officer(unit=ward.parent))
    assert "Đường dẫn đến mã đã qua tay" in above.get(url("tip", tip.pk)).content.decode()


def test_the_same_form_shows_its_code_to_a_second_tap_and_later_never_again(desk, ward):
    form = sent(ward, to="here")
    code = receipt_codes.grouped_code(receipt_codes.code_from_token(form["token"]))
    first, tapped = desk.post(url("take-down"), form), desk.post(url("take-down"), form)
    assert code in first.content.decode()
    assert code in tapped.content.decode()
    TakenDown.objects.update(at=times.now() - datetime.timedelta(minutes=3))
    later = desk.post(url("take-down"), form | {"text": "Lời khác"})
    assert later.status_code == 409
    assert code not in later.content.decode()
    assert "Tin này đã được lưu" in later.content.decode()
    assert Tip.objects.count() == 1


def test_a_form_of_somebody_else_shows_no_code(desk, ward):
    form = sent(ward, to="here")
    desk.post(url("take-down"), form)
    other = sign_in(Client(), make.officer(unit=ward))
    answer = other.post(url("take-down"), form)
    assert answer.status_code == 409
    assert (
        receipt_codes.grouped_code(receipt_codes.code_from_token(form["token"]))
        not in answer.content.decode()
    )


def test_a_closed_receipt_of_an_exchange_stays_closed(desk, ward, on_public_site):
    code = taken(desk, ward)
    on_public_site()
    reporter = Client()
    _page, form = exchanged(reporter, code)
    reporter.post("/receipt/")
    assert not ShownCode.objects.exists()
    assert "đã được đổi" in reporter.post("/status/exchange/", form).content.decode()


def test_each_process_may_do_its_part_of_it(desk, ward, on_public_site, become):
    become("desk")
    form = sent(ward)
    assert desk.post(url("take-down"), form).status_code == 200
    become("public")
    on_public_site()
    page, _form = exchanged(Client(), receipt_codes.code_from_token(form["token"]))
    assert page.context["receipt"].code
