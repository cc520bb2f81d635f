"""The pages around the report: what they say, what they weigh, and that they ask nobody else."""

import csv
import datetime
import gzip
import importlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from keng.claims.promises import PROMISES as OF_CLAIMS
from keng.community.promises import PROMISES
from keng.community.tests.resident import Resident
from keng.data_requests.promises import PROMISES as OF_DATA_REQUESTS
from keng.kit import times
from keng.kit.safe_text import link_emergency_numbers
from keng.lessons.promises import PROMISES as OF_LESSONS
from keng.reports.promises import PROMISES as OF_REPORTS
from keng.surveys.promises import PROMISES as OF_SURVEYS
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[4]
KENG = ROOT / "src" / "keng"
PAGES = [
    "home",
    "first-hour",
    "privacy",
    "places",
    "status",
    "report-who-gets",
    "calendar",
    "warnings",
]
CSS = Path(__file__).parents[2] / "static" / "keng" / "public.css"


@pytest.fixture
def ward(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    return Ward()


def tips_of_last_month(unit, count, **fields):
    first = times.local_date(times.now()).replace(day=1) - datetime.timedelta(days=5)
    at = times.start_of(first)
    return [make.tip(unit=unit, received_at=at, **fields) for _ in range(count)]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_works_in_both_languages_without_a_script(public_client, stage, name, language):
    public_client.cookies["keng_language"] = language
    response = public_client.get(reverse(name), follow=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}">' in page
    # For a form that one may lose, and for a key beside Quick exit; everything works without them.
    scripts = re.findall(r'<script[^>]* src="[^"]*/js/([\w-]+)[^"]*"[^>]*></script>', page)
    assert page.count("<script") == len(scripts)
    is_journey = name.startswith(("report", "status"))
    leaving = ["leave", "shared-sweep"] if is_journey else []
    expected = (["send"] if name.startswith("report") else []) + leaving
    assert scripts == expected
    assert " style=" not in page
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_weighs_little_and_asks_no_other_site(public_client, stage, name):
    page = public_client.get(reverse(name), follow=True).content
    assert len(gzip.compress(page)) + len(gzip.compress(CSS.read_bytes())) < 20_000
    assert len(page) + CSS.stat().st_size < 60_000
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', page.decode())
    assert not [a for a in addresses if "//" in a and not a.startswith(settings.PUBLIC_URL)]


def test_the_home_page_shows_the_newest_warning_whole(public_client, ward):
    version = ward.published()
    page = public_client.get("/").content.decode()
    for part in ("what", "signs", "act", "call"):
        assert link_emergency_numbers(CALM[part]) in page
    assert f"/w/{version.verify_code.code}" in page
    assert 'href="/report/"' in page
    assert 'href="tel:113"' in page
    assert f'action="{reverse("verify")}"' in page


def test_a_name_that_no_place_bears_is_not_passed_over(public_client, stage):
    page = public_client.get("/places/", {"q": "xa Nenhh"}).content.decode()
    assert "Không có nơi nào tên “xa Nenhh”" in page
    assert "Phường Nếnh" in page
    assert "Không có nơi nào" not in public_client.get("/places/", {"q": "nenh"}).content.decode()


def test_a_warning_that_has_no_english_is_marked_as_vietnamese(public_client, ward):
    ward.published()
    public_client.cookies["keng_language"] = "en"
    page = public_client.get("/").content.decode()
    assert f'<dd lang="vi">{CALM["what"]}' in page
    assert "Only in Vietnamese" in page
    assert "Công an phường Nếnh (ward police)" in page
    listed = public_client.get(reverse("place", args=[ward.place.code])).content.decode()
    assert "Only in Vietnamese" in listed
    public_client.cookies["keng_language"] = "vi"
    assert "Chỉ có tiếng Việt" not in public_client.get("/").content.decode()


def test_without_a_warning_and_without_tips_the_home_page_claims_nothing(public_client, stage):
    page = public_client.get("/").content.decode()
    assert "Cảnh báo mới nhất" not in page
    assert "trực ban các nơi nhận" not in page
    # The place of the warning is not left empty: the two small forms stand there, once.
    beside, below = page.split("page-pad")
    for name in ("places", "verify"):
        assert f'action="{reverse(name)}"' in beside
        assert f'action="{reverse(name)}"' not in below


def test_the_account_on_the_home_page_counts_the_last_full_month(public_client, stage):
    now = times.now()
    tips_of_last_month(stage.unit, 9, first_answered_at=now)
    tips_of_last_month(stage.other, 2, outcome="solved")
    make.tip(unit=stage.unit)
    page = public_client.get("/").content.decode()
    assert "trực ban các nơi nhận <b>11 tin</b>, đã trả lời 9 tin." in page
    assert "<b>2 tin</b> giúp làm rõ" in page


def test_a_month_with_few_tips_is_not_counted_in_public(public_client, stage):
    tips_of_last_month(stage.unit, 9)
    assert "trực ban các nơi nhận" not in public_client.get("/").content.decode()


def test_a_warning_about_the_topic_is_shown_before_anything_is_typed(public_client, ward):
    ward.published()
    resident = Resident(public_client)
    make.unit_key(ward.unit)
    resident.write(place=ward.hamlet, topic="scam")
    page = resident.look("describe").content.decode()
    assert page.index(CALM["title"]) < page.index("<textarea")
    resident.post("what", topic="theft")
    assert CALM["title"] not in resident.look("describe").content.decode()


def test_other_peoples_reports_are_never_shown_as_similar(public_client, stage):
    make.tip(unit=stage.unit, place=stage.place, topic="scam", text="Một lời kể của người khác")
    resident = Resident(public_client)
    resident.write(place=stage.place)
    for step in ("what", "where", "describe", "name", "check"):
        assert "Một lời kể của người khác" not in resident.look(step).content.decode()


def test_a_place_has_a_page_with_its_desk_and_its_warnings(public_client, ward):
    ward.unit.desk_phone = "0204 000 0113"
    ward.unit.save()
    ward.published()
    page = public_client.get(f"/places/{ward.place.code}/").content.decode().replace("\xa0", " ")
    assert "Công an phường Nếnh" in page
    assert 'href="tel:02040000113"' in page
    assert CALM["title"] in page
    assert public_client.get("/places/00000/").status_code == 404


def test_a_commune_without_a_desk_says_that_the_province_receives(public_client, stage):
    page = public_client.get(f"/places/{stage.bare_place.code}/").content.decode()
    assert "Công an tỉnh nhận tin và chuyển đi" in page
    assert "Công an tỉnh Bắc Ninh" in page


def test_a_place_is_found_by_name(public_client, stage):
    page = public_client.get("/places/", {"q": "nenh"}).content.decode()
    assert f'href="/places/{stage.place.code}/"' in page
    assert "Không có nơi nào" in public_client.get("/places/", {"q": "zzzz"}).content.decode()


def test_the_language_is_switched_by_a_form_that_comes_back(public_client, stage):
    response = public_client.post("/language/", {"language": "en", "next": "/first-hour/"})
    assert response.url == "/first-hour/"
    assert '<html lang="en">' in public_client.get("/first-hour/").content.decode()
    outside = public_client.post("/language/", {"language": "vi", "next": "https://bad.example/"})
    assert outside.url == "/"


def test_engines_may_read_warnings_and_no_report(public_client, stage):
    text = public_client.get("/robots.txt").content.decode()
    for path in ("/report/", "/status/", "/receipt/", "/r/", "/relay/"):
        assert f"Disallow: {path}\n" in text
    assert "Disallow: /warnings" not in text
    assert public_client.get("/favicon.ico").url.endswith("mark.svg")


def test_an_unknown_address_gets_the_page_for_it(public_client, stage):
    response = public_client.get("/khong-co/")
    assert response.status_code == 404
    assert "Kẻng" in response.content.decode()


# Promises.


def promised():
    with (ROOT / "docs" / "promises.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_promise_is_tied_to_tests_and_says_the_same_in_the_document():
    with translation.override("en"):
        every = PROMISES | OF_CLAIMS | OF_SURVEYS | OF_LESSONS | OF_REPORTS | OF_DATA_REQUESTS
        said = {name: str(sentence) for name, sentence in every.items()}
    assert {row["promise"]: row["sentence"] for row in promised()} == said


@pytest.mark.parametrize("row", promised(), ids=lambda row: row["promise"])
def test_the_tests_that_hold_a_promise_exist(row):
    tests = row["tests"].split()
    assert tests
    for test in tests:
        module, _, function = test.partition("::")
        assert callable(getattr(importlib.import_module(module), function))


def test_no_page_words_a_promise_by_itself():
    """The sentences stand in promises.py alone, so none can be said without its test."""
    folders = [KENG / "community" / "templates", KENG / "lookup_pages" / "templates"]
    templates = [template for folder in folders for template in folder.rglob("*.html")]
    text = "\n".join(template.read_text() for template in templates)
    with translation.override("en"):
        assert not [name for name, sentence in PROMISES.items() if str(sentence) in text]
    assert not [name for name in PROMISES if f"promises.{name}" not in text]


def test_what_the_files_of_the_database_keep_depends_on_whose_they_are(public_client, monkeypatch):
    for name in ("DATABASE_URL", "KENG_DATABASE_URL_PUBLIC"):
        monkeypatch.delenv(name, raising=False)
    own = public_client.get(reverse("privacy")).content.decode()
    assert "Chậm nhất 24 giờ sau" in own
    assert "còn đọc được cả hai, chậm nhất đến 24 giờ sau" in own
    assert "máy chủ riêng" not in own
    monkeypatch.setenv("KENG_DATABASE_URL_PUBLIC", "postgresql://public:own@db.invalid/keng")
    elsewhere = public_client.get(reverse("privacy")).content.decode()
    assert "Chậm nhất 24 giờ sau" not in elsewhere
    assert "24 giờ sau" not in elsewhere
    assert "còn đọc được cả hai bao lâu" in elsewhere
    assert "chạy trên máy chủ riêng" in elsewhere
    for page in (own, elsewhere):
        assert "Bản sao lưu làm trước đó còn giữ" in page


@pytest.mark.parametrize(
    "path",
    [
        *("/warnings", "/surveys", "/lessons", "/places/", "/partners/", "/privacy/"),
        *("/first-hour/", "/official-channels/", "/calendar/", "/", "/lookup/", "/verify"),
    ],
)
def test_a_page_that_is_only_read_leaves_no_cookie(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert not answer.cookies


def test_the_calendar_of_quick_exit_is_one_that_hangs_on_a_wall(client, monkeypatch):
    monkeypatch.setattr(
        times, "now", lambda: datetime.datetime(2026, 2, 17, 9, tzinfo=datetime.UTC)
    )
    page = client.get("/calendar/").content.decode()
    assert "Âm lịch: 1/1" in page
    assert page.count('aria-current="date"') == 1
    assert "Kẻng" not in page


def test_the_language_is_chosen_without_a_token_and_comes_back_to_the_page(db):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/language/", {"language": "en", "next": "/privacy/"})
    assert (answer.status_code, answer.url) == (302, "/privacy/")
    assert client.get("/privacy/").content.decode().count('lang="en"')


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/lookup/", {"q": "0912 000 563"}),
        ("/verify", {"code": "99K-W51"}),
        ("/near/", {"code": ""}),
    ],
)
def test_what_changes_nothing_is_asked_without_a_token(db, path, form):
    answer = Client(enforce_csrf_checks=True).post(path, form)
    assert answer.status_code in {200, 303}


def test_the_switch_of_languages_is_called_by_what_stands_on_it(client):
    page = client.get("/").content.decode()
    (name, seen) = re.search(r'aria-label="([^"]+)"\s*>\s*(EN|VI)\s*<', page).groups()
    assert name.startswith(seen)
