"""A code is shown to the browser that sent the form, for ten minutes, and then never again."""

import datetime
import re

import pytest
from django.test import Client

from keng.community.drafts import REPORT_COOKIE
from keng.community.models import Question
from keng.community.tests.resident import Resident, code_on
from keng.dialogue import shown_codes
from keng.dialogue.public import code_page
from keng.kit import codes, times
from keng.lookup.actions import disputes
from keng.lookup.models import Dispute
from keng.lookup.tests.make_listing import listing
from keng.tips import receipt_codes
from keng.tips.models import OneTimeLink, Receipt, ShownCode, Tip
from tests import make
from tests.architecture.source import KENG

pytestmark = pytest.mark.django_db


def sent_report(stage, browser):
    resident = Resident(browser)
    resident.write(place=stage.place)
    token = resident.token()

    def send():
        return browser.post("/report/check/", {"token": token})

    return send, receipt_codes.code_from_token(token)


def sent_question(stage, browser):
    token = receipt_codes.new_token()
    asked = {"text": "Làm căn cước ở đâu?", "wish": "private", "token": token}

    def send():
        return browser.post(f"/places/{stage.place.code}/ask/", asked)

    kept = codes.token_for_answers(token, "question", asked["wish"], asked["text"])
    return send, receipt_codes.code_from_token(kept)


def sent_objection(stage, browser):
    listed = listing(unit=stage.unit)
    token = codes.new_token()
    written = {
        "hash": bytes(listed.lookup_hash).hex(),
        "token": token,
        "reason": "mistake",
        "text": "Đây là số của quán, in trên bảng hiệu.",
    }

    def send():
        return browser.post("/lookup/object/", written)

    kept = codes.token_for_answers(token, written["reason"], written["text"])
    return send, disputes.dispute_code_of(kept)


EVERY_KIND = pytest.mark.parametrize("sent", [sent_report, sent_question, sent_objection])
ASKS_AT = "/status/"


def shows(response, code):
    return receipt_codes.grouped_code(code) in response.content.decode()


@EVERY_KIND
def test_the_form_leads_to_a_page_of_its_own_that_shows_the_code(stage, public_client, sent):
    send, code = sent(stage, public_client)
    answer = send()
    assert answer.status_code == 303
    assert not shows(answer, code)
    assert code not in answer.url
    # As often as the page is loaded, and as often as the form is sent, within ten minutes.
    for _ in range(2):
        page = public_client.get(answer.url)
        assert shows(page, code)
        assert "no-store" in page["Cache-Control"]
        assert send().url == answer.url
    assert Tip.objects.count() + Question.objects.count() + Dispute.objects.count() == 1


@EVERY_KIND
@pytest.mark.parametrize("way", ["exit", "noted", "ten minutes"])
def test_afterwards_the_code_is_asked_for_and_never_shown(
    stage, public_client, monkeypatch, sent, way
):
    send, code = sent(stage, public_client)
    page = send().url
    before = dict(public_client.cookies)
    if way == "exit":
        public_client.post("/exit/")
    elif way == "noted":
        answer = public_client.post(page, {"noted": "1"})
        assert (answer.status_code, answer.url) == (303, ASKS_AT)
    else:
        later = times.now() + datetime.timedelta(minutes=10, seconds=1)
        monkeypatch.setattr(times, "now", lambda: later)
    assert public_client.get(page).url == ASKS_AT
    assert send().url == ASKS_AT
    # Nor for whoever kept a copy of the cookies.
    copied = Client()
    copied.cookies.update(before)
    assert copied.get(page).url == ASKS_AT
    assert not shows(public_client.get(ASKS_AT), code)
    assert Tip.objects.count() + Question.objects.count() + Dispute.objects.count() == 1


@EVERY_KIND
def test_the_cookie_lives_ten_minutes_and_says_nothing(stage, public_client, sent):
    send, code = sent(stage, public_client)
    send()
    (cookie,) = (
        found
        for name, found in public_client.cookies.items()
        if name in code_page.CODE_COOKIES and found.value
    )
    assert cookie["max-age"] == 600
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    for word in ("receipt", "report", "tip", "question", "objection", "code"):
        assert word not in cookie.key
    assert code not in cookie.value
    assert not Receipt.objects.filter(hash=cookie.value.encode()).exists()


def test_another_browser_does_not_get_the_code_with_the_same_form(stage, public_client):
    send, _code = sent_report(stage, public_client)
    token = send().wsgi_request.POST["token"]
    assert Client().post("/report/check/", {"token": token}).url == ASKS_AT


def test_a_retry_whose_first_answer_never_came_still_gets_the_receipt(stage, public_client):
    resident = Resident(public_client)
    resident.write(place=stage.place)
    token, draft = resident.token(), public_client.cookies[REPORT_COOKIE].value
    public_client.post("/report/check/", {"token": token})
    lost = Client()
    lost.cookies[REPORT_COOKIE] = draft
    again = lost.post("/report/check/", {"token": token})
    assert again.url == "/receipt/"
    assert shows(lost.get("/receipt/"), receipt_codes.code_from_token(token))


def test_closing_the_open_report_closes_its_code_too(stage, public_client):
    send, code = sent_report(stage, public_client)
    send()
    opened = public_client.post("/status/", {"code": code})
    assert (opened.status_code, opened.url) == (303, "/status/tip/")
    assert code_on(public_client.get("/receipt/")) == code
    public_client.post("/status/close/")
    assert public_client.get("/receipt/").url == "/status/"


def test_the_button_of_a_link_pressed_twice_still_shows_the_code(stage, public_client):
    token = receipt_codes.new_token()
    code = receipt_codes.code_from_token(token)
    tip = make.tip(unit=stage.unit, channel="zalo_oa")
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    OneTimeLink.objects.create(token_hash=receipt_codes.token_hash(token), tip=tip)
    page = public_client.get(f"/r/{token}").content.decode()
    sheet = re.search(r'name="sheet" value="([\w-]{22})"', page)[1]
    for browser in (public_client, Client()):
        answer = browser.post(f"/r/{token}", {"sheet": sheet})
        assert (answer.status_code, answer.url) == (303, "/receipt/")
        assert shows(browser.get("/receipt/"), code)
    # Somebody else with the link has another page before them.
    for other in ({}, {"sheet": receipt_codes.new_token()}):
        assert Client().post(f"/r/{token}", other).status_code == 410
    public_client.post("/exit/")
    assert public_client.post(f"/r/{token}", {"sheet": sheet}).status_code == 410


def test_what_is_over_is_swept_and_nothing_is_left_of_it(stage, public_client, monkeypatch):
    send, _code = sent_report(stage, public_client)
    send()
    assert shown_codes.sweep_shown_codes() == 0
    assert ShownCode.objects.count() == 1
    later = times.now() + datetime.timedelta(minutes=11)
    monkeypatch.setattr(times, "now", lambda: later)
    shown_codes.sweep_shown_codes()
    assert not ShownCode.objects.exists()


def test_the_processes_may_do_this_and_no_more(stage, public_client, become):
    send, _code = sent_report(stage, public_client)
    send()
    become("public")
    assert public_client.post("/receipt/", {"noted": "1"}).status_code == 303
    become("worker")
    shown_codes.sweep_shown_codes()


# Titles stay in the history, and so they say nothing.

NEUTRAL = re.compile(r"(?:Lỗi: )?(?:Bước \d trong 5|Tỉnh Bắc Ninh) – Kẻng")


def title_of(response):
    found = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]
    return " ".join(found.split())


def test_no_page_of_a_report_has_a_title_that_tells(stage, public_client):
    resident = Resident(public_client)
    pages = [resident.look("who-gets"), resident.post("who-gets")]
    steps = ("what", "where", "describe", "name", "check")
    pages += [public_client.get(f"/report/{step}/", follow=True) for step in steps]
    resident.post("who-gets", desk="commune")
    pages += [resident.look("what"), resident.post("what")]
    resident.post("what", topic="theft")
    pages += [resident.look("where"), resident.post("where", q="nenh", find="1")]
    resident.post("where", q="", searched="", choice=str(stage.place.pk), spot="")
    pages += [resident.look("describe"), resident.post("describe", text="")]
    resident.post("describe", text="Mất xe", happening="over")
    pages += [resident.look("name"), resident.post("name", wish="sealed")]
    resident.post("name", wish="anonymous")
    pages += [resident.look("check"), resident.send()]
    code = code_on(pages[-1])
    pages += [public_client.get("/receipt/print/"), public_client.get("/status/")]
    pages += [public_client.post("/status/", {"code": typed}) for typed in ("", "0" * 16)]
    public_client.post("/status/", {"code": code})
    pages += [public_client.get("/status/tip/"), public_client.post("/status/tip/", {"text": ""})]
    pages.append(public_client.post("/status/tip/", {"wish": "withdraw"}))
    public_client.post("/status/tip/", {"wish": "take-back"})
    pages += [public_client.get("/status/tip/"), public_client.get("/r/unknown")]
    pages += [public_client.post("/r/unknown"), public_client.get("/report/check/")]
    for sent in (sent_question, sent_objection):
        send, _code = sent(stage, public_client)
        pages.append(public_client.get(send().url))
    pages.append(public_client.get(f"/places/{stage.place.code}/ask/"))
    titles = [title_of(page) for page in pages]
    assert [title for title in titles if not NEUTRAL.fullmatch(title)] == []
    assert len(set(titles)) > 5


def _tells_of_no_report(file):
    """A page of a look-up, a claim, a survey or the form about data: its title may say so."""
    areas = {"claims", "data_requests", "lookup_pages", "surveys"}
    return file.relative_to(KENG).parts[0] in areas


def test_no_template_with_quick_exit_gives_its_page_another_title():
    journeys = [
        file
        for file in KENG.rglob("templates/**/*.html")
        if re.search(r'{% extends "(?:base_journey|dialogue/public/base)', file.read_text())
    ]
    assert len(journeys) > 10
    named = [file.name for file in journeys if "block title" in file.read_text()]
    assert named == ["base.html"]
    for file in KENG.rglob("templates/**/*.html"):
        if "parts/quick_exit.html" in file.read_text():
            assert file.name == "base_journey.html" or _tells_of_no_report(file)


@pytest.mark.parametrize(
    ("sent", "opens"),
    [
        (sent_report, "/status/tip/"),
        (sent_question, "/answer/"),
        (sent_objection, "/lookup/answer/"),
    ],
)
def test_one_box_opens_every_kind_of_code(stage, public_client, sent, opens):
    send, code = sent(stage, public_client)
    send()
    typed = receipt_codes.grouped_code(code).lower()
    answer = Client().post(ASKS_AT, {"code": typed}, follow=True)
    assert answer.status_code == 200
    assert [path for path, _status in answer.redirect_chain] == [opens]
    assert answer.context["code"] if opens != "/status/tip/" else answer.context["tip"]


@pytest.mark.parametrize("former", ["/answer/", "/lookup/answer/"])
def test_the_boxes_of_before_lead_to_the_one_there_is(public_client, former):
    assert public_client.get(former).url == ASKS_AT
    unknown = public_client.post(former, {"code": "7K3M-9QXD-P2VA-0000"}).content.decode()
    assert "Không có gì mang mã này" in unknown
