"""`keng national` as somebody starts it: no installation, no database, a folder with a list."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from keng.kit import times
from keng.national.tests.provinces_at_work import BAC_NINH, ProvinceAtWork, province_at_work

_WITHIN = 60


@pytest.fixture
def works() -> Iterator[ProvinceAtWork]:
    with province_at_work(BAC_NINH, at=times.now()) as one:
        yield one


def keng(folder: Path, *options: str) -> "subprocess.Popen[str]":
    named = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "keng.cli", "national", str(folder), *options],
        env=named | {"KENG_DATA": str(folder / "no-installation"), "PYTHONWARNINGS": "error"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def write_list(folder: Path, works: ProvinceAtWork, rest: str = "private") -> None:
    line = f"{works.province} {works.instance.address} {works.key.written} {rest}\n"
    (folder / "instances").write_text(line)


def test_it_serves_a_page_and_ends_when_it_is_told(tmp_path, works) -> None:
    write_list(tmp_path, works)
    process = keng(tmp_path, "--port", "0", "--name", "Thử nghiệm")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "Provinces: 1" in line, process.communicate(timeout=_WITHIN)
        address = line.split()[2].removesuffix(".")
        with urllib.request.urlopen(address, timeout=_WITHIN) as answer:
            page = answer.read().decode()
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=_WITHIN)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, said
    assert "Tỉnh Bắc Ninh" in page
    assert "Thử nghiệm" in page
    assert "Đang cập nhật: ký lúc" in page
    assert not (tmp_path / "no-installation").exists()


def test_once_writes_the_files_for_whatever_serves_them(tmp_path, works) -> None:
    write_list(tmp_path, works)
    process = keng(tmp_path, "--once")
    _out, said = process.communicate(timeout=_WITHIN)
    assert process.returncode == 0, said
    assert "Current: signed" in (tmp_path / "public" / "index.en.html").read_text()


def test_a_list_that_cannot_be_taken_is_said_at_once(tmp_path, works) -> None:
    process = keng(tmp_path, "--once")
    said = process.communicate(timeout=_WITHIN)[1]
    assert process.returncode == 1
    assert "instances is missing: a line for each province" in said
    write_list(tmp_path, works, rest="")
    process = keng(tmp_path, "--once")
    said = process.communicate(timeout=_WITHIN)[1]
    assert process.returncode == 1
    assert "line 1: the address begins with https://" in said
    assert works.asked == []
