"""Room for files is counted by running sums: nobody waits for a look at the folder."""

import os
import threading
from functools import partial

import pytest

from keng.kit import uploads
from keng.kit.database import data_folder
from keng.kit.upload_room import UPLOADS_FOLDER, NoRoom, UploadRoom, upload_room
from keng.kit.uploads import IncomingFile

HERE, ELSEWHERE = "10.1.1.0/24", "10.2.1.0/24"
KB = 1024


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    upload_room.forget()
    yield
    upload_room.forget()


def lay(*names, size=KB):
    """Files that another process put there, or this one before it began anew."""
    folder = data_folder() / UPLOADS_FOLDER
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x" * size)


def test_no_piece_of_a_file_waits_for_a_look_at_the_folder(monkeypatch, settings):
    lay(*map(str, range(300)))
    me = threading.get_ident()
    called = {"listdir": 0, "scandir": 0, "stat": 0}

    def counted(name):
        real = getattr(os, name)

        def call(*args, **kwargs):
            if threading.get_ident() == me:
                called[name] += 1
            return real(*args, **kwargs)

        return call

    for name in called:
        monkeypatch.setattr(os, name, counted(name))
    for number in range(100):
        upload_room.reserve_room(HERE, f"{UPLOADS_FOLDER}/own {number}", KB)
    # Nor does one for which there is no room.
    settings.UPLOADS_BYTES = 50 * KB
    for number in range(100):
        assert upload_room.reserve_room(HERE, f"{UPLOADS_FOLDER}/more {number}", KB) is NoRoom.FULL
    assert (called["listdir"], called["scandir"]) == (0, 0)
    assert called["stat"] < 10


def test_one_network_has_five_hundred_files_however_small():
    for number in range(500):
        assert upload_room.reserve_room(HERE, f"{UPLOADS_FOLDER}/{number}", 4 * KB) is None
    assert upload_room.reserve_room(HERE, f"{UPLOADS_FOLDER}/500", 4 * KB) is NoRoom.NETWORK
    # More of one that it has, and whoever is elsewhere.
    assert upload_room.reserve_room(HERE, f"{UPLOADS_FOLDER}/499", 4 * KB) is None
    assert upload_room.reserve_room(ELSEWHERE, f"{UPLOADS_FOLDER}/500", 4 * KB) is None


def test_a_file_that_was_dropped_or_discarded_gives_its_room_back(settings):
    settings.UPLOADS_BYTES = 100 * KB
    for _ in range(30):
        dropped = IncomingFile(most_bytes=KB, network=HERE)
        assert dropped.no_room is None
        dropped.drop()
        kept = IncomingFile(most_bytes=KB, network=HERE)
        kept.end()
        uploads.discard_upload(kept.path)
    assert not upload_room._held


def test_what_others_put_there_or_removed_is_seen_at_the_next_look(settings):
    settings.UPLOADS_BYTES = 1000 * KB
    now = 0.0
    ours = UploadRoom(clock=lambda: now)
    lay("own", size=90 * KB)
    assert ours.reserve_room(HERE, f"{UPLOADS_FOLDER}/own", 90 * KB) is None
    lay("another", size=950 * KB)
    ours.look()
    assert ours.reserve_room(ELSEWHERE, f"{UPLOADS_FOLDER}/new", 20 * KB) is NoRoom.FULL
    (data_folder() / UPLOADS_FOLDER / "another").unlink()
    (data_folder() / UPLOADS_FOLDER / "own").unlink()
    now = 60.0
    ours.look()
    assert not ours._held
    assert ours.reserve_room(HERE, f"{UPLOADS_FOLDER}/own", 95 * KB) is None


def test_a_file_that_was_counted_and_is_not_there_yet_stays_counted():
    ours = UploadRoom(clock=lambda: 0.0)
    ours.reserve_room(HERE, f"{UPLOADS_FOLDER}/about to be made", KB)
    ours.look()
    assert len(ours._held) == 1


def test_a_small_file_counts_as_what_it_takes_of_the_disk(settings):
    settings.UPLOADS_BYTES = 400 * KB
    lay(*map(str, range(100)), size=1)
    ours = UploadRoom()
    ours.look()
    assert ours.reserve_room(HERE, f"{UPLOADS_FOLDER}/new", KB) is NoRoom.FULL


def test_the_longer_a_look_takes_the_rarer_it_is(monkeypatch):
    now = 0.0
    began = []

    class NoThread:
        def __init__(self, *, target, args, daemon):
            began.append(now)
            self.start = partial(target, *args)

    def list_slowly(folder):
        nonlocal now
        now += 1.0
        return {}

    monkeypatch.setattr("keng.kit.upload_room._sizes", list_slowly)
    monkeypatch.setattr(threading, "Thread", NoThread)
    ours = UploadRoom(clock=lambda: now)
    while now < 200:
        ours.reserve_room(HERE, f"{UPLOADS_FOLDER}/a", 1)
        now += 1.0
    assert len(began) <= 5
