"""The guides name every setting, command, area and channel there is, and none that is gone."""

import re

import polib
import pytest
from django.apps import apps

from keng.cli.__main__ import all_commands
from keng.kit.database import PROCESSES
from keng.runtime.locale import LOCALE
from keng.runtime.supervisor.ports import Ports
from tests.architecture.settings_page import documented_settings
from tests.architecture.source import KENG, ROOT, TOOLS, is_test, python_files

SETTING = re.compile(r"\bKENG_[A-Z]+(?:_[A-Z]+)*\b(?!_)")
MAP = ROOT / "docs" / "map.md"


def settings_in_use():
    """Those that stand in the code, and those whose name it puts together."""
    found = set(Ports().settings) | {
        f"KENG_DATABASE_URL_{process.upper()}" for process in PROCESSES if process != "owner"
    }
    for file in python_files(KENG, TOOLS):
        if not is_test(file):
            found |= set(SETTING.findall(file.read_text()))
    return found - {"KENG_DATABASE_URL"}


def test_every_setting_is_explained():
    assert settings_in_use() - documented_settings() == set()


def test_no_setting_is_explained_that_does_not_exist():
    assert documented_settings() - settings_in_use() == {"DATABASE_URL"}


@pytest.mark.parametrize("command", all_commands())
def test_every_command_is_explained(command):
    assert f"`keng {command}" in (ROOT / "docs" / "operator" / "commands.md").read_text()


@pytest.mark.parametrize(
    "area", sorted(f.parent.name for f in KENG.glob("*/__init__.py") if f.parent.name != "tests")
)
def test_every_area_is_on_the_map(area):
    assert f"| `{area}` |" in MAP.read_text()


@pytest.mark.parametrize("tool", sorted(f.parent.name for f in TOOLS.glob("*/__init__.py")))
def test_every_tool_is_on_the_map(tool):
    assert f"| `{tool}` |" in MAP.read_text()


@pytest.mark.parametrize(
    "channel", sorted({f.parent.name for f in KENG.glob("channels/*/__init__.py")} - {"tests"})
)
def test_every_channel_is_on_the_map(channel):
    assert f"`{channel}`" in MAP.read_text()


@pytest.mark.parametrize("file", ["runtime.in", "dev.in"])
def test_every_dependency_has_a_reason(file):
    wanted = re.findall(
        r"^([A-Za-z][\w-]*)", (ROOT / "requirements" / file).read_text(), re.MULTILINE
    )
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    assert [name for name in wanted if not re.search(rf"(?m)^\|.*\b{name}\b.* \|", reasons)] == []


# English word, Vietnamese words, model, what it is.
ENTRY = re.compile(r"^\| ([\w, ]+) \| ([\w, ]*) ?\| (?:`(\w+)` )?\| \S.* \|$", re.MULTILINE)
TERMS = ENTRY.findall((ROOT / "docs" / "glossary.md").read_text())


def test_the_glossary_is_read_whole():
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    assert len(TERMS) == sum(line.startswith("| ") for line in lines) - 1 > 30


def test_every_model_of_the_glossary_exists():
    models = {model.__name__ for model in apps.get_models()}
    assert {model for _word, _vietnamese, model in TERMS if model} - models == set()


def test_the_screens_say_what_the_glossary_says():
    files = LOCALE.glob("vi/LC_MESSAGES/*.po")
    said = " ".join(e.msgstr for file in files for e in polib.pofile(str(file))).lower()
    wanted = {
        each for _word, vietnamese, _model in TERMS for each in vietnamese.split(", ") if each
    }
    assert {each for each in wanted if each not in said} == set()


@pytest.mark.parametrize("page", ["how-to-add.md", "glossary.md"])
def test_what_a_page_for_developers_names_exists(page):
    paths = re.findall(
        r"`((?:src|dev|docs|tests|requirements)/[^` ]*)`", (ROOT / "docs" / page).read_text()
    )
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert paths or page == "glossary.md"


def test_the_newest_migration_that_adds_an_act_to_the_record_is_named():
    """So that whoever adds an act finds how the last one did it."""
    folder = KENG / "audit" / "migrations"
    having = [f.name for f in folder.glob("0*.py") if "audit_acts_of_officers" in f.read_text()]
    named = re.findall(
        r"`src/keng/audit/migrations/(\d\w+\.py)`", (ROOT / "docs" / "how-to-add.md").read_text()
    )
    assert named == [max(having)]
