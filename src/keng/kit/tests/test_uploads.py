"""Uploads are encrypted while they arrive; what exceeds a limit is counted and not kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from keng.kit import uploads
from keng.kit.database import data_folder
from keng.kit.uploads import DamagedUpload, SealedUpload, SealedUploadHandler

WORDS = "số của kẻ lừa đảo nằm trong ảnh này ".encode()


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def sent(*contents):
    files = [
        SimpleUploadedFile(f"anh-{n}.jpg", content, "image/jpeg")
        for n, content in enumerate(contents)
    ]
    request = RequestFactory().post("/", {"files": files})
    request.upload_handlers = [SealedUploadHandler(request, most_bytes=uploads.MOST_FILE_BYTES)]
    return request.FILES.getlist("files")


def on_disk():
    return list((data_folder() / uploads.UPLOADS_FOLDER).glob("*"))


def test_a_file_is_read_back_whole_and_lies_on_disk_encrypted():
    content = WORDS * 20_000
    (file,) = sent(content)
    assert file.read() == content
    assert (file.name, file.size, file.content_type) == ("anh-0.jpg", len(content), "image/jpeg")
    (stored,) = on_disk()
    assert stored.stat().st_size > len(content)
    assert WORDS not in stored.read_bytes()


def test_what_was_kept_opens_the_file_in_a_later_request():
    (file,) = sent(WORDS)
    assert SealedUpload.from_kept(file.kept()).read() == WORDS


def test_a_changed_or_shortened_file_is_refused():
    (file,) = sent(WORDS * 5000)
    path = data_folder() / file.path
    whole = path.read_bytes()
    for broken in (whole[:-30], whole[:10], whole[:40] + b"x" + whole[41:], b""):
        path.write_bytes(broken)
        with pytest.raises(DamagedUpload):
            file.read()


def test_a_file_that_is_too_large_is_counted_but_not_kept(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_FILE_BYTES", 100_000)
    (file,) = sent(b"x" * 150_000)
    assert file.is_too_large
    assert file.size == 150_000
    assert on_disk() == []


def test_of_many_files_only_a_few_are_kept_and_all_are_counted():
    assert len(sent(*[WORDS] * 12)) == 12
    assert len(on_disk()) == uploads.MOST_FILES


def test_an_upload_that_breaks_off_leaves_nothing():
    handler = SealedUploadHandler(most_bytes=uploads.MOST_FILE_BYTES)
    handler.new_file("files", "anh.jpg", "image/jpeg", None)
    handler.receive_data_chunk(WORDS, 0)
    handler.upload_interrupted()
    assert on_disk() == []


def test_discarding_twice_is_fine():
    (file,) = sent(WORDS)
    file.discard()
    file.discard()
    assert on_disk() == []
