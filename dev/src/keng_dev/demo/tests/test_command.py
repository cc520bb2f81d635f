"""Loading the demo ends with whoever waits for it."""

import os
import sys
from pathlib import Path

import pytest

from keng.cli.__main__ import main
from keng.kit.database import usual_data_folder
from keng.runtime.errors import CannotContinue
from keng_dev.demo import command as demo
from keng_dev.demo.code_command import code_command


def test_loading_stops_when_whoever_started_it_was_killed(monkeypatch):
    said = []
    say = demo.while_wanted(lambda *told: said.append(told))
    say("places", 0.0)
    monkeypatch.setattr(os, "getppid", lambda: 1)
    with pytest.raises(CannotContinue):
        say("tips", 0.5)
    assert said == [("places", 0.0)]


def test_the_help_says_where_the_data_lie(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    with pytest.raises(SystemExit):
        main(["demo", "--help"])
    said = "".join(capsys.readouterr().out.split())
    assert str(tmp_path) in said
    assert "sameKENG_DATA" in said


def test_the_command_for_somebodys_digits_is_said_as_it_works_from_anywhere(monkeypatch, tmp_path):
    folder = tmp_path / "other demo"
    monkeypatch.setenv("KENG_DATA", str(folder))
    program = Path(sys.executable).with_name("keng")
    assert code_command("lan") == f"KENG_DATA='{folder}' {program} demo code lan"
    monkeypatch.setenv("KENG_DATA", str(usual_data_folder()))
    assert code_command("lan") == f"{program} demo code lan"


def test_an_option_that_does_not_exist_is_named(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--data", "elsewhere"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "keng: error: unrecognized arguments: --data"
    )


def test_a_word_that_does_not_exist_is_named(capsys):
    assert main(["demo", "kode", "lan"]) == 1
    assert "`keng demo kode lan` means nothing" in capsys.readouterr().err
