"""Static files are collected under names with their hash, packed, and once for the same bytes."""

import gzip
import json
import os
import re
import stat

import brotli
import pytest

from keng.kit import static_names
from keng.runtime.static_files import collect_static_files


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path / "static"


def test_each_has_a_name_with_its_hash_and_is_packed(folder):
    assert not static_names.are_collected()
    assert collect_static_files()
    assert static_names.are_collected()
    names = json.loads((folder / static_names.COLLECTED).read_text())["paths"]
    hashed = names["keng/desk.css"]
    assert re.fullmatch(r"keng/desk\.[0-9a-f]{12}\.css", hashed)
    plain = (folder / hashed).read_bytes()
    assert brotli.decompress((folder / f"{hashed}.br").read_bytes()) == plain
    assert gzip.decompress((folder / f"{hashed}.gz").read_bytes()) == plain
    assert (folder / f"{hashed}.br").stat().st_size < len(plain) / 3


def test_what_a_stylesheet_names_has_its_hash_too(folder):
    collect_static_files()
    for sheet in folder.glob("keng/*.css"):
        for named in re.findall(r"url\(['\"]?([^'\")#]+)", sheet.read_text()):
            if named.startswith("data:") or not re.search(r"\.[0-9a-f]{12}\.css$", sheet.name):
                continue
            assert re.search(r"\.[0-9a-f]{12}\.", named), (sheet.name, named)
            assert (sheet.parent / named).resolve().exists()


def test_the_same_files_are_collected_once_and_others_anew(folder):
    assert collect_static_files()
    assert not collect_static_files()
    (folder / static_names.COLLECTED).unlink()
    assert collect_static_files()


def test_the_account_of_the_processes_reads_them_and_changes_none(folder):
    before = os.umask(0o077)
    try:
        collect_static_files()
    finally:
        os.umask(before)
    for path in folder.rglob("*"):
        rights = stat.S_IMODE(path.stat().st_mode)
        assert rights & 0o044 == 0o044, path
        assert not rights & 0o022, path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends accounts")
def test_what_another_account_could_change_is_thrown_away_when_root_collects(folder, tmp_path):
    collect_static_files()
    scripts = folder / "keng"
    for path in (scripts, *scripts.iterdir()):
        os.chown(path, 12345, 12345)
    names = json.loads((folder / static_names.COLLECTED).read_text())["paths"]
    script = folder / names["keng/desk.css"]
    true_words = script.read_bytes()
    script.write_text("steal()")
    (folder / "keng" / "roots").symlink_to(tmp_path / "roots")
    (tmp_path / "roots").write_text("kept")
    assert collect_static_files()
    assert {path.lstat().st_uid for path in folder.rglob("*")} == {0}
    assert script.read_bytes() == true_words
    assert (tmp_path / "roots").read_text() == "kept"
    assert not collect_static_files()
