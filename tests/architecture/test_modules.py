"""Habits of every module, and what may never stand in one."""

import ast
import re

import pytest

from keng.kit.database import PROCESSES
from tests.architecture.source import (
    KENG,
    ROOT,
    TESTS,
    TOOLS,
    imports,
    is_test,
    name,
    python_files,
)

FILES = python_files()
# The journeys act as people do: by clicks and by messages over real channels.
INSIDE = re.compile(
    r"^(keng\.[a-z_.]*\b(models|actions|queries)\b|keng_dev\.|django\.db|tests\.make)"
)
SECRET = re.compile(r"(?i)(password|secret|token)\s*=\s*[\"'][A-Za-z0-9+/_-]{16,}[\"']")


def test_every_module_says_in_one_line_what_it_is_for():
    def first_line(file):
        return (ast.get_docstring(ast.parse(file.read_text())) or "").split("\n")[0]

    # An empty __init__.py only makes a folder a package.
    lines = {name(file): first_line(file) for file in FILES if file.stat().st_size > 0}
    assert not [file for file, line in lines.items() if not line.endswith((".", "?", "!", ":"))]


def reaches_inside(source):
    return [module for module in imports(ast.parse(source)) if INSIDE.match(module)]


def test_no_journey_reaches_behind_the_screens():
    folders = [TESTS / "journeys", TESTS / "accessibility"]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    found = {name(file): reaches_inside(file.read_text()) for file in files}
    assert files
    assert not {file: modules for file, modules in found.items() if modules}


@pytest.mark.parametrize(
    "line",
    [
        "from keng.tips.models import Tip",
        "import keng.warnings.actions.approve",
        "from keng.tips import actions",
        "from keng_dev.demo import load",
        "from django.db import connection",
        "from tests import make",
    ],
)
def test_reaching_behind_the_screens_is_noticed(line):
    assert reaches_inside(line)


def test_areas_do_not_talk_by_signals():
    using = {
        name(file)
        for file in python_files(KENG, TOOLS)
        if not is_test(file)
        for module in imports(ast.parse(file.read_text()))
        if module.startswith(("django.dispatch", "django.db.models.signals"))
    }
    assert not using


# The confined process; what is drawn of our own words; the demo's own pictures.
DRAWS = {
    "dev/src/keng_dev/thief/planting.py",
    "src/keng/files/pictures/decoding.py",
    "src/keng/files/pictures/pdf_pages.py",
    "src/keng/kit/share_cards.py",
    "dev/src/keng_dev/demo/province/drawing.py",
    "dev/src/keng_dev/demo/province/filming.py",
}


def for_pictures(source):
    """Modules of the library that decodes pictures, and the one of ours in which it does."""
    return [
        module
        for module in imports(ast.parse(source))
        if module.split(".")[0] in {"PIL", "pypdfium2"}
        or module.startswith("keng.files.pictures.decoding")
    ]


def test_a_strangers_picture_is_decoded_in_the_confined_process_and_nowhere_else():
    files = [file for file in python_files(KENG, TOOLS) if not is_test(file)]
    using = {name(file) for file in files if for_pictures(file.read_text())}
    assert using == DRAWS
    # Both sites draw cards, so they load the part that measures letters, and open no picture.
    cards = for_pictures((KENG / "kit" / "share_cards.py").read_text())
    assert {module.split(".")[1] for module in cards} == {"ImageFont"}


@pytest.mark.parametrize(
    "line",
    ["from PIL import Image", "import PIL.Image", "from keng.files.pictures import decoding"],
)
def test_decoding_a_picture_elsewhere_is_noticed(line):
    assert for_pictures(line)


def test_no_password_stands_in_the_code():
    files = [file for file in python_files(KENG, TOOLS) if not is_test(file)]
    found = {name(f): SECRET.findall(f.read_text()) for f in files}
    assert not {file: matches for file, matches in found.items() if matches}


def test_a_password_in_the_code_would_be_noticed():
    assert SECRET.search('API_TOKEN = "aB3dE6gH9jK2mN5pQ8sT"')


@pytest.mark.parametrize("lock", ["runtime.lock", "dev.lock", "bench.lock"])
def test_a_lock_names_no_place_to_fetch_from_and_hashes_everything(lock):
    text = (ROOT / "requirements" / lock).read_text()
    pinned = re.findall(r"^[A-Za-z0-9_.-]+==[^\\]*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert "://" not in text
    assert len(pinned) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE))


def test_the_development_lock_agrees_with_the_runtime_lock():
    def pins(lock):
        text = (ROOT / "requirements" / lock).read_text()
        return dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", text, re.MULTILINE))

    assert pins("runtime.lock").items() <= pins("dev.lock").items()


def test_every_process_has_rights_of_its_own():
    from keng.site.grants import GRANTS

    # Beside them the role that the public site takes for the inboxes of partners.
    roles = {role.removeprefix("keng_") for role in GRANTS} - {"partner"}
    assert roles == set(PROCESSES) - {"owner"}
