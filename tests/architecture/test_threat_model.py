"""The threat model names tests that exist, and says of each adversary what is not promised, too."""

import ast
import re

import pytest

from tests.architecture.source import KENG, ROOT

PAGE = ROOT / "docs" / "privacy" / "threat-model.md"
NAMED_TEST = re.compile(r"`((?:keng|tests)/[\w/]+\.py)(?:::(test_\w+))?`")
ROW = re.compile(r"^\| (?!we promise |-)(?P<promise>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)


def adversaries():
    """Title and text of each section that promises something."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    titles, texts = parts[1::2], parts[2::2]
    sections = zip(titles, texts, strict=True)
    return [pytest.param(text, id=title) for title, text in sections if "| we promise |" in text]


def test_every_adversary_of_the_page_is_read():
    assert len(adversaries()) == 10


@pytest.mark.parametrize("text", adversaries())
def test_a_promise_is_held_by_tests_that_exist(text):
    rows = ROW.findall(text)
    assert rows
    for promise, tests in rows:
        named = NAMED_TEST.findall(tests)
        assert named, promise
        for file, test in named:
            path = (KENG.parent if file.startswith("keng/") else ROOT) / file
            assert path.is_file(), file
            assert not test or test in names_of_functions(path), test


@pytest.mark.parametrize("text", adversaries())
def test_what_is_not_promised_is_said_as_well(text):
    assert "We do **not** promise" in text


def names_of_functions(path):
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
