"""The style pages are complete: every part that a sheet of ours draws stands on one of them."""

import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation

from keng.kit import style

STATIC = Path(__file__).parents[2] / "static" / "keng"
DESK = ("desk.css", "desk-tips.css", "desk-office.css")


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = "keng.kit.tests.addresses"
    with translation.override("vi"):
        yield


def parts(sheet: str) -> set[str]:
    """The classes that the layer of parts gives a look."""
    text = re.sub(r"/\*.*?\*/", "", (STATIC / sheet).read_text(encoding="utf-8"), flags=re.DOTALL)
    found: set[str] = set()
    for start in (match.end() for match in re.finditer(r"@layer parts \{", text)):
        selectors = re.findall(r"([^{};]+)\{", text[start : _end_of(text, start)])
        found |= {name for s in selectors for name in re.findall(r"\.([a-z][a-z0-9-]*)", s)}
    return found


def _end_of(text: str, at: int) -> int:
    depth = 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def shown(*pages: str) -> set[str]:
    return {
        name
        for page in pages
        for value in re.findall(r'\sclass="([^"]*)"', page)
        for name in value.split()
    }


def desk(theme: str) -> list[str]:
    request = RequestFactory().get("/", {"alarm": "1", "theme": theme})
    return [
        style.style_desk(request, screen).content.decode() for screen in sorted(style.STYLE_SCREENS)
    ]


def test_every_part_of_the_desk_can_be_looked_at():
    known = {name for sheet in DESK for name in parts(sheet)}
    assert len(known) > 80
    assert " ".join(sorted(known - shown(*desk("light")))) == ""


def test_every_part_of_the_public_pages_can_be_looked_at():
    page = style.style_public(RequestFactory().get("/")).content.decode()
    assert len(parts("public.css")) > 50
    assert sorted(parts("public.css") - shown(page)) == []


@pytest.mark.parametrize("theme", ["light", "night"])
def test_the_parts_stand_there_by_day_and_by_night(theme):
    for page in desk(theme):
        assert f'data-theme="{theme}"' in page


def test_no_column_beside_another_leaves_it_nothing_at_large_letters():
    sheets = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in DESK)
    columns = re.findall(r"\.columns\.[\w, .-]+\{ grid-template-columns: ([^};]+)", sheets)
    assert len(columns) > 6
    # A width in letters grows with them; a share of the page bounds it.
    assert [each for each in columns if re.search(r"(?<![\d.(])[\d.]+rem", each)] == []
