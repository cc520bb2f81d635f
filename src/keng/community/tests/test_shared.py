"""A message that another app shared: looked up or reported, without who wrote in the chat."""

import io

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from keng.community.models import Draft
from keng.community.tests.resident import Resident, Stage
from keng.site.errors import BODY_NOT_TAKEN
from keng.tips.models import Tip

pytestmark = pytest.mark.django_db

WRITER, OTHER = "Nghiêm Thị Hỏi Han", "Chử Văn Nhắc Nhở"
CHAT = (
    f"[20:14, 3/5] {WRITER}: Có số 0912000452 xưng công an, bảo cài app dinhdanh-moi.example\n"
    f"[20:15, 3/5] {OTHER}: đừng bấm, hỏi {WRITER} xem"
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def share(client, button, **typed):
    return client.post(reverse("share"), {button: "1", "text": "", **typed})


def text_of(answer):
    return answer.content.decode()


def test_the_draft_has_the_words_without_who_wrote_them_and_the_page_names_these(public_client):
    Stage()
    answer = share(public_client, "report", text=CHAT)
    page = text_of(answer)
    assert "Đã lược bỏ 2 tên:" in " ".join(page.split())
    assert f"{WRITER}, {OTHER}" in page
    kept = text_of(public_client.get("/report/describe/"))
    assert "dinhdanh-moi.example" in kept
    assert WRITER not in kept
    assert OTHER not in kept
    assert not Tip.objects.exists()


def test_looking_up_keeps_nothing_and_carries_no_name_on(public_client):
    page = text_of(share(public_client, "look-up", text=CHAT))
    assert "0912 000 452" in page or "0912000452" in page
    carried = page.split('name="text" value="')[1].split('"')[0]
    assert WRITER not in carried
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("15/11 số 0912000452: gọi xưng công an", "0912 000 452"),
        ("Quỹ Từ Thiện: chuyển vào stk 19034567890\n@dinhdanhmoi: nhắn", "@dinhdanhmoi"),
    ],
)
def test_what_is_looked_up_is_the_message_as_it_came(public_client, text, shown):
    assert shown in text_of(share(public_client, "look-up", text=text)).split("<form", 1)[1]


def test_the_page_asks_to_look_for_names_that_were_not_recognised(public_client):
    Stage()
    page = text_of(share(public_client, "report", text="ai đó kể: chị Hoa bị gọi từ 0912000452"))
    assert "Kẻng không nhận ra được hết mọi tên" in page
    assert f'href="{reverse("report-describe")}"' in page


def test_a_picture_is_begun_as_a_report_and_cannot_be_looked_up(public_client):
    Stage()

    def picture():
        drawn = io.BytesIO()
        Image.new("RGB", (8, 8)).save(drawn, "PNG")
        return SimpleUploadedFile("anh.png", drawn.getvalue(), "image/png")

    refused = share(public_client, "look-up", attached=picture())
    assert refused.status_code == 422
    assert "Không tra cứu được bằng ảnh" in text_of(refused)
    assert "1 tệp" in text_of(share(public_client, "report", attached=picture()))
    assert "anh.png" in text_of(Resident(public_client).look("describe"))


@pytest.mark.parametrize("button", ["look-up", "report"])
def test_nothing_shared_is_said_and_keeps_nothing(public_client, button):
    answer = share(public_client, button)
    assert answer.status_code == 422
    assert "Hãy dán tin nhắn" in text_of(answer)
    assert not Draft.objects.exists()


def test_what_is_too_long_stays_in_the_box(public_client):
    answer = share(public_client, "report", text="a" * 8001)
    assert answer.status_code == 422
    assert "a" * 8001 in text_of(answer)


def test_without_the_service_worker_nothing_of_a_share_is_read(
    public_client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = public_client.post(reverse("share-target"), {"text": CHAT})
    assert (answer.status_code, answer.url) == (303, f"{reverse('share')}?missed")
    page = text_of(public_client.get(answer.url))
    assert "chưa tới đây" in page
    assert WRITER not in page


def test_a_picture_too_large_to_be_taken_in_leads_to_the_page_as_well(public_client):
    refused = {BODY_NOT_TAKEN: 413}
    answer = public_client.post(reverse("share-target"), **refused)
    assert (answer.status_code, answer.url) == (303, f"{reverse('share')}?missed")
    assert public_client.post(reverse("share"), **refused).status_code == 413


def test_the_manifest_shares_by_post_to_what_the_service_worker_catches(public_client):
    manifest = public_client.get(reverse("manifest"))
    assert manifest.headers["Content-Type"].startswith("application/manifest+json")
    target = manifest.json()["share_target"]
    assert (target["method"], target["enctype"]) == ("POST", "multipart/form-data")
    worker = text_of(public_client.get(reverse("subscriber-worker")))
    assert f'const SHARED_AT = "{target["action"]}";' in worker
    assert f'const SHARED_PAGE = "{manifest.json()["start_url"]}";' in worker
    for icon in manifest.json()["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
