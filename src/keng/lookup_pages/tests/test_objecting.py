"""Pictures of an objection: what is kept of them, who sees them, and what is refused."""

import datetime as dt
import io
import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from PIL import Image

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.files import store
from keng.kit import times
from keng.kit.codes import new_token
from keng.lookup.actions import disputes
from keng.lookup.models import Dispute, DisputeFile
from keng.lookup.tests.make_listing import listing
from keng.lookup_pages import dispute_pictures
from keng.tips.sweep_files import sweep_files
from keng.vault import seal
from tests import make

pytestmark = pytest.mark.django_db
REASON = {"reason": "recycled", "text": "Tôi mới dùng số này từ tháng trước."}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    make.worker_key()
    yield
    seal.forget_public_keys()


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def entry(unit):
    author, second = (make.officer(unit=unit, role="duty") for _ in range(2))
    return listing("+84912000417", unit=unit, made_by=author, released_by=second)


def photo():
    exif = Image.Exif()
    exif[0x010F] = "Hãng máy ảnh"
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


def objected(entry, *pictures, token=None):
    key = bytes(entry.lookup_hash).hex()
    return dispute_pictures.object_with_pictures(
        key, **REASON, token=token or new_token(), pictures=pictures
    )[0]


def shown(entry, *pictures):
    """With the copies that the worker makes of them."""
    dispute = objected(entry, *pictures)
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    return dispute


def test_two_presses_at_the_same_moment_make_one_objection(entry, monkeypatch):
    """The other one is kept between the first one's look for it and its own keeping."""
    token, finds, others = new_token(), disputes.public_listing, []

    def meanwhile(hash):
        if not others:
            others.append(None)
            others[0] = objected(entry, photo(), token=token)
        return finds(hash)

    monkeypatch.setattr(disputes, "public_listing", meanwhile)
    dispute = objected(entry, photo(), token=token)
    assert (others, Dispute.objects.count()) == ([dispute], 1)
    assert DisputeFile.objects.count() == 1
    assert Entry.objects.filter(action="dispute.made").count() == 1


def test_who_objects_and_says_who_they_are_is_not_kept_in_clear(entry):
    told = "Em là Trần Thị Mẫu ở nhà số 17 ngõ 3 phường Nếnh. My name is John Smith."
    key = bytes(entry.lookup_hash).hex()
    kept, _code = disputes.object_to_listing(key, reason="recycled", text=told, token=new_token())
    kept.refresh_from_db()
    for own in ("Mẫu", "17", "3", "John", "Smith"):
        assert own not in kept.text
    assert "phường Nếnh" in kept.text


def test_a_copy_without_place_and_device_is_kept_sealed_and_nothing_else(entry, tmp_path):
    dispute = shown(entry, photo())
    (file,) = dispute.files.all()
    assert not Image.open(io.BytesIO(store.open_viewing_copy(file.viewing_path))).getexif()
    kept = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert kept == [tmp_path / file.viewing_path]
    assert b"JFIF" not in kept[0].read_bytes()


def test_sent_twice_it_is_one_objection_with_its_first_pictures(entry):
    token = new_token()
    first, again = (objected(entry, photo(), token=token) for _ in range(2))
    assert first == again
    assert DisputeFile.objects.count() == 1


def test_whoever_goes_back_and_corrects_words_or_pictures_has_objected_twice(public_client, entry):
    key = bytes(entry.lookup_hash).hex()
    sent = REASON | {"hash": key, "token": new_token()}
    public_client.post("/lookup/object/", sent)
    corrected = sent | {"text": "Tôi mua số này tháng 9, có hợp đồng"}
    for again in (sent, corrected, corrected | {"attached": SimpleUploadedFile("a.jpg", photo())}):
        assert public_client.post("/lookup/object/", again).status_code == 303
    assert Dispute.objects.filter(listing=entry).count() == 3


def test_what_is_no_picture_leaves_nothing_behind(entry):
    with pytest.raises(dispute_pictures.NoPicture) as found:
        objected(entry, photo(), b"%PDF-1.7 hoa don")
    assert found.value.number == 1
    assert not Dispute.objects.exists()
    assert not DisputeFile.objects.exists()


def test_whoever_decides_looks_and_it_goes_on_record_nobody_else_does(unit, entry):
    (file,) = shown(entry, photo()).files.all()
    decides = make.officer(unit=unit, role="commander")
    others = [
        entry.made_by,
        entry.released_by,
        make.officer(unit=unit, role="auditor"),
        make.officer(unit=make.unit(), role="commander"),
    ]
    for other in others:
        with pytest.raises(NotAllowed):
            dispute_pictures.show_picture(file.pk, by=other)
    assert not Entry.objects.filter(action="dispute.file_shown").exists()
    assert dispute_pictures.show_picture(file.pk, by=decides) == file
    said = Entry.objects.get(action="dispute.file_shown")
    assert (said.object_id, said.detail) == (str(file.dispute_id), {"file": str(file.pk)})


def test_the_sweeper_leaves_them_alone(entry, tmp_path):
    (file,) = shown(entry, photo()).files.all()
    path = tmp_path / file.viewing_path
    long_ago = (times.now() - dt.timedelta(days=9)).timestamp()
    os.utime(path, (long_ago, long_ago))
    sweep_files()
    assert path.exists()
    DisputeFile.objects.all().delete()
    sweep_files()
    assert not path.exists()


def test_the_officer_sees_them_covered_and_uncovers_one(desk_client, unit, entry):
    dispute = shown(entry, photo())
    sign_in(desk_client, make.officer(unit=unit, role="commander"))
    page = desk_client.get(f"/listings/disputes/{dispute.pk}/").content.decode()
    address = f"/listings/dispute-files/{dispute.files.get().pk}/"
    assert address in page
    assert "data:image" not in page
    assert "data:image/jpeg;base64," in desk_client.post(address).content.decode()


def test_the_form_says_what_is_wrong_with_a_file_and_keeps_the_words(public_client, entry):
    sent = REASON | {"hash": bytes(entry.lookup_hash).hex(), "token": new_token()}
    paper = SimpleUploadedFile("hoa-don.pdf", b"%PDF-1.7", "application/pdf")
    answer = public_client.post("/lookup/object/", sent | {"attached": paper}).content.decode()
    assert "hoa-don.pdf không phải ảnh" in answer
    assert REASON["text"] in answer
    many = [SimpleUploadedFile(f"{n}.jpg", photo(), "image/jpeg") for n in range(4)]
    answer = public_client.post("/lookup/object/", sent | {"attached": many}).content.decode()
    assert "Nhiều nhất ba ảnh" in answer
    assert not Dispute.objects.exists()
    one = SimpleUploadedFile("hoa-don.jpg", photo(), "image/jpeg")
    public_client.post("/lookup/object/", sent | {"attached": one})
    assert Dispute.objects.get().files.count() == 1


def test_what_cannot_be_opened_is_said_to_whoever_objects_and_to_whoever_decides(
    public_client, desk_client, settings, unit, entry
):
    token = new_token()
    dispute = objected(entry, photo()[:200], photo(), token=token)
    sign_in(desk_client, make.officer(unit=unit, role="commander"))
    address = reverse("listing-dispute", "keng.site.desk_urls", args=[dispute.pk])
    assert desk_client.get(address).content.decode().count("Đang chuẩn bị bản xem") == 2
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert make.copies_to_view() == 2
    page = desk_client.get(address).content.decode()
    assert "không có bản xem: tệp hỏng hoặc gửi chưa trọn" in page
    assert page.count("/listings/dispute-files/") == 1
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    code = {"code": disputes.dispute_code_of(token)}
    answer = public_client.post("/lookup/answer/", code).content.decode()
    assert "Có 1 ảnh bạn gửi không mở được ở đây" in answer
