"""The command line: what it offers, and how it says that it cannot go on."""

import importlib
import os
import re
import subprocess
import sys
import tomllib

import pytest
from django.db import DatabaseError
from psycopg import OperationalError
from psycopg.errors import UndefinedTable

import keng
from keng.acts.errors import TryAgain
from keng.cli import __main__ as command_line
from keng.cli.__main__ import COMMANDS, TOOLS, all_commands, main
from keng.kit.refusals import WrongSettings
from tests.architecture.source import ROOT


@pytest.mark.parametrize("name", all_commands())
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert all_commands()[name].help in capsys.readouterr().out


@pytest.mark.parametrize("name", all_commands())
def test_every_command_can_be_run(name):
    module = importlib.import_module(all_commands()[name].module)
    assert callable(module.run)
    assert callable(module.add_arguments)


def test_the_list_of_commands_is_short_enough_for_one_screen(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert all(any(name in line for line in lines) for name in all_commands())
    assert len(lines) < 24


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_where_the_tools_are_not_installed_it_says_how_they_are(monkeypatch, capsys, name):
    monkeypatch.setattr(command_line, "added_commands", dict)
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"  {name} " not in capsys.readouterr().out
    assert main([name, "--help"]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "requirements/install demo" in said


def test_the_tools_replace_no_command(monkeypatch):
    monkeypatch.setattr(command_line, "added_commands", lambda: {"serve": COMMANDS["doctor"]})
    assert all_commands() == COMMANDS


def test_a_command_of_the_product_asks_nobody_what_else_is_installed(monkeypatch):
    monkeypatch.setattr(command_line, "added_commands", None)
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])
    assert ended.value.code == 0


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fly"])
    assert ended.value.code == 2


def test_what_a_person_can_change_is_one_line_without_a_traceback(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setenv("KENG_PG_BINDIR", str(tmp_path / "nothing"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["migrate"]) == 1
    message = capsys.readouterr().err
    assert message.startswith("keng: ")
    assert len(message.splitlines()) == 1
    assert "KENG_PG_BINDIR" in message


def test_a_data_folder_of_another_account_is_said_in_one_line(monkeypatch, tmp_path, capsys):
    def refused(arguments):
        raise PermissionError(13, "Permission denied", str(tmp_path / "secrets"))

    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setattr("keng.cli.doctor.run", refused)
    assert main(["doctor"]) == 1
    message = capsys.readouterr().err
    assert len(message.splitlines()) == 1
    assert f"may not use {tmp_path}/secrets" in message


@pytest.mark.parametrize("kind", [OperationalError, UndefinedTable])
def test_a_database_that_is_not_prepared_is_said_in_one_line(monkeypatch, capsys, kind):
    def refused(arguments):
        raise DatabaseError from kind("no such thing")

    monkeypatch.setattr("keng.cli.doctor.run", refused)
    assert main(["doctor"]) == 1
    message = capsys.readouterr().err
    assert len(message.splitlines()) == 1
    assert "keng migrate" in message


def test_a_database_that_is_busy_is_said_in_one_line(monkeypatch, capsys):
    def busy(arguments):
        raise TryAgain

    monkeypatch.setattr("keng.cli.doctor.run", busy)
    assert main(["doctor"]) == 1
    message = capsys.readouterr().err
    assert len(message.splitlines()) == 1
    assert "nothing was changed" in message


def test_a_setting_that_nothing_here_can_follow_is_said_in_one_line(monkeypatch, capsys):
    def refused(arguments):
        raise WrongSettings(["KENG_DEMO=1 is set, and nothing is here for it."])

    monkeypatch.setattr("keng.cli.doctor.run", refused)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err == "keng: KENG_DEMO=1 is set, and nothing is here for it.\n"


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    def fails(arguments):
        raise DatabaseError("ours")

    monkeypatch.setattr("keng.cli.doctor.run", fails)
    with pytest.raises(DatabaseError):
        main(["doctor"])


def test_a_reader_who_leaves_early_is_no_fault(tmp_path):
    environment = os.environ | {"KENG_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "keng.cli", "doctor"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_the_version_is_one_everywhere_and_told(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"Kẻng {keng.VERSION}\n")
    for file in ("pyproject.toml", "dev/pyproject.toml"):
        assert tomllib.loads((ROOT / file).read_text())["project"]["version"] == keng.VERSION
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest[1] == keng.VERSION


def test_half_an_option_is_a_mistake(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--js"])
    assert ended.value.code == 2
    assert "--js" in capsys.readouterr().err
