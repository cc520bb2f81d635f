"""A journey of a system acts by clicks and messages alone: it must not reach behind the screens."""

import ast
import re

import pytest

from tests.architecture.source import TESTS, imports, name

FILES = sorted((TESTS / "journeys").glob("test_s[0-9][0-9]_*.py"))
BEHIND = re.compile(r"^keng\..*\b(models|actions|queries)\b|^django\.db\b|^tests\.make\b")


def test_there_are_journeys_and_each_system_has_one_file_at_most():
    systems = [file.name[5:8] for file in FILES]
    assert len(systems) == len(set(systems)) >= 10


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_journey_imports_nothing_from_behind_the_screens(file):
    found = [module for module in imports(ast.parse(file.read_text())) if BEHIND.match(module)]
    assert found == []


def test_the_pattern_sees_what_must_not_be_imported():
    assert BEHIND.match("keng.tips.models.Tip")
    assert BEHIND.match("keng.warnings.actions.drafting.draft")
    assert not BEHIND.match("keng.channels.web_push.fake.running")
