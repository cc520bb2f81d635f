"""Hostile requests and names: each is answered, none of them with a fault of ours."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keng.kit import uploads
from keng.site.tests.test_front import echo, serve
from keng.tips import receipt_codes
from keng.tips.models import Receipt
from tests import hostile, make

CODE = receipt_codes.code_from_token("a-token-of-hostile-names")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.mark.parametrize("piece", [None, 7])
def test_each_body_is_taken_or_refused_and_nothing_of_it_stays(piece):
    for kind, content_type, body in hostile.hostile_bodies():
        headers = (
            (b"content-type", content_type),
            (b"content-length", str(len(body)).encode()),
        )
        answer = serve(body, application=echo, headers=headers, piece=piece)
        assert answer is not None, kind
        assert answer[0] < 500, kind
        assert uploads.all_upload_paths() == {}, kind


@pytest.mark.django_db
def test_whatever_a_file_is_called_it_is_kept_under_a_name_of_ours(public_client, tmp_path):
    unit = make.unit(parent=make.province_unit())
    make.unit_key(unit)
    tip = make.tip(unit=unit)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    public_client.post("/status/", {"code": CODE})
    for number, (kind, name) in enumerate(hostile.hostile_names()):
        file = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + str(number).encode(), "text/html")
        # Past Django's own cleaning in the client, which a hostile browser does not have.
        file._name = name
        answer = public_client.post("/status/tip/", {"text": "", "attached": [file]})
        assert answer.status_code < 500, kind
        assert "Set-Cookie: x" not in str(answer.headers), kind
    for kept in tip.attachments.all():
        assert kept.mime == "image/jpeg"
        assert (tmp_path / kept.original_path).parent == tmp_path / "files" / "originals"
    stored = {path.name for path in (tmp_path / "files").rglob("*") if path.is_file()}
    assert not [name for name in stored if len(name) > 40 or "." in name]
