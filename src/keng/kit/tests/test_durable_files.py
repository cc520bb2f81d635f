"""Files are there whole or as before, also for whoever is stopped over writing them."""

import stat
from pathlib import Path

import pytest

from keng.kit import durable_files
from keng.kit.durable_files import destroy_file, replace_file, write_new_file


def test_a_replaced_file_is_of_its_account_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "kept"

    replace_file(file, b"one")
    replace_file(file, b"two")

    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_what_fails_in_between_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept"
    replace_file(file, b"one")

    def full(_descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(durable_files.os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        replace_file(file, b"two")

    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_stands_in_the_place_of_none(tmp_path: Path) -> None:
    write_new_file(tmp_path / "kept", b"one")

    with pytest.raises(FileExistsError):
        write_new_file(tmp_path / "kept", b"two")

    assert (tmp_path / "kept").read_bytes() == b"one"


def test_what_is_destroyed_leaves_no_draft_of_a_killed_writer(tmp_path: Path) -> None:
    other = tmp_path / "other.new"
    for name in ("kept", "kept.new", "kept.12ab34cd.new", "other.new"):
        write_new_file(tmp_path / name, b"one")

    destroy_file(tmp_path / "kept")

    assert list(tmp_path.iterdir()) == [other]
