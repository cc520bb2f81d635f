"""The socket that listens before its process does is made in the folder of whoever starts it."""

import os
import tempfile
from pathlib import Path

import pytest

from keng.kit import database
from keng.runtime.accounts_of_the_system import process_account
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.supervisor.activation import activated_opener
from keng.runtime.supervisor.children import Child


@pytest.fixture
def open_folder():
    """Every account may pass through it; each run of pytest closes the folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts processes as another account")
def test_the_usual_folder_is_root_s_and_not_that_of_the_account(open_folder, monkeypatch):
    """Nothing names the folder, as in the two commands of the README."""
    data = open_folder / "of_root"
    monkeypatch.delenv("KENG_DATA", raising=False)
    monkeypatch.setattr(
        database,
        "usual_data_folder",
        lambda: data if os.geteuid() == 0 else open_folder / "of_the_account",
    )
    prepare_data_folder(data)
    opener = activated_opener(Child("opener", "opener", ("keng", "opener")), process_account())
    with opener.listening:
        (socket,) = (data / "run" / "opener").iterdir()
        assert socket.stat().st_uid == process_account().uid
