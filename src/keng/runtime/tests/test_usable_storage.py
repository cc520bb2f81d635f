"""What is refused before anything starts, and who is told the secret of the store."""

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from keng.cli.__main__ import main
from keng.cli.checks import file_store
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.files.storage import bucket_mark, chosen
from keng.files.storage.s3 import S3Storage
from keng.files.tests import s3_server
from keng.kit.storage_away import StorageAway
from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.children import child_processes, rewrite_process
from keng.runtime.supervisor.ports import Ports
from keng.runtime.usable_storage import claim_store, require_usable_storage, take_store_over
from keng.tips.sweep_files import sweep_files, sweep_waiting

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


ANOTHERS = b"0" * 64
KEPT = "files/viewing/a"


@pytest.fixture
def anothers_bucket(bucket):
    """In which another installation keeps a file that a row of ours names as well."""
    store = chosen.store_of_settings()
    store.put(bucket_mark.MARK_NAME, ANOTHERS)
    store.put(KEPT, b"theirs")
    return store


@pytest.fixture
def seen_by_the_doctor(db, monkeypatch):
    """It asks on a connection of its own."""
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    known = {word: connection.settings_dict[name] for name, word in names.items()}
    address = make_conninfo("", dbname=connection.settings_dict["NAME"], **known)
    monkeypatch.setenv("KENG_DATABASE_URL_OWNER", address)


@pytest.mark.usefixtures("seen_by_the_doctor")
def test_the_first_start_marks_the_bucket_and_the_next_one_finds_its_own(bucket):
    claim_store()
    store = chosen.store_of_settings()
    assert bucket_mark.mark_in(store) == bucket_mark.own_mark()
    claim_store()
    assert file_store.store(HERE).level is FindingLevel.OK
    # Nothing that is swept or moved.
    assert all(not list(store.listed(folder)) for folder in chosen.STORED_FOLDERS)


@pytest.mark.django_db
def test_the_mark_is_of_the_database_on_its_server(bucket):
    with connection.cursor() as cursor:
        cursor.execute(bucket_mark.INSTALLATION_QUERY)
        server, database = cursor.fetchone()
    own = bucket_mark.mark_of_row((server, database))
    assert own == bucket_mark.own_mark()
    others = {
        bucket_mark.mark_of_row((server + 1, database)),
        bucket_mark.mark_of_row((server, database + 1)),
    }
    assert own not in others
    assert len(others) == 2


@pytest.mark.usefixtures("seen_by_the_doctor")
def test_with_anothers_mark_nothing_starts_and_the_doctor_says_so(anothers_bucket, capsys):
    with pytest.raises(CannotContinue, match="keng files take-over"):
        claim_store()
    found = file_store.store(HERE)
    assert (found.level, "another installation" in found.text) == (FindingLevel.WRONG, True)
    assert bucket_mark.mark_in(anothers_bucket) == ANOTHERS


@pytest.mark.django_db
@pytest.mark.parametrize("process", ["public", "desk", "worker"])
def test_a_process_that_runs_takes_anothers_bucket_for_none_and_destroys_nothing(
    anothers_bucket, monkeypatch, process
):
    monkeypatch.setenv("KENG_PROCESS", process)
    monkeypatch.setattr(chosen, "_BUCKET_WATCH", bucket_mark.BucketWatch())
    for act in (
        lambda: chosen.file_storage().delete(KEPT),
        lambda: chosen.file_storage().put(KEPT, b"ours"),
        sweep_files,
        sweep_waiting,
    ):
        with pytest.raises(StorageAway, match="AnotherInstallation"):
            act()
    assert anothers_bucket.read(KEPT) == b"theirs"


@pytest.mark.django_db
def test_who_runs_learns_within_a_minute_that_the_bucket_was_taken_over(bucket):
    claim_store()
    store, now = chosen.store_of_settings(), [1000.0]
    watch = bucket_mark.BucketWatch(clock=lambda: now[0])
    watch.require_own(store)
    store.put(bucket_mark.MARK_NAME, ANOTHERS)
    now[0] += 61
    with pytest.raises(StorageAway):
        watch.require_own(store)
    # And that it is ours again.
    take_store_over()
    watch.require_own(store)


@pytest.mark.django_db
def test_a_bucket_from_before_there_were_marks_is_used_until_a_start_claims_it(bucket, monkeypatch):
    monkeypatch.setenv("KENG_PROCESS", "worker")
    monkeypatch.setattr(chosen, "_BUCKET_WATCH", bucket_mark.BucketWatch())
    chosen.file_storage().put(KEPT, b"ours")
    assert chosen.file_storage().read(KEPT) == b"ours"


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
