"""`keng analyse` from the command line."""

import json
from pathlib import Path

import pytest

from keng.cli.__main__ import main
from keng.language.analyse import analyse_lines

LINE = '{"id": "A1", "text": "so 0912 345 678 goi"}'


def test_the_command_prints_one_json_object_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tips.jsonl"
    file.write_text(LINE + "\n" + LINE + "\n", encoding="utf-8")
    assert main(["analyse", "--jsonl", str(file)]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == list(analyse_lines([LINE, LINE]))


def test_the_command_says_which_line_or_file_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tips.jsonl"
    file.write_text("oops\n", encoding="utf-8")
    for path, said in ((file, "line 1 is not JSON"), (tmp_path / "absent.jsonl", "absent.jsonl")):
        assert main(["analyse", "--jsonl", str(path)]) == 1
        assert said in capsys.readouterr().err
