"""Every class that a stylesheet names is used somewhere, and every token it uses is declared."""

import re
from pathlib import Path

from tests.architecture.source import KENG, TOOLS, is_test, python_files, templates

STYLESHEETS = sorted((*KENG.rglob("static/**/*.css"), *TOOLS.rglob("static/**/*.css")))
SCRIPTS = sorted((*KENG.rglob("static/**/*.js"), *TOOLS.rglob("static/**/*.js")))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TEXT = re.compile(r"\"[^\"]*\"|url\([^)]*\)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[\w-]+")
# Written as a beginning and a value: the colours of bars, the levels of a map.
PUT_TOGETHER = re.compile(r"bar-\w+|k[0-5]")


def classes_of(stylesheet: Path) -> set[str]:
    return set(CLASS.findall(TEXT.sub("", COMMENT.sub("", stylesheet.read_text()))))


def test_every_class_of_a_stylesheet_is_used():
    modules = [each for each in python_files(KENG, TOOLS) if not is_test(each)]
    files = [*templates(), *SCRIPTS, *modules]
    words = {word for each in files for word in WORD.findall(each.read_text())}
    unused = {
        f"{stylesheet.name} .{name}"
        for stylesheet in STYLESHEETS
        for name in classes_of(stylesheet)
        if name not in words and not PUT_TOGETHER.fullmatch(name)
    }
    assert len(STYLESHEETS) > 3
    assert unused == set()


def test_every_token_in_use_is_declared():
    for sheet in STYLESHEETS:
        home = sheet if sheet.name == "keng.css" else KENG / "static" / "keng" / "desk.css"
        declared = set(re.findall(r"(?<=[\s;])--([a-z0-9-]+):", home.read_text(encoding="utf-8")))
        used = set(re.findall(r"var\(--([a-z0-9-]+)\)", sheet.read_text(encoding="utf-8")))
        assert used <= declared, sheet.name
