"""The hand-over file: whole, checkable by a standard tool, without identity, on record before."""

import datetime as dt
import hashlib
import io
import json
import subprocess
import zipfile

import pytest
from django.test import TestCase
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from keng.accounts.models import Post
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import hand_over, triage, viewing
from keng.files import redact, store
from keng.kit import times
from keng.places.models import Unit
from keng.reports.hand_over import package
from keng.tips.attachments import store_attachment
from keng.tips.errors import NoReason
from keng.tips.models import Attachment, Decision, DialogueMessage
from keng.vault import seal
from keng.vault.hybrid import SealedKind
from keng.vault.models import SealedIdentity
from tests import make

pytestmark = pytest.mark.django_db
NAME, PHONE = "Lò Thị Thử Nghiệm", "0912000417"


@pytest.fixture
def desk_unit(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    unit = make.unit()
    make.unit_key(unit)
    make.worker_key()
    yield unit
    seal.forget_public_keys()


@pytest.fixture
def commander(desk_unit):
    made = make.officer()
    make.post(made, unit=desk_unit, role=Post.Role.COMMANDER)
    return made


def picture(colour, size=(64, 48)):
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def tip(desk_unit, commander):
    made = make.tip(unit=desk_unit, text="Xe tải đổ đất xuống mương", reference="K-417")
    make.message(made, "Xe quay lại lúc tối")
    for content in (picture("teal"), picture("olive"), picture("navy")):
        store_attachment(made.pk, desk_unit.pk, content)
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    SealedIdentity.objects.create(
        tip_ref=made.pk,
        unit_id=desk_unit.pk,
        kind=SealedIdentity.Kind.CONTENT,
        holds=["name"],
        ciphertext=seal.seal_for_unit(
            desk_unit.pk, f"{NAME} {PHONE}", kind=SealedKind.CONTENT, ref=made.pk
        ),
    )
    triage.accept_tip(made.pk, by=commander)
    return made


def fetched(desk_client, commander, tip, **told):
    sign_in(desk_client, commander)
    told = {"handed_for": "crime", "reason": "Giao cho đội điều tra"} | told
    return desk_client.post(reverse("tip-hand-over", "keng.site.desk_urls", args=[tip.pk]), told)


def unpacked(answer, folder):
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
        return packed.namelist()


def test_a_standard_tool_finds_every_file_unchanged(desk_client, commander, tip, tmp_path):
    answer = fetched(desk_client, commander, tip)
    assert answer["Content-Type"] == "application/zip"
    assert "k-417.zip" in answer["Content-Disposition"]
    folder = tmp_path / "out"
    names = unpacked(answer, folder)
    assert {"hand-over.pdf", "hand-over.json", "SHA256SUMS"} <= set(names)
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("OK") == len(names) - 1
    (folder / "hand-over.json").write_text("{}")
    changed = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    assert changed.returncode != 0


def test_words_times_decisions_and_files_stand_in_it(desk_client, commander, tip, tmp_path):
    unpacked(fetched(desk_client, commander, tip), tmp_path / "out")
    said = json.loads((tmp_path / "out" / "hand-over.json").read_text())
    assert said["words"] == "Xe tải đổ đất xuống mương"
    assert [line["words"] for line in said["dialogue"]] == ["Xe quay lại lúc tối"]
    assert str(commander) in said["decisions"][0]["who"]
    page = PdfReader(tmp_path / "out" / "hand-over.pdf")
    text = " ".join(sheet.extract_text() for sheet in page.pages)
    assert "Xe tải đổ đất" in text
    assert "K-417" in text
    assert (tmp_path / "out" / "copies" / "file-1.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    first = tip.attachments.order_by("id").first()
    sealed = (tmp_path / "out" / "originals" / "file-1.sealed").read_bytes()
    assert sealed == (tmp_path / first.original_path).read_bytes()


def test_paper_alone_names_each_file_with_its_hash_and_says_how_to_check_it(
    desk_client, commander, tip, desk_unit, tmp_path
):
    Unit.objects.filter(pk=desk_unit.pk).update(desk_phone="024 3999 0417")
    second = tip.attachments.order_by("id")[1]
    with TestCase.captureOnCommitCallbacks(execute=True):
        viewing.quarantine_file(second.pk, by=commander)
    folder = tmp_path / "out"
    names = unpacked(fetched(desk_client, commander, tip), folder)
    page = PdfReader(folder / "hand-over.pdf")
    text = " ".join(" ".join(sheet.extract_text() for sheet in page.pages).split())
    for name in set(names) - {"hand-over.pdf", "SHA256SUMS"}:
        assert name in text
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in text
    assert "file-1*" not in text
    for told in ("certutil -hashfile", "sha256sum -c", "024 3999 0417", desk_unit.name):
        assert told in text
    said = json.loads((folder / "hand-over.json").read_text())
    steps = [line["what"] for line in said["decisions"]]
    assert [step for step in steps if "2" in step and "cách ly" in step]
    assert str(commander) == said["decisions"][-2]["who"]


def test_nobody_is_in_it(desk_client, commander, tip, tmp_path):
    unpacked(fetched(desk_client, commander, tip), tmp_path / "out")
    text = b"".join(each.read_bytes() for each in (tmp_path / "out").rglob("*") if each.is_file())
    page = PdfReader(tmp_path / "out" / "hand-over.pdf")
    text += " ".join(sheet.extract_text() for sheet in page.pages).encode()
    for planted in (NAME, "Thử Nghiệm", PHONE, PHONE[1:]):
        assert planted.encode() not in text
    # What is looked for is found where it stands.
    assert "Xe tải đổ đất".encode() in text


def test_what_is_in_quarantine_is_left_out(desk_client, commander, tip, tmp_path):
    second = tip.attachments.order_by("id")[1]
    with TestCase.captureOnCommitCallbacks(execute=True):
        viewing.quarantine_file(second.pk, by=commander)
    names = unpacked(fetched(desk_client, commander, tip), tmp_path / "out")
    assert "copies/file-1.jpg" in names
    assert not [name for name in names if "file-2" in name]
    said = json.loads((tmp_path / "out" / "hand-over.json").read_text())
    assert said["files"][1]["copy"] == said["files"][1]["original"]


def test_what_is_put_in_quarantine_while_it_leaves_is_left_out(
    desk_client, commander, tip, tmp_path
):
    answer = fetched(desk_client, commander, tip)
    pieces = iter(answer.streaming_content)
    begun = [next(pieces)]
    # Behind page and list the first file has begun, so the files were looked up before.
    while b"".join(begun).count(b"PK\x03\x04") < 3:
        begun.append(next(pieces))
    third = tip.attachments.order_by("id")[2]
    with TestCase.captureOnCommitCallbacks(execute=True):
        viewing.quarantine_file(third.pk, by=commander)
    with zipfile.ZipFile(io.BytesIO(b"".join([*begun, *pieces]))) as packed:
        assert not [name for name in packed.namelist() if "file-3" in name]


def test_parts_that_were_blacked_out_are_black_in_it(desk_client, commander, tip, tmp_path):
    first = tip.attachments.order_by("id").first()
    copy = store.open_viewing_copy(first.viewing_path)
    black = redact.blacked_out_copy(copy, redact.ticked_cells(["0-0"], ["15"]))
    viewing.keep_covered_copy(first.pk, picture=black, by=commander)
    unpacked(fetched(desk_client, commander, tip), tmp_path / "out")
    with Image.open(tmp_path / "out" / "copies" / "file-1.jpg") as handed:
        assert sum(handed.getpixel((1, 1))) < 40
        assert sum(handed.getpixel((32, 47))) < 40
        assert sum(handed.getpixel((32, 24))) > 100


def test_it_is_on_record_before_the_first_byte_leaves(desk_client, commander, tip):
    answer = fetched(desk_client, commander, tip)
    entry = Entry.objects.get(action="tip.hand_over")
    assert entry.actor_id == str(commander.pk)
    assert entry.detail == {"handed_for": "crime"}
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize("told", [{"reason": " "}, {"handed_for": ""}, {"handed_for": "curious"}])
def test_without_a_reason_nothing_leaves(desk_client, commander, tip, told):
    answer = fetched(desk_client, commander, tip, **told)
    assert answer.status_code == 422
    assert not Entry.objects.filter(action="tip.hand_over").exists()


def test_an_officer_on_duty_and_another_unit_get_none(desk_client, desk_unit, tip):
    duty, stranger = make.officer(), make.officer()
    make.post(duty, unit=desk_unit)
    make.post(stranger, unit=make.unit(), role=Post.Role.COMMANDER)
    assert fetched(desk_client, duty, tip).status_code == 403
    assert fetched(desk_client, stranger, tip).status_code == 404
    assert not Decision.objects.filter(kind="hand_over").exists()


def test_too_much_is_refused_in_words(desk_client, commander, tip):
    Attachment.objects.filter(tip=tip).update(size=600 * 1024**2)
    answer = fetched(desk_client, commander, tip)
    assert answer.status_code == 422
    assert "quá lớn" in answer.content.decode()
    assert not Entry.objects.filter(action="tip.hand_over").exists()


def test_whoever_fetches_it_too_slowly_gets_no_whole_file(desk_client, commander, tip, monkeypatch):
    monkeypatch.setattr(package, "_WITHIN_SECONDS", -1.0)
    with pytest.raises(package.TookTooLong):
        b"".join(fetched(desk_client, commander, tip).streaming_content)


def test_an_answer_that_is_still_held_is_not_in_it(desk_client, commander, tip, tmp_path):
    later = times.now() + dt.timedelta(minutes=1)
    DialogueMessage.objects.create(
        tip=tip, author="desk", officer=commander, text="Chưa gửi", visible_at=later
    )
    unpacked(fetched(desk_client, commander, tip), tmp_path / "out")
    assert "Chưa gửi" not in (tmp_path / "out" / "hand-over.json").read_text()


def test_the_act_asks_for_a_reason_too(commander, tip):
    with pytest.raises(NoReason):
        hand_over.record_hand_over(tip.pk, handed_for="crime", reason=" ", by=commander)
