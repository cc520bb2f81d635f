"""Files that chats point at: fetched once, kept sealed, shown without place, swept at last."""

import io
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import TestCase
from django.urls import reverse
from PIL import Image

from keng.channels.fake import running_provider
from keng.channels.telegram.fake import FakeTelegram
from keng.conftest import sign_in
from keng.decisions import closing, out_of_scope, viewing
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Inbound, InboundMedia
from keng.files import download, store
from keng.intake import fetch_media
from keng.intake.chat_handlers import MEDIA_BOX
from keng.intake.fetch_media import fetch_files
from keng.kit import times
from keng.kit.ids import new_id
from keng.kit.secrets import site_box
from keng.kit.storage_away import StorageAway
from keng.tips.attachments import store_attachment
from keng.tips.errors import NotYours
from keng.tips.models import Attachment, Tip
from keng.tips.sweep_files import sweep_files
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db
PASSPHRASE = "words-for-a-test"
# Of a sealed file: its form, the wrapped key, the nonce and the tag.
OVERHEAD = 1 + 1168 + 12 + 16


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    yield tmp_path
    seal.forget_public_keys()


@pytest.fixture
def tip():
    made = make.tip(unit=make.unit())
    keys.make_unit_keys(PASSPHRASE)
    make.worker_key()
    return made


def kept_with_copy(tip, content, mime="", **fields):
    """As it stands once the worker has come to it."""
    kept = store_attachment(tip.pk, tip.responsible_unit_id, content, mime, **fields)
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    kept.refresh_from_db()
    return kept


def picture(size=(640, 480)):
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (21.0, 16.0, 0.0)  # where it was taken
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


@pytest.fixture
def server():
    """A provider's file server on this machine; `answers` maps a path to status, headers, body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found.asked.append(self.path)
            time.sleep(found.waits)
            status, headers, body = found.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for start in range(0, len(body), found.drip or len(body)):
                self.wfile.write(body[start : start + (found.drip or len(body))])
                if found.drip:
                    time.sleep(found.waits)

        def log_message(self, *args):
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.answers, found.asked = {}, []
    # Seconds before an answer and between its parts; bytes of a part, 0 for all at once.
    found.waits, found.drip = 0, 0
    found.base = f"http://127.0.0.1:{found.server_port}"
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def pointed_at(tip, url, base_url=""):
    account = make.channel_account(unit=tip.responsible_unit, channel="zalo_oa", base_url=base_url)
    inbound = Inbound.objects.create(
        account=account, channel="zalo_oa", kind="image", tip_ref=tip.pk
    )
    return InboundMedia.objects.create(
        inbound=inbound, kind="image", url_sealed=bytes(site_box(MEDIA_BOX).encrypt(url.encode()))
    )


def test_a_picture_is_kept_sealed_with_a_plain_copy_to_view(tip, own_folder):
    content = picture()
    kept = kept_with_copy(tip, content, "text/html")
    assert (kept.kind, kept.mime) == ("image", "image/jpeg")
    assert len(content) <= kept.size <= 1.25 * len(content)
    private = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[tip.responsible_unit_id]
    assert store.open_original(kept.original_path, private) == content
    shown = store.open_viewing_copy(kept.viewing_path)
    with Image.open(io.BytesIO(shown)) as opened:
        assert not opened.getexif()
        assert opened.size == (480, 640)
    assert b"Secret Camera" not in shown
    on_disk = b"".join(p.read_bytes() for p in own_folder.rglob("*") if p.is_file())
    assert b"Secret Camera" not in on_disk
    assert b"JFIF" not in on_disk


@pytest.mark.parametrize("length", [0, 1, 4000, 70_001, 69_500])
def test_the_disk_does_not_tell_how_long_a_file_was(tip, own_folder, length):
    unit_id = tip.responsible_unit_id
    content = b"\0" * length
    path = store.keep_original(content, unit_id=unit_id)
    kept = (own_folder / path).stat().st_size - OVERHEAD
    # Whatever is sealed is filled up once more (vault.seal).
    assert kept == (4352 if length <= 4000 else 82176)
    private = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[unit_id]
    assert store.open_original(path, private) == content


def test_a_file_that_was_kept_before_opens_as_it_is(tip, own_folder):
    unit_id = tip.responsible_unit_id
    file = new_id()
    path = own_folder / "files" / str(file)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(seal.seal_for_unit(unit_id, b"as it was", kind="file", ref=file))
    private = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[unit_id]
    assert store.open_original(f"files/{file}", private) == b"as it was"


def test_what_is_no_picture_has_no_copy_to_view(tip):
    broken = kept_with_copy(tip, b"\xff\xd8\xff broken", "image/jpeg")
    voice = kept_with_copy(tip, b"OggS voice", "image/png")
    assert (broken.viewing_path, voice.viewing_path, voice.kind) == ("", "", "audio")


def test_a_file_is_fetched_once_and_its_address_forgotten(tip, server):
    server.answers["/a.jpg"] = (302, {"Location": "/b.jpg"}, b"")
    server.answers["/b.jpg"] = (200, {"Content-Type": "image/jpeg"}, picture())
    media = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    assert (fetch_files(), fetch_files()) == (1, 0)
    media.refresh_from_db()
    assert media.fetched_at
    assert bytes(media.url_sealed) == b""
    assert Attachment.objects.get().tip == tip
    assert server.asked == ["/a.jpg", "/b.jpg"]


@pytest.fixture
def telegram():
    with running_provider(FakeTelegram()) as fake:
        yield fake


def handle_of(tip, fake, handle):
    """A message of Telegram's: its file comes as a handle, and the token is the account's."""
    secrets = dict(fake.credentials())
    account = make.channel_account(
        unit=tip.responsible_unit, channel="telegram", base_url=secrets.pop("api_base")
    )
    keep_secrets(account, secrets)
    account.save()
    inbound = Inbound.objects.create(
        account=account, channel="telegram", kind="image", tip_ref=tip.pk
    )
    return InboundMedia.objects.create(
        inbound=inbound,
        kind="image",
        url_sealed=bytes(site_box(MEDIA_BOX).encrypt(handle.encode())),
    )


def test_a_file_that_comes_as_a_handle_is_asked_for_and_fetched(tip, telegram, caplog):
    telegram.files["handle-1"] = picture()
    media = handle_of(tip, telegram, "handle-1")
    assert fetch_files() == 1
    media.refresh_from_db()
    assert media.fetched_at
    assert Attachment.objects.get().tip == tip
    assert telegram.settings.bot_token not in caplog.text


def test_a_handle_that_the_provider_does_not_know_is_lost_and_a_busy_one_is_asked_again(
    tip, telegram
):
    media = handle_of(tip, telegram, "handle-2")
    telegram.faults.next(match="getFile", status=500, body={})
    fetch_files()
    media.refresh_from_db()
    assert media.lost_at is None
    InboundMedia.objects.update(next_try_at=times.now())
    fetch_files()
    media.refresh_from_db()
    assert media.lost_at


def test_an_address_that_is_not_the_providers_is_never_asked(tip, server):
    media = pointed_at(tip, f"{server.base}/a.jpg")
    fetch_files()
    media.refresh_from_db()
    assert media.lost_at
    assert server.asked == []


@pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:1/admin", "http://["])
def test_a_redirect_to_somewhere_else_is_not_followed(tip, server, elsewhere):
    server.answers["/a.jpg"] = (302, {"Location": elsewhere}, b"")
    media = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    fetch_files()
    media.refresh_from_db()
    assert media.lost_at
    assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_is_given_up(tip, server, monkeypatch):
    monkeypatch.setitem(download.MOST_BYTES, "image", 100)
    server.answers["/a.jpg"] = (200, {}, b"x" * 101)
    media = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    fetch_files()
    media.refresh_from_db()
    assert media.lost_at


def test_a_file_has_one_time_for_all_its_redirects(tip, server, monkeypatch):
    monkeypatch.setattr(download, "DOWNLOAD_WITHIN", 1.0)
    server.waits = 0.4
    for n in range(3):
        server.answers[f"/{n}"] = 302, {"Location": f"/{n + 1}"}, b"moved"
    server.answers["/3"] = 200, {"Content-Type": "image/jpeg"}, picture()
    row = pointed_at(tip, f"{server.base}/0", server.base)
    fetch_files()
    row.refresh_from_db()
    assert (row.fetched_at, row.lost_at, row.tries) == (None, None, 1)
    assert not tip.attachments.exists()


def test_a_server_that_drips_is_left_when_the_time_is_over(tip, server, monkeypatch):
    # The first part comes after a second, the last after forty.
    monkeypatch.setattr(download, "DOWNLOAD_WITHIN", 3.0)
    server.answers["/drip"] = 200, {"Content-Type": "image/jpeg"}, picture()[:400]
    server.waits, server.drip = 1, 10
    row = pointed_at(tip, f"{server.base}/drip", server.base)
    began = time.monotonic()
    fetch_files()
    assert time.monotonic() - began < 20
    row.refresh_from_db()
    assert (row.fetched_at, row.tries) == (None, 1)


def test_a_failing_server_is_asked_six_times_over_a_day_and_then_given_up(tip, server):
    server.answers["/a.jpg"] = (500, {}, b"")
    media = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    for tries in range(1, 7):
        assert (fetch_files(), fetch_files()) == (1, 0)
        media.refresh_from_db()
        assert (media.tries, media.lost_at is not None) == (tries, tries == 6)
        assert media.next_try_at > times.now()
        InboundMedia.objects.update(next_try_at=times.now())
    assert len(server.asked) == 6


def test_a_file_of_a_chat_belongs_to_the_message_that_pointed_at_it(tip, server):
    server.answers["/a.jpg"] = (200, {"Content-Type": "image/jpeg"}, picture())
    media = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    said = make.message(tip, "Ảnh đây", inbound_ref=media.inbound_id)
    fetch_files()
    assert Attachment.objects.get().message == said


def test_files_of_a_tip_out_of_scope_are_not_fetched_unless_the_reporter_objects(tip, server):
    server.answers["/a.jpg"] = (200, {"Content-Type": "image/jpeg"}, picture())
    media = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    officer = make.officer(unit=tip.responsible_unit)
    closing.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    assert (fetch_files(), server.asked) == (0, [])
    out_of_scope.object_to_sealing(tip.pk)
    assert fetch_files() == 1
    media.refresh_from_db()
    assert media.fetched_at


def test_a_file_that_arrives_after_the_decision_is_not_kept(tip, server):
    server.answers["/a.jpg"] = (200, {"Content-Type": "image/jpeg"}, picture())
    media = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    claimed = fetch_media._claim_files()
    officer = make.officer(unit=tip.responsible_unit)
    closing.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    fetch_media._settle_file(claimed[0], (picture(), "image/jpeg"))
    assert not Attachment.objects.exists()
    Tip.objects.update(closed_at=times.now() - 2 * out_of_scope.OBJECTION_WITHIN)
    assert out_of_scope.destroy_expired_content() == 1
    media.refresh_from_db()
    assert (media.fetched_at, bytes(media.url_sealed)) == (None, b"")
    assert media.lost_at


def test_the_desk_sees_which_words_a_file_came_with(desk_client, tip):
    store_attachment(tip.pk, tip.responsible_unit_id, picture())
    said = make.message(tip, "Ảnh nữa đây")
    later = store_attachment(tip.pk, tip.responsible_unit_id, picture((64, 48)), message=said)
    desk = sign_in(desk_client, make.officer(unit=tip.responsible_unit))
    shown = desk.get(reverse("tip", args=[tip.pk]))
    assert [file.came_with for file in shown.context["attachments"]] == [None, said]
    assert [[file.pk for file in each.files] for each in shown.context["messages_said"]] == [
        [later.pk]
    ]
    assert "kèm lời nhắn" in shown.content.decode()


def test_files_of_a_tip_out_of_scope_are_neither_listed_nor_shown(desk_client, tip):
    officer = make.officer(unit=tip.responsible_unit)
    sign_in(desk_client, officer)
    page = reverse("tip", "keng.site.desk_urls", args=[tip.pk])
    kept = kept_with_copy(tip, picture())
    assert 'id="files"' in desk_client.get(page).content.decode()
    closing.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)
    # However a copy came to be there.
    Attachment.objects.update(viewing_path=kept.viewing_path)
    assert 'id="files"' not in desk_client.get(page).content.decode()
    with pytest.raises(NotYours):
        viewing.show_attachment(kept.pk, by=officer)


def test_files_without_a_row_are_swept_after_a_day_and_the_others_stay(tip, own_folder):
    kept = kept_with_copy(tip, picture())
    orphan = store.keep_viewing_copy(b"left behind")
    young = store.keep_viewing_copy(b"being written")
    yesterday = time.time() - 25 * 3600
    for name in (kept.original_path, kept.viewing_path, orphan):
        os.utime(own_folder / name, (yesterday, yesterday))
    sweep_files()
    left = {
        str(p.relative_to(own_folder)) for p in (own_folder / "files").rglob("*") if p.is_file()
    }
    assert left == {kept.original_path, kept.viewing_path, young}


def test_without_room_files_of_a_report_nobody_has_read_wait_and_lose_no_try(
    tip, server, monkeypatch
):
    server.answers["/a.jpg"] = (200, {"Content-Type": "image/jpeg"}, picture())
    row = pointed_at(tip, f"{server.base}/a.jpg", server.base)
    monkeypatch.setattr("keng.tips.unread_files._disk_bytes", lambda: -5)
    assert fetch_files() == 0
    row.refresh_from_db()
    assert (row.tries, row.lost_at) == (0, None)
    Tip.objects.update(first_read_at=times.now())
    assert fetch_files() == 1
    assert Attachment.objects.count() == 1


def test_while_the_store_of_files_is_away_no_try_is_lost_and_the_file_comes_later(
    tip, server, monkeypatch
):
    server.answers["/a.jpg"] = (200, {"Content-Type": "image/jpeg"}, picture())
    row = pointed_at(tip, f"{server.base}/a.jpg", server.base)

    def away(*_given, **_more):
        raise StorageAway("ConnectTimeoutError")

    with monkeypatch.context() as patched:
        patched.setattr(store, "keep_original", away)
        for _ in range(8):
            assert fetch_files() == 1
            InboundMedia.objects.update(next_try_at=times.now())
    row.refresh_from_db()
    assert (row.tries, row.lost_at, Attachment.objects.count()) == (0, None, 0)
    assert fetch_files() == 1
    assert Attachment.objects.count() == 1
