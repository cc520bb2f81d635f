"""Nothing in a page's markup that a browser runs: no words of people, nothing inline."""

import re

import pytest

from tests.architecture.source import KENG, TOOLS, name, python_files, templates

UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off|\{%\s*filter\s+safe")
# Where Python itself makes markup, each out of parts that it has escaped.
MAKES_MARKUP = {"src/keng/kit/templatetags/keng.py", "src/keng/claims/public/review.py"}


def test_no_template_lets_words_through_as_they_are():
    found = [
        f"{name(file)}: {part[0]}"
        for file in templates()
        for part in UNESCAPED.finditer(file.read_text())
    ]
    assert len(templates()) > 100
    assert found == []


def test_the_policy_on_content_is_not_broken_by_a_template():
    found = []
    for file in templates():
        text = file.read_text(encoding="utf-8")
        if re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text):
            found.append(name(file))
        # Data for search engines is nothing that a browser runs.
        if re.search(r"<script(?![^>]*\s(?:src=|type=\"application/ld\+json\"))", text):
            found.append(name(file))
    assert found == []


def test_only_known_modules_make_markup_themselves():
    found = {
        name(file)
        for file in python_files(KENG, TOOLS)
        if re.search(r"\b(mark_safe|SafeString)\b", file.read_text())
    }
    assert found == MAKES_MARKUP


@pytest.mark.parametrize(
    "line",
    ["{{ tip.text|safe }}", "{{ a|join:', ' | safeseq }}", "{% autoescape off %}"],
)
def test_switching_it_off_would_be_noticed(line):
    assert UNESCAPED.search(line)
