"""Files that are made once for whoever asks first."""

import threading

import pytest

from keng.kit.share_cards import stored_file


def test_several_first_readers_are_given_the_whole_file(tmp_path):
    all_make = threading.Barrier(4)
    failed = []

    def make():
        all_make.wait(10)
        return b"whole"

    def read():
        try:
            stored_file(tmp_path, "cards/a.pdf", make)
        except OSError as error:
            failed.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert failed == []
    (file,) = (tmp_path / "cards").iterdir()
    assert (file.name, file.read_bytes()) == ("a.pdf", b"whole")


def test_what_cannot_be_made_leaves_nothing(tmp_path):
    def make():
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 -- ours
        stored_file(tmp_path, "cards/a.pdf", make)
    assert list(tmp_path.rglob("*")) == []
