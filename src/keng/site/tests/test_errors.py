"""Pages for what goes wrong, on both sites and in both languages."""

import re
from html import unescape

import pytest
from django.test import Client

from keng.community.tests.resident import Stage


@pytest.mark.parametrize(
    ("language", "words"),
    [("vi", "Không đọc được yêu cầu này"), ("en", "This request could not be read")],
)
@pytest.mark.django_db
def test_a_foreign_host_name_gets_a_page_of_ours(public_client, language, words):
    answer = public_client.get("/", headers={"host": "evil.example", "accept-language": language})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "evil.example" not in answer.content.decode()


@pytest.mark.django_db
def test_a_form_with_too_many_fields_gets_a_page_of_ours_on_the_desk(desk_client):
    fields = {f"field{number}": "" for number in range(1500)}
    answer = desk_client.post("/sign-in/", fields)
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/p/%00/", "/p/?q=a%00b", "/%00"])
def test_an_address_with_a_null_character_gets_a_page_of_ours(public_client, address):
    answer = public_client.get(address)
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


WORDS = 'Chiều nay có người lạ "gõ cửa" từng phòng & hỏi tên\nDòng hai của lời kể'


@pytest.fixture
def on_the_public_site(public_client, settings):
    settings.IS_DESK = False


def strict(*, origin="http://testserver"):
    """A browser on the public site that has no cookie of ours, or an old one."""
    return Client(enforce_csrf_checks=True, headers={"origin": origin})


def fields_of(page):
    found = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(value) for name, value in found}


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
def test_without_cookies_what_was_typed_comes_back_and_one_button_sends_it():
    Stage()
    browser = strict()
    answer = browser.post("/report/describe/", {"text": WORDS, "happening": "now"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "lời bạn viết không mất" in page
    assert "113" in page
    assert fields_of(page) == {"text": WORDS, "happening": "now"}
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    again = browser.post("/report/describe/", fields_of(page) | {"csrfmiddlewaretoken": token})
    assert (again.status_code, again.url) == (303, "/report/who-gets/")
    # The earlier answers are gone, and that is said where they are asked again.
    # The script that sends has read the page once before the browser asks for it.
    for _ in range(2):
        page = browser.get("/report/who-gets/").content.decode()
        assert "Đã quá 30 phút" in page
    for step, said in (("who-gets", {"desk": "province"}), ("what", {"topic": "other"})):
        browser.post(f"/report/{step}/", said | {"csrfmiddlewaretoken": token})
    assert "Đã quá 30 phút" not in browser.get("/report/where/").content.decode()
    browser.post("/report/where/", {"choice": "online", "q": "", "csrfmiddlewaretoken": token})
    assert "Dòng hai của lời kể" in browser.get("/report/describe/").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
@pytest.mark.parametrize(
    "address", ["/report/describe/", "/report/name/", "/status/tip/", "/lookup/object/"]
)
def test_after_quick_exit_back_and_reload_show_none_of_the_words(address):
    Stage()
    browser = strict()
    browser.post("/exit/")
    answer = browser.post(address, {"text": WORDS, "name": WORDS})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Dòng hai" not in page
    assert fields_of(page) == {}
    assert "không mất" not in page
    mark = browser.cookies["month"]
    assert (mark.value, mark["samesite"], mark["max-age"]) == ("1", "Strict", 12 * 3600)


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
def test_at_the_desk_beside_it_the_mark_takes_no_words_away(settings):
    settings.IS_DESK = True
    browser = strict()
    browser.cookies["month"] = "1"
    page = browser.post("/report/describe/", {"text": WORDS}).content.decode()
    assert "Dòng hai của lời kể" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_what_another_site_made_a_browser_send_is_not_shown(origin):
    answer = strict(origin=origin).post("/report/describe/", {"text": WORDS})
    assert answer.status_code == 403
    assert "Dòng hai" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
def test_at_the_desk_words_are_there_to_be_copied_and_no_button_does_the_act(settings):
    settings.IS_DESK = True
    page = strict().post("/report/describe/", {"text": WORDS}).content.decode()
    assert "Dòng hai của lời kể" in page
    assert fields_of(page) == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
def test_a_secret_is_never_sent_back():
    page = strict().post("/status/", {"code": "ABCD-EFGH-JKMN-PQRS", "text": WORDS})
    assert "ABCD-EFGH" not in page.content.decode()
    assert "Dòng hai của lời kể" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
def test_when_something_breaks_on_our_side_what_was_typed_is_there(public_client, monkeypatch):
    def breaks(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr("keng.community.report.steps.ReportJourney.keep_answers", breaks)
    public_client.raise_request_exception = False
    answer = public_client.post("/report/describe/", {"text": WORDS, "happening": "now"})
    assert answer.status_code == 500
    assert "Dòng hai của lời kể" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_public_site")
def test_an_objection_to_what_is_no_longer_listed_gives_its_words_back(public_client):
    sent = {"hash": "0" * 64, "token": "A" * 22, "reason": "recycled", "text": WORDS}
    answer = public_client.post("/lookup/object/", sent)
    assert answer.status_code == 410
    assert "Dòng hai của lời kể" in answer.content.decode()
