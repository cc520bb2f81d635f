"""The search sees through what it says it does, and touches nobody's real data."""

import base64
import gzip
import shutil
import subprocess

import pytest

from keng.cli.__main__ import main
from keng.runtime.errors import CannotContinue
from keng_dev import thief
from keng_dev.thief.disguises import disguises, find_disguised, opened_streams
from keng_dev.thief.loot import search
from keng_dev.thief.planting import PlantedPeople

NAME = "Quách Thị Đối Chứng"
SECRET = PlantedPeople({"name": NAME}, "doichung5f1c")


def through(content: bytes) -> str:
    wanted = disguises(NAME)
    inside = (find_disguised(each, wanted) for each in opened_streams(content))
    return find_disguised(content, wanted) or next(filter(None, inside), "")


@pytest.mark.parametrize(
    "content",
    [
        NAME.encode(),
        b"quach thi doi chung",
        NAME[::-1].encode(),
        NAME.encode("utf-16-le"),
        base64.b64encode(b"a" + NAME.encode() + b"b"),
        base64.urlsafe_b64encode(b"ab" + NAME.encode() + b"c"),
        NAME.encode().hex().encode(),
        b"noise" + gzip.compress(b"." * 3000 + NAME.encode()),
        b"\x1f\x8b\x08 none" + gzip.compress(NAME.encode().hex().encode()),
    ],
    ids=["raw", "folded", "reversed", "utf-16", "base64", "url", "hex", "gzip", "gzip and hex"],
)
def test_a_disguised_name_is_found(content):
    assert through(b"\0" * 50 + content + b"\xff" * 50)


@pytest.mark.skipif(shutil.which("zstd") is None, reason="zstd is not here")
def test_a_name_in_a_zstd_stream_is_found():
    packed = subprocess.run(
        ["zstd", "--stdout", "--quiet"], input=NAME.encode() * 3, capture_output=True, check=True
    )
    assert through(b"before" + packed.stdout)


def test_what_is_not_there_is_not_found():
    assert not through(gzip.compress(b"Quach Thi Doi") + b"\x78\x9c" * 300)


def test_each_place_is_told_apart(tmp_path):
    for name, content in (("clean", b"doichung5f1c"), ("open", f"doichung5f1c {NAME}".encode())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(content)
    # The files of a database hold no control files.
    found = search({"database": tmp_path / "clean"}, SECRET)
    assert [form for *_, form in found] == ["", "as it is written"]
    assert thief._tell(found) == 0
    found = search({"database": tmp_path / "open"}, SECRET)
    assert thief._tell(found) == 1


@pytest.mark.parametrize("is_demo", [False, None])
def test_real_data_and_data_of_nobody_are_refused(monkeypatch, is_demo):
    from contextlib import nullcontext

    monkeypatch.setattr(thief, "running_database", nullcontext)
    monkeypatch.setattr(thief, "owner_connection", nullcontext)
    monkeypatch.setattr(thief, "is_demo_data", lambda _: is_demo)
    with pytest.raises(CannotContinue, match="not a demo's"):
        thief.run(None)


def test_it_is_a_command_of_the_tools(capsys):
    with pytest.raises(SystemExit):
        main(["thief", "--help"])
    assert "keng thief" in capsys.readouterr().out
