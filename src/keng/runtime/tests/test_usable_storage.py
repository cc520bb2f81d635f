"""What is refused before anything starts, and who is told the secret of the store."""

import pytest

from keng.cli.__main__ import main
from keng.cli.checks import file_store
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.files.storage import chosen
from keng.files.storage.s3 import S3Storage
from keng.files.tests import s3_server
from keng.kit.storage_away import StorageAway
from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.children import child_processes, rewrite_process
from keng.runtime.supervisor.ports import Ports
from keng.runtime.usable_storage import require_usable_storage

HERE = CheckedPlace(Ports())


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def server():
    with s3_server.running_server() as address:
        yield address


@pytest.fixture
def bucket(server, monkeypatch):
    name = s3_server.new_bucket(server)
    monkeypatch.setenv("KENG_FILES_URL", f"{server}/{name}")
    monkeypatch.setenv("KENG_FILES_KEY", s3_server.KEY)
    monkeypatch.setenv("KENG_FILES_SECRET", s3_server.SECRET)
    return name


def test_without_a_store_nothing_is_asked(monkeypatch):
    require_usable_storage()
    assert file_store.store(HERE).level is FindingLevel.OK
    monkeypatch.setenv("KENG_FILES_TO", "s3")
    with pytest.raises(CannotContinue, match="KENG_FILES_URL"):
        require_usable_storage()


@pytest.mark.parametrize("missing", ["KENG_FILES_KEY", "KENG_FILES_SECRET"])
def test_a_store_needs_its_key(bucket, monkeypatch, missing):
    monkeypatch.delenv(missing)
    with pytest.raises(CannotContinue, match=missing):
        require_usable_storage()
    assert file_store.store(HERE).level is FindingLevel.WRONG


def test_a_bucket_with_versions_is_refused_at_the_start_and_by_the_doctor(server, bucket):
    require_usable_storage()
    assert file_store.store(HERE).level is FindingLevel.OK
    enabled = {"Status": "Enabled"}
    s3_server.client(server).put_bucket_versioning(Bucket=bucket, VersioningConfiguration=enabled)
    with pytest.raises(CannotContinue, match="versions"):
        require_usable_storage()
    found = file_store.store(HERE)
    assert (found.level, "versions" in found.text) == (FindingLevel.WRONG, True)


def test_a_store_that_is_away_keeps_nobody_from_starting_and_is_said(bucket, monkeypatch, capsys):
    def away(*_given):
        raise StorageAway("ConnectTimeoutError")

    monkeypatch.setattr(S3Storage, "fault", away)
    require_usable_storage()
    assert "ConnectTimeoutError" in capsys.readouterr().out
    found = file_store.store(HERE)
    assert (found.level, "does not answer" in found.text) == (FindingLevel.WRONG, True)


def test_the_doctor_counts_what_is_not_moved_yet(bucket):
    chosen.folder_storage().put("files/viewing/a", b"1")
    found = file_store.store(HERE)
    assert found.level is FindingLevel.ATTENTION
    assert found.text == "1 files are not moved yet: keng files move --to s3"


def test_files_move_only_to_where_new_ones_go(bucket, capsys, monkeypatch):
    assert main(["files", "move", "--to", "folder"]) == 1
    assert "KENG_FILES_TO=folder" in capsys.readouterr().err
    monkeypatch.delenv("KENG_FILES_URL")
    assert main(["files", "move", "--to", "s3"]) == 1
    assert "KENG_FILES_URL" in capsys.readouterr().err


def test_a_restore_takes_a_store_over_only_when_told(bucket, capsys, tmp_path):
    words = ["restore", str(tmp_path / "none"), "--key", str(tmp_path / "key"), "--without-list"]
    assert main(words) == 1
    assert "--with-store" in capsys.readouterr().err


def test_the_secret_is_told_to_whoever_keeps_files_and_to_nobody_else(bucket, monkeypatch):
    for name in ("EDGE", "DESK", "PUBLIC", "WORKER", "SENDER", "OPENER"):
        monkeypatch.setenv(f"KENG_DATABASE_URL_{name}", "postgresql://somebody@127.0.0.1/keng")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@127.0.0.1/keng")
    children = [*child_processes(Ports(), is_demo=False), rewrite_process()]
    told = {child.name for child in children if "KENG_FILES_SECRET" in child.environment}
    assert told == {"public", "desk", "worker", "worker-alarm"}
    assert not any(s3_server.SECRET in repr(child) for child in children)
