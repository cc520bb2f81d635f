"""A journey of a system acts by clicks and messages alone: it must not reach behind the screens."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import TESTS, imports, name

FOLDER = TESTS / "journeys"
FILES = sorted(FOLDER.glob("test_s[0-9][0-9]_*.py"))
SYSTEMS = 21
BEHIND = re.compile(
    r"^keng\..*\b(models|actions|queries)\b|^django\b|^tests\.make\b"
    r"|^(psycopg|sqlalchemy|requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|socket)\b"
)
# A request that changes something behind the screens, a command of the operator, the database.
REACHES = re.compile(
    r"\.request\.(post|put|patch|delete|fetch)$"
    r"|\bstack\.(command|environment|data|kill|kill_supervisor|start|stop)$"
    r"|\b(call_command|execute_from_command_line|execute|executemany|cursor|urlopen|psql)$"
    r"|\bevaluate_handle$"
)
PROGRAMS = re.compile(
    r"\bmanage\.py\b|\bkeng\.cli\b|\bbin/keng\b|\bfetch\(|XMLHttpRequest|\.submit\("
)
LOOKED_AT = {"faults", "is_fine", "reads_well"}


def behind(tree: ast.Module) -> list[str]:
    """What a journey imports, touches or writes that no person at a screen has."""
    found = [module for module in imports(tree) if BEHIND.match(module)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and REACHES.search(
            words := ast.unparse(node)
        ):
            found.append(words)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [match.group() for match in PROGRAMS.finditer(node.value)]
    return found


def users(tree: ast.Module) -> set[str]:
    """Which people a journey has: officers by name, and residents."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Desk":
            found.add(ast.unparse(node.args[-1]))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "people.resident":
            found.add("resident")
    return found


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def test_each_system_has_one_file():
    systems = [file.name[5:8] for file in FILES]
    assert systems == [f"s{number:02}" for number in range(1, SYSTEMS + 1)]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_journey_reaches_for_nothing_behind_the_screens(file):
    assert behind(parsed(file)) == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_journey_is_of_several_people(file):
    assert len(users(parsed(file))) > 1


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_journey_lets_axe_read_what_it_shows(file):
    called = {
        ast.unparse(node.func) for node in ast.walk(parsed(file)) if isinstance(node, ast.Call)
    }
    assert called & LOOKED_AT


@pytest.mark.parametrize(
    "words",
    [
        "from keng.tips.models import Tip",
        "from keng.warnings.actions.drafting import draft_warning",
        "import django.db",
        "import requests",
        "from urllib.request import urlopen",
        "page.request.post(address)",
        "people.resident().request.delete(address)",
        "stack.command('demo', 'code', 'lan')",
        "connection.cursor()",
        "run(['keng', 'x', 'manage.py'])",
        'page.evaluate(\'fetch("/x", {method: "POST"})\')',
    ],
)
def test_what_reaches_behind_is_seen(words):
    assert behind(ast.parse(words))


@pytest.mark.parametrize(
    "words",
    [
        "from keng.channels.web_push.fake import running_push_service",
        "page.request.get(link)",
        "page.locator('main form button').click()",
        "zalo.write(stack, 'somebody', 'fetch the police')",
    ],
)
def test_what_a_person_can_do_is_allowed(words):
    assert not behind(ast.parse(words))
