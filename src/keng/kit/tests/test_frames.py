"""The frames and parts that every screen stands in."""

import gzip
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from keng.kit import style
from keng.kit.tests.browser import settled

HOME = Path(__file__).parents[2]
STATIC = HOME / "static" / "keng"
SCREENS = sorted(style.STYLE_SCREENS)


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = "keng.kit.tests.addresses"
    translation.activate("vi")
    yield
    translation.deactivate()


@pytest.mark.parametrize("screen", SCREENS)
def test_every_sample_screen_of_the_desk_renders(screen):
    answer = style.style_desk(RequestFactory().get("/", {"alarm": "1"}), screen)
    assert answer.status_code == 200
    assert b"<main" in answer.content


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_inbox_is_whole_with_few_tips(count):
    answer = style.style_desk(RequestFactory().get("/", {"tips": str(count)}), "inbox")
    page = settled(answer.content.decode())
    assert page.count("data-row ") == count
    assert ("Không còn tin nào" in page) is (count == 0)


def test_an_unknown_sample_screen_is_not_there():
    assert style.style_desk(RequestFactory().get("/"), "../secret").status_code == 404


def stylesheets(page: str) -> list[str]:
    return re.findall(r'<link\s+rel="stylesheet"\s+href="/static/keng/([a-z-]+\.css)"', page)


def test_a_public_page_loads_three_small_stylesheets_and_no_script():
    page = style.style_public(RequestFactory().get("/")).content.decode()
    assert stylesheets(page) == ["tokens.css", "night.css", "public.css"]
    assert "<script" not in page
    packed = [gzip.compress((STATIC / name).read_bytes(), 9) for name in stylesheets(page)]
    assert sum(map(len, packed)) <= 9_050


@pytest.mark.parametrize(
    ("theme", "night"),
    [
        ("light", []),
        ("night", [""]),
        ("auto", ['media="(prefers-color-scheme: dark)"']),
    ],
)
def test_a_desk_page_loads_the_night_only_where_it_is_wanted(theme, night):
    page = style.style_desk(RequestFactory().get("/", {"theme": theme}), "inbox").content.decode()
    frame = ["tokens.css", *["night.css"] * len(night), "desk.css"]
    assert stylesheets(page) == [*frame, "desk-tips.css", "desk-office.css"]
    found = re.findall(r'<link\s[^>]*night\.css"\s*([^>]*?)\s*>', page)
    assert found == night


def test_a_page_says_its_language_and_offers_the_other():
    page = style.style_public(RequestFactory().get("/?q=1")).content.decode()
    assert '<html lang="vi">' in page
    assert re.search(r'value="en"\s+lang="en"', page)
    assert 'name="next" value="/?q=1"' in page


def test_the_theme_of_the_officer_is_on_the_page():
    page = style.style_desk(RequestFactory().get("/", {"theme": "night"}), "parts").content.decode()
    assert 'data-theme="night"' in page


@pytest.mark.parametrize("name", ["not_found", "form_expired", "bad_request", "broken"])
@pytest.mark.parametrize("officer", [None, "Cán bộ trực"])
def test_error_pages_say_what_happened_on_both_sites(name, officer):
    request = RequestFactory().get("/gone")
    page = render_to_string(f"errors/{name}.html", {"officer": officer}, request)
    assert page.count("<h1>") == 1
    assert 'href="/"' in page


@pytest.mark.parametrize("name", ["bad_request", "broken"])
def test_the_pages_that_stand_alone_need_no_addresses(name, settings):
    settings.ROOT_URLCONF = "keng.kit.tests.no_addresses"
    assert "<h1>" in render_to_string(f"errors/{name}.html")


def test_every_link_and_label_of_the_frames_leads_somewhere():
    for screen in SCREENS:
        page = style.style_desk(RequestFactory().get("/"), screen).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), screen
        for target in re.findall(r'\sfor="([^"]+)"', page):
            assert target in ids, (screen, target)


def test_the_sample_page_is_served_with_its_address():
    answer = Client().get("/")
    assert answer.status_code == 200
    assert "Gửi tin báo" in answer.content.decode()
