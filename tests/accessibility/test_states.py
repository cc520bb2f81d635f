"""Every part can be read in every state that it can be in, by day and by night.

The style pages have every part of every sheet (`kit/tests/test_style.py` holds that), a toast and
the alarm among them, so that they are read once and not on a hundred pages.
"""

import re

import pytest
from django.test import RequestFactory
from django.utils import translation

from keng.kit import style
from tests.accessibility.states import too_faint
from tests.architecture.source import KENG

STATIC = KENG / "static"
HOST = "http://style.example"
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = "keng.kit.tests.addresses"
    with translation.override("vi"):
        yield


@pytest.fixture
def window(browser):
    """A page at a desk PC that is given our sheets and nothing else."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})

    def sheet(route):
        called = re.sub(r"\.[0-9a-f]{12}(?=\.)", "", route.request.url.partition("/static/")[2])
        file = STATIC / called
        if called and file.is_file() and file.suffix in TYPES:
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.abort()

    context.route("**/*", sheet)
    yield context.new_page()
    context.close()


def open_page(window, content):
    """The page, with its sheets in force."""
    window.unroute(f"{HOST}/")
    window.route(f"{HOST}/", lambda route: route.fulfill(body=content, content_type="text/html"))
    window.goto(f"{HOST}/")
    assert window.evaluate("document.styleSheets.length") > 1


@pytest.mark.parametrize("theme", ["light", "night"])
@pytest.mark.parametrize("screen", sorted(style.STYLE_SCREENS))
def test_every_part_of_the_desk_can_be_read_in_every_state(window, screen, theme):
    request = RequestFactory().get("/", {"alarm": "1", "theme": theme})
    open_page(window, style.style_desk(request, screen).content)
    assert too_faint(window) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part_of_the_public_pages_can_be_read_in_every_state(window, scheme):
    window.emulate_media(color_scheme=scheme)
    open_page(window, style.style_public(RequestFactory().get("/")).content)
    assert too_faint(window) == {}


def test_a_faint_state_would_be_found(window):
    look = "a { color: #333 } a:hover { color: #aaa } button:disabled { color: #ccc }"
    window.set_content(f"<style>{look}</style><a href='#'>Mở</a><button>Gửi</button>")
    assert set(too_faint(window)) == {"pointed at", "reached and pointed at", "pressed", "off"}
