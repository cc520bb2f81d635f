"""Files of tips in a store, moto's: sealed, destroyed for certain, swept, moved and moved back."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
import uuid

import pytest
from django.db import connection, transaction
from django.test import TestCase
from django.urls import reverse
from PIL import Image

from keng.conftest import sign_in
from keng.files import store
from keng.files.storage import chosen, moving
from keng.files.storage.opener_copies import copied_for_opener, remove_left_copies
from keng.files.storage.s3 import S3Storage
from keng.files.tests import s3_server
from keng.kit.ids import new_id
from keng.kit.storage_away import StorageAway
from keng.tips import sweep_files, viewing_copies
from keng.tips.attachments import named_originals, store_attachment
from keng.tips.models import Attachment, WaitingPicture
from keng.vault import keys, seal
from keng.vault.hybrid import HYBRID_FORM, KEYED_FORM
from tests import make

pytestmark = pytest.mark.django_db
PASSPHRASE = "a passphrase of tests"


@pytest.fixture(scope="module")
def server():
    with s3_server.running_server() as address:
        yield address


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    yield tmp_path
    seal.forget_public_keys()


@pytest.fixture
def bucket(server, monkeypatch):
    """The settings name it; what lies there is `objects_in(server, bucket)`."""
    name = s3_server.new_bucket(server)
    use_store(monkeypatch, f"{server}/{name}")
    return name


def use_store(monkeypatch, url):
    monkeypatch.setenv("KENG_FILES_URL", url)
    monkeypatch.setenv("KENG_FILES_KEY", s3_server.KEY)
    monkeypatch.setenv("KENG_FILES_SECRET", s3_server.SECRET)


@pytest.fixture
def tip(own_folder):
    made = make.tip(unit=make.unit())
    keys.make_unit_keys(PASSPHRASE)
    make.worker_key()
    return made


def picture():
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


def stored_attachment(tip, content):
    file = store_attachment(tip.pk, tip.responsible_unit_id, content)
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    file.refresh_from_db()
    return file


def private_key(tip):
    return keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[tip.responsible_unit_id]


def files_below(folder):
    return {
        str(path.relative_to(folder)) for path in (folder / "files").rglob("*") if path.is_file()
    }


def put_off(*names, **more):
    raise StorageAway("away")


def test_the_store_gets_what_is_sealed_and_nothing_else(tip, server, bucket, own_folder):
    content = picture()
    waiting = store_attachment(tip.pk, tip.responsible_unit_id, content)
    on_its_way = s3_server.objects_in(server, bucket)
    assert {name.split("/")[1] for name in on_its_way} == {"originals", "waiting"}
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    waiting.refresh_from_db()
    there = s3_server.objects_in(server, bucket)
    assert there.keys() == {waiting.original_path, waiting.viewing_path}
    assert files_below(own_folder) == set()
    for sealed in (*on_its_way.values(), *there.values()):
        for plain in (b"Secret Camera", b"JFIF", b"Exif", content[:64]):
            assert plain not in sealed
    assert store.open_original(waiting.original_path, private_key(tip)) == content
    assert store.open_viewing_copy(waiting.viewing_path).startswith(b"\xff\xd8\xff")


def test_what_is_destroyed_is_gone_from_the_store(tip, server, bucket):
    file = stored_attachment(tip, picture())
    with TestCase.captureOnCommitCallbacks(execute=True):
        store.discard_files([file.original_path, file.viewing_path])
    assert s3_server.objects_in(server, bucket) == {}


def test_what_is_destroyed_while_the_store_is_away_is_swept_when_it_is_back(
    tip, server, bucket, monkeypatch
):
    file = stored_attachment(tip, picture())
    stays = stored_attachment(make.tip(unit=tip.responsible_unit), picture())
    with monkeypatch.context() as away, TestCase.captureOnCommitCallbacks(execute=True):
        away.setattr(S3Storage, "delete", put_off)
        store.discard_files([file.original_path, file.viewing_path])
        file.delete()
    assert len(s3_server.objects_in(server, bucket)) == 4
    with monkeypatch.context() as away:
        away.setattr(S3Storage, "listed", put_off)
        with pytest.raises(StorageAway):
            sweep_files.sweep_files()
    # Younger than a day it may belong to a report that is just being written.
    sweep_files.sweep_files()
    assert len(s3_server.objects_in(server, bucket)) == 4
    later = time.time() + 25 * 3600
    monkeypatch.setattr(sweep_files.time, "time", lambda: later)
    sweep_files.sweep_files()
    left = s3_server.objects_in(server, bucket)
    assert left.keys() == {stays.original_path, stays.viewing_path}


def test_what_a_killed_process_did_not_write_to_its_end_is_swept(own_folder, monkeypatch):
    draft = own_folder / "files" / "waiting" / "a.new"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half")
    sweep_files.sweep_files()
    assert draft.exists()
    later = time.time() + 25 * 3600
    monkeypatch.setattr(sweep_files.time, "time", lambda: later)
    sweep_files.sweep_files()
    assert not draft.exists()


def test_while_the_store_is_away_nothing_is_taken_for_kept(tip, bucket, monkeypatch):
    monkeypatch.setattr(S3Storage, "put", put_off)
    with pytest.raises(StorageAway), transaction.atomic():
        store_attachment(tip.pk, tip.responsible_unit_id, picture())
    assert not Attachment.objects.exists()


def test_a_copy_is_made_later_however_often_the_store_was_away(tip, bucket, monkeypatch):
    file = store_attachment(tip.pk, tip.responsible_unit_id, picture())
    with monkeypatch.context() as away:
        away.setattr(S3Storage, "read", put_off)
        away.setattr(S3Storage, "read_head", put_off)
        for _ in range(5):
            assert viewing_copies.make_next_copy() == 0
            WaitingPicture.objects.update(leased_until=None)
    assert viewing_copies.make_next_copy() == 1
    file.refresh_from_db()
    assert file.viewing_path


def sealed_to(key_id):
    return KEYED_FORM + key_id.bytes + HYBRID_FORM + os.urandom(100)


def test_no_key_is_taken_for_unused_while_the_store_is_away(bucket, own_folder, monkeypatch):
    in_store, in_folder = uuid.uuid4(), uuid.uuid4()
    chosen.file_storage().put("files/originals/a", sealed_to(in_store))
    chosen.folder_storage().put("files/originals/b", sealed_to(in_folder))
    assert store.keys_of_originals(set) == {in_store, in_folder}
    with monkeypatch.context() as away:
        away.setattr(S3Storage, "listed", put_off)
        with pytest.raises(StorageAway):
            store.keys_of_originals(set)


@pytest.mark.parametrize("url", ["", "another prefix", "another bucket"])
def test_no_key_is_taken_for_unused_where_the_settings_lead_elsewhere(
    tip, server, bucket, monkeypatch, url
):
    file = stored_attachment(tip, picture())
    store.keys_of_originals(named_originals)
    if url == "another prefix":
        use_store(monkeypatch, f"{server}/{bucket}/of-a-typo")
    elif url:
        use_store(monkeypatch, f"{server}/{s3_server.new_bucket(server)}")
    else:
        monkeypatch.delenv("KENG_FILES_URL")
    with pytest.raises(store.OriginalsMissing, match="1 originals"):
        store.keys_of_originals(named_originals)
    file.delete()
    assert store.keys_of_originals(named_originals) == set()


def test_an_original_that_is_destroyed_while_keys_are_looked_for_stops_nobody(tip, bucket):
    file = stored_attachment(tip, picture())
    chosen.file_storage().delete(file.original_path)
    answers = [{file.original_path}, set()]
    assert store.keys_of_originals(lambda: answers.pop(0)) == set()


def test_a_key_is_read_again_once_an_original_was_sealed_anew(bucket):
    before, after, name = uuid.uuid4(), uuid.uuid4(), "files/originals/a"
    chosen.file_storage().put(name, sealed_to(before))
    assert store.originals_by_key() == {before: [name]}
    store.replace_original(name, sealed_to(after))
    assert store.originals_by_key() == {after: [name]}
    store.replace_original("files/originals/gone", sealed_to(after))
    assert store.originals_by_key() == {after: [name]}


def copies_for_opener(folder):
    return {path.name for path in (folder / "files" / "opening").glob("*")}


def test_the_opener_finds_a_copy_as_long_as_anybody_asks(tip, bucket, own_folder):
    file = stored_attachment(tip, picture())
    name = file.original_path.rpartition("/")[2]
    with copied_for_opener([file.original_path, "files/originals/gone"]):
        with copied_for_opener([file.original_path]):
            copy = (own_folder / "files" / "opening" / name).read_bytes()
            assert copy == store.sealed_original(file.original_path)
        # The other one reads still.
        assert copies_for_opener(own_folder) == {name}
    assert copies_for_opener(own_folder) == set()


def test_what_is_purged_while_it_is_opened_stays_nowhere(tip, server, bucket, own_folder):
    file = stored_attachment(tip, picture())
    with copied_for_opener([file.original_path]):
        chosen.s3_storage().delete(file.original_path)
        moving.move_files(chosen.file_storage(), tell=lambda _moved: None)
    assert files_below(own_folder) == set()
    assert file.original_path not in s3_server.objects_in(server, bucket)


def test_an_opening_does_not_fail_at_its_end_because_the_store_is_away(tip, bucket, monkeypatch):
    file = stored_attachment(tip, picture())
    with monkeypatch.context() as away, copied_for_opener([file.original_path]):
        for call in ("read", "size", "delete", "put"):
            away.setattr(S3Storage, call, put_off)


def test_a_copy_that_a_killed_process_left_goes_at_the_next_start(own_folder):
    left = own_folder / "files" / "opening" / "a"
    remove_left_copies()
    left.parent.mkdir(parents=True)
    left.write_bytes(b"sealed")
    remove_left_copies()
    assert not left.exists()


def test_what_is_sealed_anew_is_not_opened_as_it_was(bucket, own_folder):
    before, after, name = sealed_to(new_id()), sealed_to(new_id()), "files/originals/a"
    chosen.file_storage().put(name, before)
    with copied_for_opener([name]):
        store.replace_original(name, after)
        assert copies_for_opener(own_folder) == set()
    assert store.sealed_original(name) == after


def test_files_move_to_the_store_and_back_and_are_read_all_the_time(
    tip, server, own_folder, monkeypatch
):
    content = picture()
    before = stored_attachment(tip, content)
    name = s3_server.new_bucket(server)
    use_store(monkeypatch, f"{server}/{name}")
    after = stored_attachment(make.tip(unit=tip.responsible_unit), content)
    assert files_below(own_folder) == {before.original_path, before.viewing_path}
    private = private_key(tip)

    def all_are_read(*_moved):
        for file in (before, after):
            assert store.open_original(file.original_path, private) == content
            assert store.open_viewing_copy(file.viewing_path)

    all_are_read()
    moved = moving.move_files(chosen.file_storage(), tell=all_are_read)
    assert (moved.files, files_below(own_folder)) == (2, set())
    monkeypatch.setenv("KENG_FILES_TO", "folder")
    all_are_read()
    assert moving.move_files(chosen.file_storage(), tell=all_are_read).files == 4
    assert s3_server.objects_in(server, name) == {}
    monkeypatch.delenv("KENG_FILES_URL")
    all_are_read()


def test_what_is_not_the_same_when_read_again_stays_where_it_was(
    tip, server, own_folder, monkeypatch
):
    file = stored_attachment(tip, picture())
    name = s3_server.new_bucket(server)
    use_store(monkeypatch, f"{server}/{name}")
    puts = S3Storage.put
    monkeypatch.setattr(
        S3Storage, "put", lambda self, name, content: puts(self, name, content[:-1])
    )
    with pytest.raises(moving.NotMoved):
        moving.move_files(chosen.file_storage(), tell=lambda _moved: None)
    assert files_below(own_folder) == {file.original_path, file.viewing_path}
    assert s3_server.objects_in(server, name) == {}


@pytest.mark.parametrize("newer_is", ["where it goes", "where it was"])
def test_of_two_an_original_that_was_sealed_anew_is_kept(own_folder, bucket, newer_is):
    before, after, name = sealed_to(new_id()), sealed_to(new_id()), "files/originals/a"
    is_there = newer_is == "where it goes"
    chosen.folder_storage().put(name, before if is_there else after)
    chosen.s3_storage().put(name, after if is_there else before)
    moving.move_files(chosen.file_storage(), tell=lambda _moved: None)
    assert store.sealed_original(name) == after
    assert files_below(own_folder) == set()


def test_what_a_try_before_did_not_put_there_whole_is_put_there_again(
    server, bucket, own_folder, monkeypatch
):
    name, content = "files/viewing/a", os.urandom(2000)
    chosen.folder_storage().put(name, content)
    puts = S3Storage.put
    with monkeypatch.context() as away:
        away.setattr(S3Storage, "put", lambda self, name, content: puts(self, name, content[:-1]))
        away.setattr(S3Storage, "delete", put_off)
        with pytest.raises(StorageAway):
            moving.move_files(chosen.file_storage(), tell=lambda _moved: None)
    assert s3_server.objects_in(server, bucket) == {name: content[:-1]}
    moving.move_files(chosen.file_storage(), tell=lambda _moved: None)
    assert s3_server.objects_in(server, bucket) == {name: content}
    assert files_below(own_folder) == set()


_MOVE = """
import os, signal, sys
import django
django.setup()
from keng.files.storage import chosen, moving
from keng.files.storage.s3 import S3Storage
from contextlib import nullcontext
# The database of a test is not this process's; nobody else moves here.
moving.stored_file_lock = lambda name: nullcontext()
puts, reads, count = S3Storage.put, S3Storage.read, [0]
def killed(after):
    count[0] += 1
    if count[0] == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
def put(self, name, content):
    killed("before it is put"); puts(self, name, content); killed("before it is read again")
def read(self, name):
    found = reads(self, name); killed("before it is removed"); return found
S3Storage.put, S3Storage.read = put, read
moving.move_files(chosen.file_storage(), tell=lambda moved: killed("after it was removed"))
"""


def test_a_move_that_is_killed_at_any_step_loses_nothing_and_goes_on(
    server, own_folder, monkeypatch
):
    contents = {f"files/viewing/{number}": os.urandom(2000) for number in range(3)}
    for name, content in contents.items():
        chosen.folder_storage().put(name, content)
    bucket = s3_server.new_bucket(server)
    use_store(monkeypatch, f"{server}/{bucket}")
    steps = []
    # Before and after a put, before and after a removal: each goes on where one was killed.
    for step in (1, 2, 1, 4, 2):
        ended = subprocess.run(
            [sys.executable, "-c", _MOVE, str(step)], check=False, env=dict(os.environ)
        )
        steps.append(ended.returncode)
        for name, content in contents.items():
            assert chosen.file_storage().read(name) == content
    assert steps == [-signal.SIGKILL] * 5
    moving.move_files(chosen.file_storage(), tell=lambda _moved: None)
    assert s3_server.objects_in(server, bucket) == contents
    assert files_below(own_folder) == set()


def somebody_waits_for_a_turn():
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchall():
                return True
        time.sleep(0.02)
    return False


@pytest.mark.django_db(transaction=True)
def test_what_is_destroyed_while_it_is_moved_does_not_come_back(server, own_folder, monkeypatch):
    bucket = s3_server.new_bucket(server)
    use_store(monkeypatch, f"{server}/{bucket}")
    chosen.folder_storage().put("files/viewing/a", b"1")
    puts, waited = S3Storage.put, []

    def destroy():
        chosen.file_storage().delete("files/viewing/a")
        connection.close()

    destroyer = threading.Thread(target=destroy, daemon=True)

    def put(self, name, content):
        destroyer.start()
        waited.append(somebody_waits_for_a_turn())
        puts(self, name, content)

    monkeypatch.setattr(S3Storage, "put", put)
    moving.move_files(chosen.file_storage(), tell=lambda _moved: None)
    destroyer.join(30)
    assert waited == [True]
    assert s3_server.objects_in(server, bucket) == {}
    assert files_below(own_folder) == set()


def test_a_page_says_that_files_cannot_be_opened_and_what_was_typed_comes_back(
    tip, bucket, desk_client, monkeypatch
):
    file = stored_attachment(tip, picture())
    sign_in(desk_client, make.officer(unit=tip.responsible_unit))
    monkeypatch.setattr(S3Storage, "read", put_off)
    monkeypatch.setattr(S3Storage, "read_head", put_off)
    address = reverse("attachment-cover", "keng.site.desk_urls", args=[file.pk])
    answer = desk_client.post(address, {"cell": "0-0"})
    words = answer.content.decode()
    assert answer.status_code == 503, words
    assert answer.headers["Retry-After"] == "3"
    assert "chưa lưu hoặc mở được tệp" in words
