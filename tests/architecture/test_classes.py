"""Every class that a stylesheet names is used somewhere, so that nobody keeps rules for nothing."""

import re
from pathlib import Path

from tests.architecture.source import KENG, is_test, python_files, templates

STYLESHEETS = sorted(KENG.rglob("static/**/*.css"))
SCRIPTS = sorted(KENG.rglob("static/**/*.js"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TEXT = re.compile(r"\"[^\"]*\"|url\([^)]*\)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[\w-]+")
# Written as a beginning and a value: the colours of bars, the levels of a map.
PUT_TOGETHER = re.compile(r"bar-\w+|k[0-5]")


def classes_of(stylesheet: Path) -> set[str]:
    return set(CLASS.findall(TEXT.sub("", COMMENT.sub("", stylesheet.read_text()))))


def test_every_class_of_a_stylesheet_is_used():
    files = [*templates(), *SCRIPTS, *(each for each in python_files(KENG) if not is_test(each))]
    words = {word for each in files for word in WORD.findall(each.read_text())}
    unused = {
        f"{stylesheet.name} .{name}"
        for stylesheet in STYLESHEETS
        for name in classes_of(stylesheet)
        if name not in words and not PUT_TOGETHER.fullmatch(name)
    }
    assert len(STYLESHEETS) > 3
    assert unused == set()
