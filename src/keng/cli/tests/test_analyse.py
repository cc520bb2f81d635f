"""`keng analyse` from the command line."""

import io
import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest

from keng.cli.__main__ import main
from keng.cli.analyse import MOST_IN_PAIRS, analyse_tips
from keng.cli.tip_lines import LONGEST_LINE, FaultyLine, TipLine, tip_lines
from keng.language.urgency import first_urgency_of

FIRE = {"id": "A1", "text": "Cháy nhà ở xã Tân Yên, hai bà cháu mắc ở trong gọi cứu"}
LINK = {"id": 2, "text": "Số 0912 345 678 gửi hxxps://nhan-qua[.]example/a"}


def written(path: Path, *lines: Mapping[str, object] | str | bytes) -> str:
    """A file of these lines; what is no text is written as JSON."""
    file = path / "tips.jsonl"
    with file.open("wb") as opened:
        for line in lines:
            text = json.dumps(line, ensure_ascii=False) if isinstance(line, Mapping) else line
            opened.write((text if isinstance(text, bytes) else text.encode()) + b"\n")
    return str(file)


def test_each_tip_is_a_line_with_everything_that_was_read_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", "--jsonl", written(tmp_path, FIRE, "", LINK)]) == 0
    fire, link = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert fire["id"] == "A1"
    assert fire["category"][0] == "fire_explosion"
    assert fire["urgency"] == "P0" == first_urgency_of(str(FIRE["text"]))
    assert fire["urgency_score"] > link["urgency_score"]
    assert (fire["strength"], fire["abstains"]) == (3, False)
    assert fire["commune"] in fire["communes"]
    assert link["id"] == 2
    assert link["scam"] > 0.5 > fire["scam"]
    assert link["communes"] == []
    assert link["indicators"] == [
        {"type": "phone", "value": "+84912345678", "start": 3, "end": 15},
        {"type": "url", "value": "nhan-qua.example/a", "start": 20, "end": 48},
    ]


BAD = {
    "{": "is not JSON",
    "[" * 100_000: "is not JSON",
    "[1]": "is not an object",
    '{"id": 1}': 'has no "text"',
    '{"text": "a"}': 'has no "id"',
    '{"id": true, "text": "a"}': 'has no "id"',
    '{"id": 1, "text": 5}': 'has no "text"',
    '{"id": 1, "text": "a", "province": 24}': 'has a "province"',
    '{"id": 1, "text": "\\ud83d"}': "has half of a character",
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_is_named_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    for asked, printed in (("--jsonl", 2), ("--pairs", 1)):
        assert main(["analyse", asked, written(tmp_path, FIRE, bad, LINK)]) == 1
        said = capsys.readouterr()
        assert f"line 2 {BAD[bad]}" in said.err
        assert len(said.out.splitlines()) == printed


def test_what_is_not_utf_8_or_too_long_is_named_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, b'{"id": 1, "text": "\xff"}', b"x" * (3 * LONGEST_LINE), LINK)
    assert main(["analyse", "--jsonl", file]) == 1
    said = capsys.readouterr()
    assert "line 1 is not UTF-8" in said.err
    assert "line 2 is longer than" in said.err
    assert json.loads(said.out)["id"] == 2


def test_a_missing_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", "--jsonl", str(tmp_path / "absent.jsonl")]) == 1
    assert "absent.jsonl" in capsys.readouterr().err


def test_tips_are_printed_as_they_are_read() -> None:
    """The next line is asked for only when the one before is done, whatever follows."""

    class Endless(io.BytesIO):
        asked = 0

        def readline(self, _size: int | None = -1, /) -> bytes:
            self.asked += 1
            return json.dumps(LINK).encode() + b"\n"

    endless = Endless()
    found = analyse_tips(tip for tip in tip_lines(endless) if isinstance(tip, TipLine))
    assert [next(found)["id"], next(found)["id"]] == [2, 2]
    assert endless.asked == 2


def test_a_line_that_never_ends_is_held_in_small_pieces() -> None:
    class Long(io.BytesIO):
        largest = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            self.largest = max(self.largest, len(line))
            return line

    long = Long(b"x" * (5 * LONGEST_LINE) + b"\n" + json.dumps(LINK).encode())
    fault, tip = tip_lines(long)
    assert isinstance(fault, FaultyLine)
    assert isinstance(tip, TipLine)
    assert long.largest <= LONGEST_LINE + 1


def test_every_two_tips_have_a_score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fire = FIRE | {
        "text": "Cháy xưởng gỗ ở xã Tân Yên, hai người kẹt trên gác xép kêu cứu, khói đen"
    }
    again = {
        "id": "A3",
        "text": "xuong go o xa Tan Yen dang chay, khoi den, hai nguoi ket tren gac xep keu cuu",
    }
    assert main(["analyse", "--pairs", written(tmp_path, fire, LINK, again)]) == 0
    pairs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(pair["a"], pair["b"]) for pair in pairs] == list(combinations(["A1", 2, "A3"], 2))
    assert [pair["score"] >= 0.5 for pair in pairs] == [False, True, False]


def test_too_many_tips_for_pairs_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = [{"id": at, "text": "alo"} for at in range(MOST_IN_PAIRS + 1)]
    assert main(["analyse", "--pairs", written(tmp_path, *many)]) == 1
    assert "cannot be compared at once" in capsys.readouterr().err
