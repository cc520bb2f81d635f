"""Copies to view of pictures: by the worker, confined, in time; else the reason there is none."""

import datetime as dt
import functools
import importlib
import io
import json
import os
import subprocess
import sys
import time
import uuid

import pytest
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from nacl.exceptions import CryptoError
from PIL import Image

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import closing
from keng.dialogue import reporter, withdrawal
from keng.files import store
from keng.files.pictures import confined
from keng.files.tests.fake_clamd import SIGNATURE, FakeClamd
from keng.kit import times
from keng.kit.database import data_folder
from keng.tips import sweep_files, viewing_copies
from keng.tips.attachments import store_attachment
from keng.tips.models import Attachment, DialogueMessage, WaitingPicture
from keng.vault import keys, opening, seal
from keng.vault.models import WorkerKey
from tests import make, phone_files

pytestmark = pytest.mark.django_db
# A phone's usual picture, and its largest.
USUAL, LARGEST = (5712, 4284), (8165, 6124)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    yield tmp_path
    seal.forget_public_keys()


@pytest.fixture
def tip(own_folder):
    unit = make.unit()
    make.unit_key(unit)
    make.worker_key()
    return make.tip(unit=unit)


def encoded(picture, format="PNG", **options):
    made = io.BytesIO()
    picture.save(made, format, **options)
    return made.getvalue()


def small(format="PNG"):
    return encoded(Image.new("RGB", (40, 30), "red"), format)


def photo(size, mode="RGB"):
    """As hard to press together as what a camera sees, made quickly."""
    width, height = (side // 16 for side in size)
    noise = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
    return noise.resize(size, Image.Resampling.BILINEAR).convert(mode)


@functools.cache
def bomb():
    return encoded(Image.new("RGBA", (7740, 7740), (200, 10, 10, 255)))


def sent(tip, content, **fields):
    return store_attachment(tip.pk, tip.responsible_unit_id, content, **fields)


def settled(tip, content):
    kept = sent(tip, content)
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    kept.refresh_from_db()
    return kept


def waiting_files():
    return list((data_folder() / "files" / "waiting").glob("*"))


def words_to_reporter(tip):
    said = tip.messages.filter(author=DialogueMessage.Author.AUTOMATIC)
    return list(said.order_by("id").values_list("text", flat=True))


# What the system counts of a child begins with the size of its parent, so it is asked itself.
MEASURED = """
import sys
from keng.files.pictures import decoding
with open("/proc/self/status") as status:
    code = decoding.main()
    status.seek(0)
    sys.stderr.write(status.read().partition("VmHWM:")[2].split()[0])
    sys.exit(code)
"""


def confined_run(content):
    """Exit status, most memory in bytes, and what the confined process wrote."""
    wanted = {"size": len(content), "side": confined.LARGEST_SIDE}
    ended = subprocess.run(
        [sys.executable, "-I", "-c", MEASURED, json.dumps(wanted)],
        input=content,
        env={},
        capture_output=True,
        check=False,
    )
    return ended.returncode, int(ended.stderr) * 1024, ended.stdout


@pytest.mark.parametrize(
    ("size", "mode", "format", "options"),
    [
        (USUAL, "RGB", "JPEG", {}),
        (LARGEST, "RGB", "JPEG", {}),
        (LARGEST, "RGB", "JPEG", {"progressive": True}),
        (LARGEST, "RGB", "PNG", {"compress_level": 1}),
        (LARGEST, "RGBA", "PNG", {"compress_level": 1}),
    ],
)
def test_what_phones_send_gets_a_copy_within_300_mb(size, mode, format, options):
    picture = photo(size, mode) if format == "JPEG" else Image.new(mode, size, "teal")
    code, memory, made = confined_run(encoded(picture, format, **options))
    assert code == 0
    assert memory < 300_000_000
    with Image.open(io.BytesIO(made)) as copy:
        assert copy.format == "JPEG"
        assert max(copy.size) == confined.LARGEST_SIDE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bomb, "too_large"),
        (lambda: b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + 6 * b"\x3f", "too_large"),
        (lambda: small("JPEG")[:300], "broken"),
        (lambda: encoded(photo((640, 480)), "JPEG")[:-4000], "broken"),
        (lambda: b"\x89PNG\r\n\x1a\n" + os.urandom(4000), "broken"),
        (lambda: b"RIFF\0\0\0\0WEBP" + os.urandom(4000), "broken"),
        (lambda: b"GIF89a", "broken"),
        (lambda: b"", "broken"),
    ],
)
def test_what_cannot_be_opened_safely_is_refused_with_the_reason(content, reason):
    with pytest.raises(confined.CannotCopy) as refused:
        confined.copy_picture(content())
    assert refused.value.reason == reason


def test_the_picture_of_several_that_phones_write_is_read():
    """A JPEG with a second one behind it (MPO): its reader is loaded before nothing can be."""
    first, second = Image.new("RGB", (80, 60), "red"), Image.new("RGB", (40, 30), "blue")
    made = encoded(first, "MPO", save_all=True, append_images=[second])
    with Image.open(io.BytesIO(confined.copy_picture(made))) as copy:
        assert copy.size == (80, 60)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_copy_stands_upright_and_says_nothing_of_place_and_device(turned):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Secret Camera", turned
    picture = Image.new("RGB", (64, 32), "white")
    picture.paste("red", (0, 0, 32, 16))
    copy = confined.copy_picture(encoded(picture, "JPEG", exif=exif, quality=95))
    assert b"Secret" not in copy
    with Image.open(io.BytesIO(copy)) as upright:
        assert not upright.getexif()
        assert upright.size == ((64, 32) if turned < 5 else (32, 64))
        across = 3 if turned in {2, 3, 6, 7} else 1
        down = 3 if turned in {3, 4, 7, 8} else 1
        amid_red = (across * upright.width // 4, down * upright.height // 4)
        assert upright.getpixel(amid_red)[1] < 100


def test_what_shines_through_is_on_white():
    with Image.open(
        io.BytesIO(confined.copy_picture(encoded(Image.new("RGBA", (40, 30)))))
    ) as copy:
        assert min(copy.getpixel((20, 15))) > 250


def test_the_confined_process_has_no_file_no_network_no_child_and_little_memory():
    tried = (
        "import os, socket, resource\n"
        "from keng.files.pictures import decoding\n"
        "from keng.kit.closed_memory import forbid_new_privileges\n"
        "forbid_new_privileges()\n"
        "decoding.confine_process()\n"
        "def refused(act):\n"
        "    try: act()\n"
        "    except (OSError, MemoryError): return True\n"
        "assert refused(lambda: open('/etc/passwd'))\n"
        "assert refused(lambda: socket.socket())\n"
        "assert refused(lambda: bytearray(310_000_000))\n"
        "assert resource.getrlimit(resource.RLIMIT_NPROC) == (0, 0)\n"
        "assert resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)\n"
        "assert refused(lambda: os.kill(os.getppid(), 0))\n"
        "assert refused(lambda: os.fork() or os._exit(0))\n"
        "assert refused(lambda: os.execv('/bin/true', ['true']))\n"
        # Also where a broken decoder has made room for one more.
        "os.close(0)\n"
        "assert refused(lambda: open('/etc/passwd'))\n"
        "assert refused(lambda: socket.socket())\n"
        "print(sorted(set(os.environ) - {'LC_CTYPE'}))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-I", "-c", tried], env={}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "[]\n"), ended.stderr


def test_what_was_sent_waits_under_a_key_that_goes_with_the_copy(tip, own_folder):
    content = small("JPEG")
    kept = sent(tip, content)
    assert (kept.no_copy, kept.viewing_path) == ("waiting", "")
    row = WaitingPicture.objects.get()
    (file,) = waiting_files()
    assert b"JFIF" not in file.read_bytes()
    assert store.open_for_worker(row.path, bytes(row.key_sealed)) == content
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert (viewing_copies.make_next_copy(), viewing_copies.make_next_copy()) == (1, 0)
    kept.refresh_from_db()
    assert kept.no_copy == ""
    assert store.open_viewing_copy(kept.viewing_path).startswith(b"\xff\xd8\xff")
    assert not WaitingPicture.objects.exists()
    assert waiting_files() == []
    assert (own_folder / kept.original_path).exists()
    assert words_to_reporter(tip) == []


def test_only_the_worker_opens_what_waits_for_it(tip, monkeypatch):
    sent(tip, small())
    row = WaitingPicture.objects.get()
    monkeypatch.delenv("KENG_WORKER_KEYS")
    with pytest.raises(opening.NotTheWorker):
        store.open_for_worker(row.path, bytes(row.key_sealed))


def test_the_workers_key_is_renewed_and_the_old_one_is_dropped(tip):
    picture = {"kind": "waiting", "ref": uuid.uuid4()}
    sealed = seal.seal_for_worker(b"picture", **picture)
    (first,) = keys.worker_folder().iterdir()
    keys.renew_worker_key()
    assert list(keys.worker_folder().iterdir()) == [first]
    assert first.stat().st_mode & 0o777 == 0o600
    WorkerKey.objects.update(created_at=times.now() - dt.timedelta(hours=2))
    keys.renew_worker_key()
    assert len(list(keys.worker_folder().iterdir())) == 2
    assert opening.open_as_worker(sealed, **picture) == b"picture"
    WorkerKey.objects.filter(retired_at__isnull=False).update(
        retired_at=times.now() - dt.timedelta(hours=1)
    )
    os.utime(first, (time.time() - 3600, time.time() - 3600))
    keys.renew_worker_key()
    assert not first.exists()
    with pytest.raises(CryptoError):
        opening.open_as_worker(sealed, **picture)
    seal.forget_public_keys()
    another = seal.seal_for_worker(b"another", **picture)
    assert opening.open_as_worker(another, **picture) == b"another"


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (bomb, "too_large", "quá lớn"),
        (lambda: small("JPEG")[:200], "broken", "tệp hỏng"),
        (lambda: b"PK\x03\x04" + bytes(40), "unknown", "ảnh chụp màn hình"),
    ],
)
def test_what_cannot_be_shown_is_said_to_desk_and_reporter(
    tip, desk_client, content, reason, words
):
    kept = settled(tip, content())
    settled(tip, content())
    assert (kept.no_copy, kept.viewing_path) == (reason, "")
    (said,) = words_to_reporter(tip)
    assert "không mở được" in said
    assert words in said
    entry = Entry.objects.get(action="attachment.not_shown", object_id=str(kept.pk))
    assert entry.detail == {"tip": str(tip.pk), "reason": reason}
    sign_in(desk_client, make.officer(unit=tip.responsible_unit))
    page = desk_client.get(reverse("tip", "keng.site.desk_urls", args=[tip.pk])).content.decode()
    assert "không có bản xem: " in page
    assert "Tệp 1 không có bản xem" in page


def test_a_film_waits_for_its_copy_and_the_pages_of_a_document_are_shown(tip, desk_client):
    film = settled(tip, phone_files.film(seconds=1))
    paper = settled(tip, phone_files.pdf("So du", "Trang hai"))
    assert (film.kind, paper.kind) == ("video", "file")
    sign_in(desk_client, make.officer(unit=tip.responsible_unit))
    page = desk_client.post(f"/tips/attachments/{paper.pk}/").content.decode()
    assert page.count("data:image/jpeg;base64,") == 2
    assert "Trang 2 của tài liệu người báo gửi" in page
    page = desk_client.post(f"/tips/attachments/{film.pk}/").content.decode()
    address = page.partition('src="/tips/attachments/')[2].partition('"')[0]
    answer = desk_client.get(f"/tips/attachments/{address}".replace("&amp;", "&"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "video/mp4")
    assert words_to_reporter(tip) == []


def test_a_film_that_a_browser_could_play_waits_too_and_then_says_nothing(tip):
    """What a camera writes between the pictures stands where no box can be blanked."""
    content = phone_files.film(video="libx264", container="mp4", seconds=1)
    assert phone_files.DEVICE.encode() in content
    kept = sent(tip, content)
    assert kept.no_copy == "waiting"
    kept = settled(tip, content)
    assert kept.no_copy == ""
    assert phone_files.DEVICE.encode() not in store.open_viewing_copy(kept.viewing_path)


def test_pictures_do_not_wait_for_films(tip):
    sent(tip, phone_files.film(seconds=1))
    later = sent(tip, small())
    assert viewing_copies._lease_picture().attachment_id == later.pk


def test_in_a_chat_it_is_said_there(tip):
    make.conversation(tip)
    settled(tip, b"\x89PNG\r\n\x1a\n")
    said = tip.messages.get(author=DialogueMessage.Author.AUTOMATIC)
    assert said.dispatch_ref


def test_as_long_as_it_waits_the_desk_says_so(tip, desk_client):
    sent(tip, small())
    sign_in(desk_client, make.officer(unit=tip.responsible_unit))
    page = desk_client.get(reverse("tip", "keng.site.desk_urls", args=[tip.pk])).content.decode()
    assert "Đang chuẩn bị bản xem" in page
    assert "data-view" not in page
    assert 'hx-trigger="every 3s"' in page
    make.copies_to_view()
    again = {"path": f"/tips/{tip.pk}/?part=files", "headers": {"HX-Request": "true"}}
    part = desk_client.get(**again).content.decode()
    assert part.lstrip().startswith('<div class="inset stack" id="files"')
    assert "data-view" in part
    assert "hx-trigger" not in part
    sign_in(desk_client, make.officer(unit=make.unit()))
    assert desk_client.get(**again).status_code == 404


def test_after_ten_minutes_it_is_given_up_and_the_key_is_gone(tip):
    kept = sent(tip, small())
    WaitingPicture.objects.update(
        since=times.now() - viewing_copies.COPY_WITHIN - dt.timedelta(seconds=1)
    )
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert viewing_copies.make_next_copy() == 1
    kept.refresh_from_db()
    assert kept.no_copy == "late"
    assert not WaitingPicture.objects.exists()
    assert waiting_files() == []
    assert "lỗi là ở phía chúng tôi" in words_to_reporter(tip)[0]


def test_without_a_key_of_the_worker_the_report_is_taken_all_the_same(tip):
    WorkerKey.objects.all().delete()
    seal.forget_public_keys()
    kept = settled(tip, small())
    assert kept.no_copy == "late"
    assert kept.original_path
    assert len(words_to_reporter(tip)) == 1


def test_what_another_worker_has_in_hand_is_left_to_it_and_tried_again_after_a_kill(tip):
    kept = sent(tip, small())
    assert viewing_copies._lease_picture() is not None
    assert viewing_copies.make_next_copy() == 0
    WaitingPicture.objects.update(leased_until=times.now() - dt.timedelta(seconds=1))
    assert viewing_copies.make_next_copy() == 1
    kept.refresh_from_db()
    assert kept.viewing_path


def test_a_picture_that_kills_the_worker_twice_is_not_tried_a_third_time(tip):
    kept = sent(tip, small())
    WaitingPicture.objects.update(tries=viewing_copies._TRIES)
    viewing_copies.make_next_copy()
    kept.refresh_from_db()
    assert (kept.no_copy, kept.viewing_path) == ("broken", "")


def test_whoever_is_slower_than_another_worker_changes_nothing(tip):
    kept = sent(tip, small())
    row = WaitingPicture.objects.get()
    viewing_copies.make_next_copy()
    viewing_copies._settle_picture(row.pk, reason=viewing_copies.NoCopy.BROKEN)
    kept.refresh_from_db()
    assert (kept.no_copy, bool(kept.viewing_path)) == ("", True)
    assert words_to_reporter(tip) == []


def test_taken_back_while_the_copy_is_made_nothing_of_it_stays(tip):
    kept = sent(tip, small())
    row = viewing_copies._lease_picture()
    withdrawal.withdraw_tip(tip.pk)
    with TestCase.captureOnCommitCallbacks(execute=True):
        withdrawal.destroy_withdrawn()
        viewing_copies._settle_picture(row.pk, copy=b"\xff\xd8\xff")
    kept.refresh_from_db()
    assert (kept.original_path, kept.viewing_path, kept.no_copy) == ("", "", "")
    assert not WaitingPicture.objects.exists()
    assert [path for path in (data_folder() / "files").rglob("*") if path.is_file()] == []


def test_out_of_scope_it_waits_for_the_end_to_be_taken_back_and_goes_in_time(tip):
    kept = sent(tip, small())
    officer = make.officer(unit=tip.responsible_unit)
    row = viewing_copies._lease_picture()
    closing.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    viewing_copies._settle_picture(row.pk, copy=b"\xff\xd8\xff")
    kept.refresh_from_db()
    assert kept.viewing_path == ""
    assert viewing_copies.make_next_copy() == 0
    WaitingPicture.objects.update(since=times.now() - 2 * viewing_copies.COPY_WITHIN)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert viewing_copies.make_next_copy() == 1
    assert waiting_files() == []
    assert not WaitingPicture.objects.exists()
    assert not any("không mở được" in words for words in words_to_reporter(tip))


def test_what_waits_for_nothing_is_swept_within_the_hour(tip):
    sent(tip, small())
    path, _key = store.keep_for_worker(b"its report was never sent")
    young, _key = store.keep_for_worker(b"being written")
    long_ago = time.time() - 21 * 60
    for name in (path, WaitingPicture.objects.get().path):
        os.utime(data_folder() / name, (long_ago, long_ago))
    sweep_files.sweep_waiting()
    assert {f"files/waiting/{file.name}" for file in waiting_files()} == {
        young,
        WaitingPicture.objects.get().path,
    }


def test_a_worker_without_a_run_left_no_copy_half_made(tip, monkeypatch):
    """Killed after the copy is on disk and before it is named: the next try makes it again."""
    kept = sent(tip, small())

    def killed(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(viewing_copies.store, "discard_files", killed)
        with pytest.raises(KeyboardInterrupt):
            viewing_copies.make_next_copy()
    kept.refresh_from_db()
    assert (kept.no_copy, kept.viewing_path) == ("waiting", "")
    WaitingPicture.objects.update(leased_until=times.now() - dt.timedelta(seconds=1))
    assert viewing_copies.make_next_copy() == 1
    kept.refresh_from_db()
    assert kept.no_copy == ""
    assert store.open_viewing_copy(kept.viewing_path).startswith(b"\xff\xd8\xff")


def test_the_role_of_the_site_hands_over_and_the_workers_makes_the_copy(tip, become):
    become("public")
    kept = store_attachment(tip.pk, tip.responsible_unit_id, small())
    reporter.add_reporter_message(tip.pk, text="Thêm ảnh", files=[(bomb(), "image/png")])
    become("worker")
    assert make.copies_to_view() == 2
    assert keys.renew_worker_key() == 0
    sweep_files.sweep_waiting()
    become("owner")
    kept.refresh_from_db()
    assert kept.viewing_path
    assert len(words_to_reporter(tip)) == 1


def test_the_row_says_neither_the_exact_size_nor_the_plain_hash(tip):
    content = small() + bytes(1000)
    first = sent(tip, content)
    other = sent(make.tip(unit=tip.responsible_unit), content)
    assert first.size != len(content)
    assert bytes(first.keyed_hash) != bytes(other.keyed_hash)


def test_sizes_of_before_are_rounded_as_those_of_now_are(tip):
    rounds = importlib.import_module("keng.tips.migrations.0029_sizes_are_rounded")
    exact = [1, 2, 7, 8, 9, 15, 17, 1000, 1024, 1025, 6540, 247_268, 2**24 + 1, 20 * 1024**2]
    kept = [sent(tip, f"{size}".encode()) for size in exact]
    for file, size in zip(kept, exact, strict=True):
        Attachment.objects.filter(pk=file.pk).update(size=size)
    with connection.cursor() as cursor:
        cursor.execute(rounds._ROUND)
    found = dict(Attachment.objects.values_list("pk", "size"))
    assert [found[file.pk] for file in kept] == [store.rounded_size(size) for size in exact]


def test_a_decoder_that_hangs_is_ended(monkeypatch, tmp_path):
    monkeypatch.setattr(confined, "WITHIN_SECONDS", 0.05)
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nexec sleep 60\n")
    endless.chmod(0o700)
    monkeypatch.setattr(confined.sys, "executable", str(endless))
    began = time.monotonic()
    with pytest.raises(confined.CannotCopy):
        confined.copy_picture(small())
    assert time.monotonic() - began < 20


@pytest.fixture
def scanner(tmp_path, monkeypatch):
    path = tmp_path / "clamd.ctl"
    monkeypatch.setenv("KENG_CLAMD", str(path))
    started = FakeClamd(path)
    yield started
    started.close()


def test_what_a_scanner_finds_harmful_has_no_copy_and_its_original_stays(tip, scanner):
    kept = settled(tip, small() + SIGNATURE)
    assert (kept.viewing_path, kept.no_copy, kept.scan_result) == ("", "infected", "harmful")
    assert (data_folder() / kept.original_path).exists()
    assert waiting_files() == []
    assert "mã độc" in words_to_reporter(tip)[-1]


def test_what_a_scanner_finds_clean_has_a_copy_and_says_so(tip, scanner):
    kept = settled(tip, small())
    assert (bool(kept.viewing_path), kept.scan_result) == (True, "clean")
    assert scanner.asked == [small()]


def test_a_recording_that_plays_as_it_came_is_scanned_too(tip, scanner):
    wave = b"RIFF" + (44).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0" + bytes(16) + SIGNATURE
    assert sent(tip, wave).viewing_path == ""
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    assert tip.attachments.get().no_copy == "infected"


def test_without_a_scanner_there_is_a_copy_and_it_says_that_nobody_scanned_it(tip):
    kept = settled(tip, small())
    assert (bool(kept.viewing_path), kept.scan_result) == (True, "")
