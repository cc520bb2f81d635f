"""What people write is never part of a page's markup: no template switches escaping off."""

import re

import pytest

from tests.architecture.source import KENG, python_files, templates

UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off|\{%\s*filter\s+safe")
# Where Python itself makes markup, each out of parts that it has escaped.
MAKES_MARKUP = {"kit/templatetags/keng.py", "claims/public/review.py"}


def test_no_template_lets_words_through_as_they_are():
    found = [
        f"{file.relative_to(KENG)}: {part[0]}"
        for file in templates()
        for part in UNESCAPED.finditer(file.read_text())
    ]
    assert len(templates()) > 100
    assert found == []


def test_only_known_modules_make_markup_themselves():
    found = {
        str(file.relative_to(KENG))
        for file in python_files(KENG)
        if re.search(r"\b(mark_safe|SafeString)\b", file.read_text())
    }
    assert found == MAKES_MARKUP


@pytest.mark.parametrize(
    "line",
    ["{{ tip.text|safe }}", "{{ a|join:', ' | safeseq }}", "{% autoescape off %}"],
)
def test_switching_it_off_would_be_noticed(line):
    assert UNESCAPED.search(line)
