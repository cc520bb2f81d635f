"""What the guides point at is there: pages, pictures, tests; and nothing kept goes unmentioned."""

import ast
import re
from urllib.parse import unquote

import polib
import pytest
from django.apps import apps

from tests.architecture.source import KENG, ROOT, TOOLS, python_files

GUIDES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SCREENS = sorted((ROOT / "docs" / "screens").iterdir())
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAMED_TEST = re.compile(r"\[`(test_\w+)`\]\(([^)]+)\)")
OFFICER = ROOT / "docs" / "officer"
ON_SCREEN = re.compile(r"(?<!\*)\*(?!\*)([^*\]]+)\*(?!\*)")
CODE = re.compile(r"`([^`]+)`")
KEY = re.compile(r"<kbd>([^<]+)</kbd>")
PICTURE = re.compile(r"screens/([\w.-]+)\)")
LEAST_BYTES, MOST_BYTES = 1024, 200 * 1024
MOST_BYTES_TOGETHER = 6 * 1024 * 1024
# What only somebody's own machine or one network has.
FOREIGN = re.compile(r"/(?:root/|home/\w)|(?:pypi|npm|registry)\.\w+\.\w+/")


def short(file):
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("guide", GUIDES, ids=short)
def test_every_link_leads_somewhere(guide):
    targets = [target for target in LINK.findall(guide.read_text()) if "://" not in target]
    missing = [t for t in targets if not (guide.parent / unquote(t)).exists()]
    assert missing == []


def test_what_it_refuses_is_held_by_tests_that_exist():
    named = NAMED_TEST.findall((ROOT / "README.md").read_text())
    assert len(named) >= 8
    missing = [name for name, file in named if name not in functions_in(ROOT / file)]
    assert missing == []


def functions_in(file):
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_both_readmes_refuse_the_same_things():
    def refusals(name, heading):
        part = (ROOT / name).read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
        return re.findall(r"(?m)^- ", part)

    english = refusals("README.md", "What it refuses to do")
    assert len(english) == len(refusals("README.vi.md", "Kẻng không làm gì"))


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_readme_says_how_to_try_it_before_anything_else(name):
    """What it is, a picture, the two commands and how long they take; the promises after them."""
    first, then = (ROOT / name).read_text().split("\n## ")[:2]
    assert "docs/screens/phones.webp" in first
    assert len(first.splitlines()) < 20
    assert "    make demo " in then
    assert "keng demo code lan" in then
    assert "one to three minutes" in then or "một đến ba phút" in then


def test_every_picture_shows_something_is_small_and_stands_in_the_list_of_screens():
    listed = (ROOT / "docs" / "screens.md").read_text()
    assert [p.name for p in SCREENS if f"(screens/{p.name})" not in listed] == []
    assert [p.name for p in SCREENS if not LEAST_BYTES < p.stat().st_size < MOST_BYTES] == []
    assert sum(p.stat().st_size for p in SCREENS) < MOST_BYTES_TOGETHER


@pytest.mark.parametrize(("guide", "catalogue"), [("guide.md", 0), ("guide.vi.md", 1)])
def test_what_the_officers_guide_calls_a_button_stands_on_a_screen(guide, catalogue):
    """Words between single stars are those of the screen, in the language of the guide."""
    words = [" ".join(found.split()) for found in ON_SCREEN.findall((OFFICER / guide).read_text())]
    assert len(words) > 25
    said = sentences()[catalogue]
    assert [label for label in words if label not in said] == []


def sentences():
    """English and Vietnamese of the catalogue."""
    english, vietnamese = set(), set()
    for file in (KENG / "locale" / "vi" / "LC_MESSAGES").glob("*.po"):
        for entry in polib.pofile(str(file)):
            english.add(entry.msgid)
            vietnamese |= {entry.msgstr, *entry.msgstr_plural.values()}
    return english, vietnamese


@pytest.mark.parametrize("guide", ["guide.md", "guide.vi.md"])
def test_every_key_of_the_officers_guide_stands_in_a_table_of_keys(guide):
    parts = KENG / "inbox" / "templates" / "inbox" / "tip" / "parts"
    templates = [KENG / "templates" / "parts" / "keys_table.html", parts / "viewer.html"]
    keys = {key for file in templates for key in KEY.findall(file.read_text())}
    named = {key for group in CODE.findall((OFFICER / guide).read_text()) for key in group.split()}
    assert {"1", "Z", "F8"} <= named
    assert named - keys == set()


def test_the_officers_guide_says_the_same_in_both_languages():
    english, vietnamese = ((OFFICER / name).read_text() for name in ("guide.md", "guide.vi.md"))
    shown = PICTURE.findall(vietnamese)
    assert PICTURE.findall(english) == [name.replace(".vi.", ".en.") for name in shown]
    for mark in ("## ", "### ", "- "):
        lines = [
            sum(line.startswith(mark) for line in g.splitlines()) for g in (english, vietnamese)
        ]
        assert lines[0] == lines[1], mark


def test_every_table_is_on_the_page_of_what_is_kept():
    page = (ROOT / "docs" / "privacy" / "what-is-kept.md").read_text()
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    assert sorted(table for table in tables if f"`{table}`" not in page) == []
    areas = "|".join(app.label for app in apps.get_app_configs())
    named = set(re.findall(rf"`((?:{areas})_\w+)`", page))
    assert named - tables == set()


def test_every_cookie_is_on_the_page_of_what_is_kept():
    page = (ROOT / "docs" / "privacy" / "what-is-kept.md").read_text()
    lines = [line for f in python_files(KENG, TOOLS) for line in f.read_text().splitlines()]
    cookies = {c for line in lines if "COOKIE" in line for c in re.findall(r'"(keng_\w+)"', line)}
    assert {"keng_b", "keng_desk"} <= cookies
    assert [cookie for cookie in cookies if f"`{cookie}`" not in page] == []


@pytest.mark.parametrize("guide", GUIDES, ids=short)
def test_no_guide_names_a_machine_of_ours(guide):
    assert FOREIGN.findall(guide.read_text()) == []
