"""Every class that a stylesheet names is used, every class that a page has is one of a stylesheet.

So nobody keeps rules for nothing, and nobody wonders why a class shows nothing. A class is a word
that one can search for, and is written in one piece wherever it can be.
"""

import re
from pathlib import Path

from tests.architecture.source import KENG, TOOLS, is_test, python_files, templates

STYLESHEETS = sorted((*KENG.rglob("static/**/*.css"), *TOOLS.rglob("static/**/*.css")))
SCRIPTS = sorted((*KENG.rglob("static/**/*.js"), *TOOLS.rglob("static/**/*.js")))
DRAWINGS = sorted(KENG.rglob("kit/drawings/**/*.svg"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TEXT = re.compile(r"\"[^\"]*\"|url\([^)]*\)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
ATTRIBUTE = re.compile(r"(?<![\w-])class=\"((?:\{%.*?%\}|\{\{.*?\}\}|[^\"{])*)\"", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
# A word that ends in a value: the colours of bars and of the squares that explain them, of words
# beside a number, the levels of a map.
VALUE = re.compile(r"[\w-]*\{\{.*?\}\}[\w-]*", re.DOTALL)
PUT_TOGETHER = re.compile(r"(bar|swatch|text|level)-[a-z0-9]+")
# What an include or a base template is told.
TOLD = re.compile(r"\b(?:mark|gap)=\"([^\"]+)\"|\{% block body_class %\}([\w -]*)\{% endblock %\}")
# For tests and scripts alone, and what only Python says which of a few words it is.
WITHOUT_A_LOOK = {
    *("dialogue-panel", "earlier", "messages", "one-tap-panel", "pager", "pre", "sheet"),
}
WHOLE = re.compile(r"[a-z]{3,}|[0-9]|do|in|no|of|ok|on|qr|to")


def classes_of(stylesheet: Path) -> set[str]:
    return set(CLASS.findall(TEXT.sub("", COMMENT.sub("", stylesheet.read_text()))))


def classes_in(template: str) -> set[str]:
    """Whole words of class attributes; what is put together with a value is left out."""
    told = [one or other for one, other in TOLD.findall(template)]
    values = [*told, *ATTRIBUTE.findall(template)]
    return {word for value in values for word in WORD.findall(VALUE.sub(" ", TAG.sub(" ", value)))}


def test_every_class_of_a_stylesheet_is_used():
    code = [*SCRIPTS, *(each for each in python_files(KENG, TOOLS) if not is_test(each))]
    used = {word for each in code for word in WORD.findall(each.read_text())}
    used |= {word for each in [*templates(), *DRAWINGS] for word in classes_in(each.read_text())}
    unused = {
        f"{stylesheet.name} .{name}"
        for stylesheet in STYLESHEETS
        for name in classes_of(stylesheet)
        if name not in used and not PUT_TOGETHER.fullmatch(name)
    }
    assert len(STYLESHEETS) > 3
    assert unused == set()


def test_every_class_of_a_page_is_one_of_a_stylesheet():
    known = {name for stylesheet in STYLESHEETS for name in classes_of(stylesheet)}
    unknown = {
        f"{template.name} .{name}"
        for template in [*templates(), *DRAWINGS]
        for name in classes_in(template.read_text())
        if name not in known | WITHOUT_A_LOOK
    }
    assert unknown == set()


def test_a_class_is_made_of_words():
    names = {name for stylesheet in STYLESHEETS for name in classes_of(stylesheet)}
    short = {name for name in names for one in name.split("-") if not WHOLE.fullmatch(one)}
    assert short == set()


def test_a_stylesheet_of_the_tools_uses_tokens_of_the_product():
    tokens = (KENG / "static" / "keng" / "tokens.css").read_text()
    declared = set(re.findall(r"(?<=[\s;])--([a-z0-9-]+):", tokens))
    for sheet in TOOLS.rglob("static/**/*.css"):
        used = set(re.findall(r"var\(--([a-z0-9-]+)\)", sheet.read_text()))
        assert used, sheet.name
        assert used <= declared, sheet.name
