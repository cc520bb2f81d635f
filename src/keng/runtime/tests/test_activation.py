"""The socket that listens before its process does is made in the folder of whoever starts it."""

import os

import pytest

from keng.kit import database
from keng.runtime.accounts_of_the_system import process_account
from keng.runtime.postgres.folders import prepare_data_folder
from keng.runtime.supervisor.activation import activated_opener
from keng.runtime.supervisor.children import Child


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts processes as another account")
def test_the_usual_folder_is_root_s_and_not_that_of_the_account(tmp_path, monkeypatch):
    """Nothing names the folder, as in the two commands of the README."""
    data = tmp_path / "of_root"
    monkeypatch.delenv("KENG_DATA")
    monkeypatch.setattr(
        database,
        "usual_data_folder",
        lambda: data if os.geteuid() == 0 else tmp_path / "of_the_account",
    )
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o711)
    prepare_data_folder(data)
    opener = activated_opener(Child("opener", "opener", ("keng", "opener")), process_account())
    with opener.listening:
        (socket,) = (data / "run" / "opener").iterdir()
        assert socket.stat().st_uid == process_account().uid
