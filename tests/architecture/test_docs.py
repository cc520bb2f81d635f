"""The guides name every setting, command, area and channel there is, and none that is gone."""

import re

import pytest

from keng.cli.__main__ import COMMANDS
from keng.cli.supervisor.ports import Ports
from keng.kit.database import PROCESSES
from tests.architecture.settings_page import documented_settings
from tests.architecture.source import KENG, ROOT, is_test, python_files

SETTING = re.compile(r"\bKENG_[A-Z]+(?:_[A-Z]+)*\b(?!_)")
MAP = ROOT / "docs" / "map.md"


def settings_in_use():
    """Those that stand in the code, and those whose name it puts together."""
    found = set(Ports().settings) | {
        f"KENG_DATABASE_URL_{process.upper()}" for process in PROCESSES if process != "owner"
    }
    for file in python_files(KENG):
        if not is_test(file):
            found |= set(SETTING.findall(file.read_text()))
    return found - {"KENG_DATABASE_URL"}


def test_every_setting_is_explained():
    assert settings_in_use() - documented_settings() == set()


def test_no_setting_is_explained_that_does_not_exist():
    assert documented_settings() - settings_in_use() == {"DATABASE_URL"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained(command):
    assert f"`keng {command}" in (ROOT / "docs" / "operator" / "commands.md").read_text()


@pytest.mark.parametrize(
    "area", sorted(f.parent.name for f in KENG.glob("*/__init__.py") if f.parent.name != "tests")
)
def test_every_area_is_on_the_map(area):
    assert f"| `{area}` |" in MAP.read_text()


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
