"""Files that were sent stay, so a network may send so many a day, and all so many unread ones."""

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keng.community.tests.resident import Resident, Stage
from keng.intake import fetch_media
from keng.kit import times
from keng.kit.upload_room import UPLOADS_FOLDER, NoRoom, UploadRoom, upload_room
from keng.tips import receipt_codes, unread_files
from keng.tips.models import Attachment, Receipt, Tip
from tests import make

pytestmark = pytest.mark.django_db
KB = 1024
SIZE = 64 * KB
CODE = receipt_codes.code_from_token("a-token-of-these-tests")


@pytest.fixture(autouse=True)
def own_folder(db, tmp_path, monkeypatch, public_client):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    upload_room.forget()
    yield
    upload_room.forget()


@pytest.fixture
def stage(own_folder):
    return Stage()


@pytest.fixture
def tip(stage):
    made = make.tip(unit=stage.unit, text="Có người rình xe ở cổng chợ")
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=made)
    make.message(made, made.text)
    return made


@pytest.fixture
def small_disk(monkeypatch, settings):
    """Files that nobody has read may take eight of those that are sent here."""
    settings.UNREAD_FILES_PERCENT = 20
    monkeypatch.setattr(unread_files, "_disk_bytes", lambda: 8 * SIZE * 5)


def film():
    """Of another content each: one that a report has already is not kept again."""
    return SimpleUploadedFile("anh.jpg", b"\xff\xd8\xff" + os.urandom(SIZE - KB - 3), "image/jpeg")


def opened(address):
    """A browser elsewhere that has the report of this receipt open."""
    browser = Client(REMOTE_ADDR=address)
    browser.post("/status/", {"code": CODE})
    return browser


def send(browser, count, text=""):
    answer = browser.post(
        "/status/tip/", {"text": text, "attached": [film() for _ in range(count)]}
    )
    return answer, answer.content.decode()


def test_one_network_sends_so_many_bytes_a_day_though_they_leave_the_folder(tip, settings):
    settings.NETWORK_DAY_BYTES = 7 * SIZE
    assert send(opened("10.1.1.1"), 5)[0].status_code == 303
    words = send(opened("10.1.1.200"), 5, text="những lời này")[1]
    assert "mạng của bạn đã gửi hết" in words
    assert "những lời này" in words
    assert Attachment.objects.count() == 5
    # Words, and whoever is elsewhere.
    assert send(opened("10.1.1.1"), 0, text="những lời này")[0].status_code == 303
    assert send(opened("10.2.1.1"), 5)[0].status_code == 303


def test_a_day_later_a_network_sends_again(settings):
    settings.NETWORK_DAY_BYTES = 2 * SIZE
    now = 0.0
    ours = UploadRoom(clock=lambda: now)
    for number in range(2):
        assert ours.reserve_room("a", f"{UPLOADS_FOLDER}/{number}", SIZE) is None
        ours.give_back(f"{UPLOADS_FOLDER}/{number}")
    assert ours.reserve_room("a", f"{UPLOADS_FOLDER}/2", SIZE) is NoRoom.DAY
    now = 86_400.0
    assert ours.reserve_room("a", f"{UPLOADS_FOLDER}/2", SIZE) is None


def test_a_file_that_broke_off_does_not_count_for_the_day(settings):
    settings.NETWORK_DAY_BYTES = 2 * SIZE
    ours = UploadRoom()
    for number in range(10):
        assert ours.reserve_room("a", f"{UPLOADS_FOLDER}/{number}", SIZE) is None
        ours.give_back(f"{UPLOADS_FOLDER}/{number}", is_whole=False)


def test_nought_is_no_limit_of_a_day(settings):
    settings.NETWORK_DAY_BYTES = 0
    ours = UploadRoom()
    for number in range(10):
        assert ours.reserve_room("a", f"{UPLOADS_FOLDER}/{number}", SIZE) is None
        ours.give_back(f"{UPLOADS_FOLDER}/{number}")


def test_files_nobody_has_read_have_a_share_of_the_disk_and_words_go_on(tip, small_disk, become):
    become("public")
    assert send(opened("10.1.1.1"), 5)[0].status_code == 303
    words = send(opened("10.2.1.1"), 5, text="những lời này")[1]
    assert "hết chỗ cho tệp" in words
    assert "những lời này" in words
    assert Attachment.objects.count() == 5
    assert send(opened("10.2.1.1"), 0, text="những lời này")[0].status_code == 303
    # Nor in a new report, whose words are taken.
    resident = Resident(Client(REMOTE_ADDR="10.3.1.1"))
    resident.post("who-gets", desk="province")
    resident.post("what", topic="scam")
    page = resident.post("describe", text="lời khác", attached=[film() for _ in range(5)])
    assert "hết chỗ cho tệp" in page.content.decode()
    assert resident.post("describe", text="lời khác").status_code == 303


def test_what_drafts_hold_counts_before_it_is_sent(stage, small_disk):
    for number, is_taken in enumerate((True, False)):
        resident = Resident(Client(REMOTE_ADDR=f"10.{number}.1.1"))
        resident.post("who-gets", desk="province")
        resident.post("what", topic="scam")
        answer = resident.post("describe", text="a", attached=[film() for _ in range(5)])
        assert (answer.status_code == 303) is is_taken


def test_once_it_is_read_there_is_room_again_but_not_for_what_came_since(tip, small_disk):
    assert send(opened("10.1.1.1"), 5)[0].status_code == 303
    assert send(opened("10.1.1.1"), 5)[0].status_code == 200
    Tip.objects.update(first_read_at=times.now(), waiting_since=None)
    assert send(opened("10.1.1.1"), 5)[0].status_code == 303
    # The first five count no more, the second do: the desk has not answered them.
    assert Tip.objects.get().waiting_since
    assert send(opened("10.1.1.1"), 5)[0].status_code == 200
    Tip.objects.update(state="closed", due_at=None, closed_at=times.now(), outcome="solved")
    assert unread_files.has_room_in_share()


def test_the_worker_may_ask_too_before_it_fetches_files_of_chats(tip, small_disk, become):
    assert send(opened("10.1.1.1"), 5)[0].status_code == 303
    become("worker")
    assert unread_files.has_room_in_share()
    assert fetch_media.fetch_files() == 0
