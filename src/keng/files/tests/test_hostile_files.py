"""At least 200 hostile files and requests: each gets a clear answer, and nothing of them runs."""

import functools
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from keng.files import copies
from keng.files.documents import pages_of_copy
from keng.files.openable import why_not_openable
from keng.files.pictures import DRAWN, mime_of
from keng.files.pictures.confined import CannotCopy
from keng.kit import uploads
from keng.kit.uploads import SealedUploadHandler
from keng.kit.viewing_copies import NoCopy
from tests import hostile, phone_files

_REASONS = {NoCopy.TOO_LARGE, NoCopy.BROKEN, NoCopy.UNKNOWN, NoCopy.LOCKED, NoCopy.LATE}


@functools.cache
def corpus():
    return list(hostile.hostile_files())


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def sealed(name, content):
    request = RequestFactory().post("/", {"files": [SimpleUploadedFile(name, content)]})
    request.upload_handlers = [SealedUploadHandler(request, most_bytes=uploads.MOST_FILE_BYTES)]
    found = request.FILES.getlist("files")
    return found[0] if found else None


def test_the_corpus_is_as_large_and_as_varied_as_it_should_be():
    bodies, names = list(hostile.hostile_bodies()), hostile.hostile_names()
    kinds = {kind for kind, *_rest in [*corpus(), *bodies, *names]}
    assert len(corpus()) + len(bodies) + len(names) >= 200
    assert len(kinds) >= 25


def test_each_file_is_refused_in_words_or_taken_to_the_confined_process():
    for number, (kind, content) in enumerate(corpus()):
        upload = sealed(f"{number}.jpg", content)
        said = why_not_openable(upload)
        shown = mime_of(content)
        assert bool(said) == (not content or not copies.has_copies(shown)), kind
        upload.discard()


def test_each_picture_and_document_gets_a_clean_copy_or_a_reason():
    for kind, content in corpus():
        if mime_of(content) not in {*DRAWN, "application/pdf"}:
            continue
        _assert_clear(kind, content)
    assert not Path(f"/tmp/{hostile.CANARY}").exists()


@pytest.mark.skipif(not copies.has_copies("video/mp4"), reason="ffmpeg is switched off here")
def test_each_film_and_recording_gets_a_clean_copy_or_a_reason():
    seen = set()
    for kind, content in corpus():
        mime = mime_of(content)
        # One of a kind for each reader: a program is started for each.
        if mime in {*DRAWN, "application/pdf"} or not copies.has_copies(mime):
            continue
        if (kind, mime) not in seen:
            seen.add((kind, mime))
            _assert_clear(kind, content)
    assert not Path(f"/tmp/{hostile.CANARY}").exists()


def _assert_clear(kind, content):
    copy, reason = _copy_or_reason(content)
    if reason is not None:
        assert reason in _REASONS, kind
        return
    assert hostile.CANARY.encode() not in copy, kind
    assert b"root:" not in copy, kind
    if mime_of(content) == "application/pdf":
        assert all(page.startswith(b"\xff\xd8\xff") for page in pages_of_copy(copy)[0]), kind
    else:
        assert mime_of(copy) in {"image/jpeg", "video/mp4", "audio/mp4"}, kind
    assert phone_files.SPOT.encode() not in copy, kind


def _copy_or_reason(content):
    try:
        return copies.copy_to_view(content), None
    except CannotCopy as error:
        return b"", error.reason
