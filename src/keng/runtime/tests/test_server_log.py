"""The embedded server's log begins anew when it has grown, while the server goes on writing."""

import os

from keng.runtime.postgres import server_log
from keng.runtime.postgres.server_log import rotate_server_log


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_a_small_one_and_a_missing_one_are_left_alone(tmp_path):
    file = tmp_path / "postgres.log"
    rotate_server_log(file)
    file.write_text("ready\n")
    rotate_server_log(file)
    assert names(tmp_path) == ["postgres.log"]
    assert file.read_text() == "ready\n"


def test_who_holds_it_open_writes_on_in_the_new_one(tmp_path, monkeypatch):
    monkeypatch.setattr(server_log, "LARGEST_SERVER_LOG", 100)
    file = tmp_path / "postgres.log"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in range(4):
        os.write(descriptor, f"{number}".encode() * 150 + b"\n")
        rotate_server_log(file)
    os.write(descriptor, b"after\n")
    os.close(descriptor)
    assert names(tmp_path) == ["postgres.log", "postgres.log.1", "postgres.log.2"]
    assert file.read_text() == "after\n"
    # Of one that is larger the end is kept.
    assert (tmp_path / "postgres.log.1").read_text() == "3" * 99 + "\n"
    assert (tmp_path / "postgres.log.2").read_text() == "2" * 99 + "\n"
    assert (tmp_path / "postgres.log.1").stat().st_mode & 0o777 == 0o600


def test_a_copy_that_cannot_be_made_is_not_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr(server_log, "LARGEST_SERVER_LOG", 100)
    file = tmp_path / "postgres.log"
    file.write_text("x" * 200)
    (tmp_path / "postgres.log.1").mkdir()
    (tmp_path / "postgres.log.2").mkdir()
    (tmp_path / "postgres.log.2" / "in the way").touch()
    rotate_server_log(file)
    # What it says is nowhere else.
    assert file.read_text() == "x" * 200
    file.write_text("x" * 301)
    rotate_server_log(file)
    assert file.read_text() == ""
