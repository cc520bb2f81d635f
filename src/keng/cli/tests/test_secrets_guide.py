"""The operator's page on secrets: every secret stands there, and each command on it is one."""

import argparse
import importlib
import re
import shlex

import pytest

from keng.cli.__main__ import COMMANDS
from keng.kit.secret_files import FILE_SUFFIX, SECRET_SETTINGS
from tests.architecture.source import ROOT

PAGE = (ROOT / "docs" / "operator" / "secrets.md").read_text()
NAMED = sorted(
    {
        line
        for line in re.findall(r"`(keng [a-z][^`]*)`|^    (keng [a-z].*)$", PAGE, re.MULTILINE)
        for line in line
        if line
    }
)


def test_every_secret_setting_stands_there_with_its_file():
    told = {name for name in SECRET_SETTINGS if f"`{name}`" in PAGE}
    assert told == SECRET_SETTINGS
    assert "`KENG_SECRET_KEY_FILE`" in PAGE
    assert "and `_FILE`" in PAGE
    assert FILE_SUFFIX == "_FILE"


@pytest.mark.parametrize("line", NAMED)
def test_each_command_there_is_one(line):
    command, *words = shlex.split(line)[1:]
    parser = argparse.ArgumentParser()
    importlib.import_module(COMMANDS[command].module).add_arguments(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args([*[word for word in words if word.islower()][:1], "--help"])
    assert ended.value.code == 0


def test_the_commands_were_found():
    assert {"keng migrate", "keng keys accept", "keng channel renew NAME"} <= set(NAMED)
    assert len(NAMED) >= 8
