"""The folder and the store do the same: one set of tests over both, the store being moto's."""

import os
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from keng.files.storage import folder, s3
from keng.files.storage.folder import FolderStorage
from keng.files.storage.s3 import S3Address, S3Storage
from keng.files.tests import s3_server
from keng.kit.storage_away import StorageAway
from keng.kit.tests.certificates import CertificateAuthority, https_server


@pytest.fixture(scope="module")
def server():
    with s3_server.running_server() as address:
        yield address


def store_at(address, bucket, prefix="keng/of-a-province"):
    place = S3Address.from_url(f"{address}/{bucket}/{prefix}")
    return S3Storage(place, key=s3_server.KEY, secret=s3_server.SECRET, region="us-east-1")


@pytest.fixture(params=["folder", "s3"])
def storage(request, tmp_path, server):
    if request.param == "folder":
        return FolderStorage(tmp_path)
    return store_at(server, s3_server.new_bucket(server))


def test_what_is_kept_is_read_whole_or_by_its_head_and_has_a_size(storage):
    content = os.urandom(300_000)
    storage.put("files/viewing/a", content)
    assert storage.read("files/viewing/a") == content
    assert storage.read_head("files/viewing/a", 17) == content[:17]
    assert storage.size("files/viewing/a") == len(content)


def test_what_is_kept_again_takes_the_place_of_what_was_there(storage):
    storage.put("files/originals/a", b"before")
    storage.put("files/originals/a", b"after it")
    assert storage.read("files/originals/a") == b"after it"
    assert [file.name for file in storage.listed("files/originals")] == ["files/originals/a"]


def test_what_is_not_there_is_said_so_and_destroying_it_again_is_fine(storage):
    storage.put("files/viewing/a", b"content")
    storage.delete("files/viewing/a")
    storage.delete("files/viewing/a")
    assert storage.size("files/viewing/a") is None
    with pytest.raises(FileNotFoundError):
        storage.read("files/viewing/a")
    with pytest.raises(FileNotFoundError):
        storage.read_head("files/viewing/a", 4)


def test_a_list_is_of_one_folder_with_sizes_and_times(storage):
    storage.put("files/viewing/a", b"123")
    storage.put("files/viewing-others/b", b"1")
    storage.put("files/originals/c", b"1")
    (file,) = storage.listed("files/viewing")
    assert (file.name, file.size) == ("files/viewing/a", 3)
    assert abs(file.changed_at - time.time()) < 3600
    assert list(storage.listed("files/waiting")) == []


def test_a_list_of_a_store_goes_on_after_its_first_page(server, monkeypatch):
    monkeypatch.setattr(s3, "_PER_PAGE", 2)
    store = store_at(server, s3_server.new_bucket(server))
    names = {f"files/viewing/{number}" for number in range(5)}
    for name in names:
        store.put(name, b"1")
    assert {file.name for file in store.listed("files/viewing")} == names


def test_a_folder_lists_no_draft_and_writes_over_one_that_was_left(tmp_path):
    draft = tmp_path / "files" / "viewing" / "a.new"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half")
    place = FolderStorage(tmp_path)
    assert list(place.listed("files/viewing")) == []
    place.put("files/viewing/a", b"whole")
    assert place.read("files/viewing/a") == b"whole"
    assert not draft.exists()
    assert (tmp_path / "files" / "viewing" / "a").stat().st_mode & 0o777 == 0o600


def test_a_bucket_that_keeps_what_was_deleted_is_refused(server):
    client = s3_server.client(server)
    plain = s3_server.new_bucket(server)
    assert store_at(server, plain).fault() == ""
    for state in ("Enabled", "Suspended"):
        client.put_bucket_versioning(Bucket=plain, VersioningConfiguration={"Status": state})
        assert "versions" in store_at(server, plain).fault()
    locked = s3_server.new_bucket(server, ObjectLockEnabledForBucket=True)
    # With a lock comes versioning, which is named first; without it the lock is.
    assert store_at(server, locked).fault()


def test_object_lock_is_refused_where_a_store_has_it_without_versions(server, monkeypatch):
    store = store_at(server, s3_server.new_bucket(server, ObjectLockEnabledForBucket=True))
    monkeypatch.setattr(store._client, "get_bucket_versioning", lambda **_bucket: {})
    assert "object lock" in store.fault()


def test_a_store_that_is_away_is_never_taken_for_an_empty_one(server):
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    asked = store_at(address, "bucket")
    for ask in (
        lambda: asked.put("files/viewing/a", b"1"),
        lambda: asked.read("files/viewing/a"),
        lambda: asked.size("files/viewing/a"),
        lambda: asked.delete("files/viewing/a"),
        lambda: list(asked.listed("files/viewing")),
        asked.fault,
    ):
        with pytest.raises(StorageAway):
            ask()
    with pytest.raises(StorageAway, match="NoSuchBucket"):
        store_at(server, "no-such-bucket").read("files/viewing/a")


def drips(connection, first):
    """Byte by byte, each well within the limit of one read."""
    with closing(connection), suppress(OSError):
        connection.recv(65536)
        connection.sendall(first)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)


def swallows_slowly(connection, _first):
    with closing(connection), suppress(OSError):
        while connection.recv(1000):
            time.sleep(0.05)


_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n"
_HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: "
# Without a length a body that was cut short looks whole.
_UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "first", "ask"),
    [
        (drips, _BODY, lambda store: store.read("files/viewing/a")),
        (drips, _UNTIL_CLOSED, lambda store: store.read("files/viewing/a")),
        (drips, _HEAD, lambda store: store.size("files/viewing/a")),
        (drips, _HEAD, lambda store: store.delete("files/viewing/a")),
        (drips, _BODY, lambda store: list(store.listed("files/viewing"))),
        (drips, _BODY, lambda store: store.fault()),
        (swallows_slowly, b"", lambda store: store.put("files/viewing/a", bytes(50_000_000))),
    ],
)
def test_a_store_that_goes_on_byte_by_byte_is_given_up(monkeypatch, answer, first, ask):
    monkeypatch.setattr(s3, "_WITHIN_SECONDS", 0.5)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def accept():
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=answer, args=(connection, first), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        store = store_at(f"http://127.0.0.1:{listening.getsockname()[1]}", "bucket")
        # Without an end it would take minutes.
        with pytest.raises(StorageAway):
            ask(store)


def test_nothing_of_the_accounts_own_is_used_and_no_proxy(server, monkeypatch):
    bucket = s3_server.new_bucket(server)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    store = store_at(server, bucket)
    store.put("files/viewing/a", b"1")
    assert store.read("files/viewing/a") == b"1"


def test_a_name_is_in_its_folder_on_the_disk_before_a_file_counts_as_kept(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(
        folder, "sync_folder", lambda path: synced.append((path / "a").read_bytes())
    )
    FolderStorage(tmp_path).put("files/viewing/a", b"1")
    assert synced == [b"1"]


@contextmanager
def answering(status, body=b""):
    """A server that gives every request the same answer."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_PUT = do_DELETE = do_GET  # noqa: N815 -- names of the standard library

        def log_message(self, *_given):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def test_a_page_of_a_proxy_that_finds_nothing_is_not_taken_for_a_file_that_is_not_there(server):
    with answering(404, b"<html>nothing here</html>") as address:
        for store in (store_at(address, "bucket"), store_at(server, "no-such-bucket")):
            for ask in (
                lambda store=store: store.read("files/viewing/a"),
                lambda store=store: store.size("files/viewing/a"),
                lambda store=store: store.delete("files/viewing/a"),
                lambda store=store: list(store.listed("files/viewing")),
            ):
                with pytest.raises(StorageAway):
                    ask()


def test_a_bucket_that_this_key_may_not_ask_about_is_refused():
    refusal = b"<Error><Code>AccessDenied</Code></Error>"
    with answering(403, refusal) as address:
        assert "AccessDenied" in store_at(address, "bucket").fault()
    busy = b"<Error><Code>SlowDown</Code></Error>"
    with answering(503, busy) as address, pytest.raises(StorageAway):
        store_at(address, "bucket").fault()


def test_what_a_bucket_only_marks_as_deleted_is_not_taken_for_destroyed(server):
    bucket = s3_server.new_bucket(server)
    store = store_at(server, bucket)
    store.put("files/viewing/a", b"1")
    s3_server.client(server).put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    with pytest.raises(StorageAway, match="DeleteMarker"):
        store.delete("files/viewing/a")


@pytest.mark.parametrize(
    ("name", "days", "words"),
    [("127.0.0.1", -1, "certificate has expired"), ("127.0.0.2", 60, "it is of another name")],
)
def test_a_store_whose_certificate_is_not_in_order_is_away_and_it_is_said_why(
    tmp_path, monkeypatch, name, days, words
):
    authority = CertificateAuthority(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority.certificate))
    with https_server(authority.issue(name, days=days)) as port:
        store = store_at(f"https://127.0.0.1:{port}", "bucket")
        for ask in (lambda: store.put("files/viewing/a", b"1"), store.fault):
            with pytest.raises(StorageAway, match=f"certificate is not accepted: {words}"):
                ask()
