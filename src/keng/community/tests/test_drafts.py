"""A draft is readable with its browser's cookie, with nothing else, and for thirty minutes only."""

import datetime
import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keng.community import drafts
from keng.community.drafts import REPORT_COOKIE
from keng.community.models import Draft
from keng.community.tasks import TASKS
from keng.community.tests.resident import Resident
from keng.kit import exit_mark, times, uploads
from keng.kit.browser_drafts import DraftChanged
from keng.kit.database import data_folder
from tests.architecture.source import KENG

pytestmark = pytest.mark.django_db

SECRET_WORDS = "hàng xóm nhà tôi tên là Trần Văn Thử"
SECRET_FILE = b"\xff\xd8\xff" + "nội dung tệp chỉ mình tôi biết".encode() * 50


def write_and_stop(stage, resident):
    """Everything but the sending."""
    file = SimpleUploadedFile("bi-mat.jpg", SECRET_FILE, "image/jpeg")
    resident.write(
        place=stage.place,
        text=SECRET_WORDS,
        spot="ngõ 7 cạnh chùa",
        files=[file],
        wish="sealed",
        name="Lê Thị Thử",
        phone="0912 345 678",
    )


def on_disk():
    return b"\n".join(p.read_bytes() for p in data_folder().rglob("*") if p.is_file())


def in_table():
    return b"\n".join(
        bytes(row.box) + bytes(row.id_hash) + str(row.files).encode() for row in Draft.objects.all()
    )


def test_neither_table_nor_disk_holds_a_word_of_what_is_being_written(stage, resident):
    write_and_stop(stage, resident)
    secrets = [
        SECRET_WORDS,
        "Trần Văn Thử",
        "ngõ 7",
        "Lê Thị",
        "0912",
        "bi-mat",
        "scam",
        str(stage.place.pk),
        resident.client.cookies[REPORT_COOKIE].value,
    ]
    for secret in [*(word.encode() for word in secrets), SECRET_FILE[:30]]:
        assert secret not in in_table()
        assert secret not in on_disk()
    (data_folder() / "control").write_text(SECRET_WORDS)
    assert SECRET_WORDS.encode() in on_disk()


def test_another_browser_does_not_see_the_draft(stage, resident):
    write_and_stop(stage, resident)
    other = Resident(Client())
    assert other.look("describe").status_code == 410
    other.client.cookies[REPORT_COOKIE] = "A" * 43
    assert other.look("describe").status_code == 410


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stage, resident):
    cookie = resident.post("who-gets", desk="commune").cookies[REPORT_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] == 1800


def test_nothing_is_stored_before_the_first_answer(stage, resident):
    response = resident.look("who-gets")
    assert REPORT_COOKIE not in response.cookies
    assert not Draft.objects.exists()


def test_after_thirty_minutes_a_draft_is_not_shown_even_before_it_is_swept(stage, resident):
    write_and_stop(stage, resident)
    age(minutes=31)
    page = resident.look("describe")
    assert page.status_code == 410
    assert "Thử" not in page.content.decode()


def test_what_is_sent_after_thirty_minutes_is_kept_and_the_loss_is_said(stage, resident):
    write_and_stop(stage, resident)
    age(minutes=31)
    response = resident.post("describe", text="Viết mất nửa tiếng", happening="over")
    assert response.url == "/report/who-gets/"
    # Twice: the script that sends has read the page once before the browser asks for it.
    for _ in range(2):
        assert "Đã quá 30 phút" in resident.look("who-gets").content.decode()
    resident.post("who-gets", desk="commune")
    assert "Đã quá 30 phút" not in resident.look("what").content.decode()
    assert "Viết mất nửa tiếng" in resident.look("describe").content.decode()


def test_the_worker_sweeps_old_drafts_their_files_and_orphans(
    stage, resident, django_capture_on_commit_callbacks
):
    write_and_stop(stage, resident)
    orphan = data_folder() / "uploads" / "orphan"
    orphan.write_bytes(b"left by a request that broke off")
    task = next(task for task in TASKS if task.name == "drafts")
    assert task.run() == 0
    age(minutes=31)
    age_file(orphan)
    with django_capture_on_commit_callbacks(execute=True):
        assert task.run() == 2
    assert not Draft.objects.exists()
    assert uploads.all_upload_paths() == {}
    assert task.run() == 0


def test_a_draft_that_goes_on_keeps_its_old_files(stage, resident):
    write_and_stop(stage, resident)
    for path in uploads.all_upload_paths():
        age_file(data_folder() / path)
    assert drafts.sweep_drafts() == 0
    assert len(uploads.all_upload_paths()) == 1


def test_quick_exit_deletes_the_draft_and_leads_to_a_page_without_our_name(
    stage, resident, django_capture_on_commit_callbacks
):
    write_and_stop(stage, resident)
    with django_capture_on_commit_callbacks(execute=True):
        response = resident.client.post("/exit/")
    assert (response.status_code, response.url) == (303, "/calendar/")
    assert response.cookies[REPORT_COOKIE].value == ""
    assert not Draft.objects.exists()
    assert uploads.all_upload_paths() == {}
    page = resident.client.get("/calendar/").content.decode()
    for word in ("Kẻng", "Công an", "113", "tin báo"):
        assert word not in page
    assert resident.client.get("/exit/").status_code == 405


def test_back_after_quick_exit_shows_no_address_of_a_report(stage, resident):
    resident.write(place=stage.place)
    resident.client.post("/exit/")
    for step in ("check", "name", "describe"):
        assert resident.look(step)["Location"] == "/calendar/"
    # Whoever begins anew with this phone is asked all the same.
    resident.write(place=stage.place)
    assert resident.look("check").status_code == 200


def test_quick_exit_leaves_no_cookie_of_ours_and_keeps_the_desks(stage, public_client):
    resident = Resident(public_client)
    resident.report(place=stage.place)
    resident.post("who-gets", desk="commune")
    browser = Client(enforce_csrf_checks=True)
    browser.cookies.update(public_client.cookies)
    for name in ("keng_csrf", "keng_language", "keng_place", "keng_desk", "keng_desk_csrf"):
        browser.cookies[name] = "a" * 32
    # However old the page is: without the token of its form, too.
    answer = browser.post("/exit/")
    assert answer.url == "/calendar/"
    left = {name for name, cookie in browser.cookies.items() if cookie.value}
    assert left == {"keng_desk", "keng_desk_csrf", "month"}
    # Nor does the page that it leads to set one again.
    assert not Client().get("/calendar/").cookies


@pytest.mark.parametrize("mark", ["", "month=2; "])
def test_a_cookie_that_no_answer_can_name_keeps_nobody_from_leaving(public_client, mark):
    """A neighbour under the same domain sets what it likes."""
    kept = {"cookie": f"{mark}keng_(x)=1; keng_a={'a' * 43}"}
    answer = public_client.post("/exit/", headers=kept)
    assert answer.url == "/calendar/"
    assert answer.cookies["keng_a"]["max-age"] == 0
    assert public_client.get("/", headers=kept).status_code == 200


def test_an_exit_without_a_net_is_done_with_the_next_request(
    stage, resident, django_capture_on_commit_callbacks
):
    write_and_stop(stage, resident)
    # What the script can do while the net is away.
    resident.client.cookies["month"] = "2"
    resident.client.cookies["keng_b"] = "opens a talk"
    with django_capture_on_commit_callbacks(execute=True):
        answer = resident.client.get("/report/describe/")
    assert answer["Location"] == "/calendar/"
    assert not Draft.objects.exists()
    assert {name: answer.cookies[name].value for name in (REPORT_COOKIE, "keng_b", "month")} == {
        REPORT_COOKIE: "",
        "keng_b": "",
        "month": "1",
    }


def test_the_script_of_quick_exit_has_the_mark_that_the_site_reads():
    script = (KENG / "static/keng/js/leave.js").read_text()
    assert f'const MARK = "{exit_mark.EXIT_MARK}"' in script
    assert f'const LEAVING = "{exit_mark.LEAVING}"' in script
    assert f"const MARK_SECONDS = {exit_mark.MARK_SECONDS // 3600} * 3600" in script


def test_another_site_that_sends_somebody_to_quick_exit_deletes_nothing(stage, resident):
    write_and_stop(stage, resident)
    answer = resident.client.post("/exit/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.url == "/calendar/"
    assert Draft.objects.exists()
    assert REPORT_COOKIE not in answer.cookies


def test_an_operator_may_name_another_page_for_quick_exit(stage, resident, settings):
    settings.EXIT_URL = "https://weather.example/"
    write_and_stop(stage, resident)
    response = resident.client.post("/exit/")
    assert response.headers["Refresh"] == "0; url=https://weather.example/"
    assert response.content == b""
    assert not Draft.objects.exists()


def age(*, minutes):
    Draft.objects.update(touched_at=times.now() - datetime.timedelta(minutes=minutes))


def age_file(path):
    old = (times.now() - datetime.timedelta(minutes=40)).timestamp()
    os.utime(path, (old, old))


def test_whoever_comes_back_is_told_of_the_report_begun_and_may_delete_it(stage, resident):
    write_and_stop(stage, resident)
    client = resident.client
    page = client.get("/report/who-gets/", HTTP_ACCEPT_LANGUAGE="vi").content.decode()
    assert "có một tin đang viết dở" in page
    assert 'href="/report/check/"' in page
    assert SECRET_WORDS not in page
    # Whoever goes back a step is not asked.
    back = client.get("/report/who-gets/", HTTP_REFERER="http://testserver/report/what/")
    assert "viết dở" not in back.content.decode()
    odd = client.get("/report/who-gets/", HTTP_REFERER="http://[bad", HTTP_ACCEPT_LANGUAGE="vi")
    assert "viết dở" in odd.content.decode()
    answer = client.post("/report/who-gets/", {"anew": "1"})
    assert answer.status_code == 303
    assert not Draft.objects.exists()
    assert "viết dở" not in client.get("/report/who-gets/").content.decode()


def test_a_first_visit_is_told_of_no_report(public_client):
    assert "viết dở" not in public_client.get("/report/who-gets/").content.decode()


def meanwhile(monkeypatch, resident, step, **answers):
    """The next request of this browser is overtaken by another one just before it saves."""
    save, second = drafts.save_draft, Resident(Client())
    second.client.cookies = resident.client.cookies

    def overtaken(draft):
        monkeypatch.setattr(drafts, "save_draft", save)
        second.post(step, **answers)
        save(draft)

    monkeypatch.setattr(drafts, "save_draft", overtaken)


def kept_answers(resident):
    return drafts.load_draft(resident.client.cookies[REPORT_COOKIE].value).answers


def test_a_slow_request_does_not_overwrite_a_newer_answer_to_another_question(
    stage, resident, monkeypatch
):
    write_and_stop(stage, resident)
    meanwhile(monkeypatch, resident, "describe", text="Lời viết sau cùng.", spot="")
    resident.post("what", topic="traffic")
    said = kept_answers(resident)
    assert (said["text"], said["topic"]) == ("Lời viết sau cùng.", "traffic")


def test_of_two_answers_to_one_question_the_later_one_stays(stage, resident, monkeypatch):
    write_and_stop(stage, resident)
    meanwhile(monkeypatch, resident, "what", topic="theft")
    assert resident.post("what", topic="traffic").status_code == 303
    assert kept_answers(resident)["topic"] == "theft"


def test_a_slow_request_does_not_bring_back_what_was_sent(stage, resident, monkeypatch):
    write_and_stop(stage, resident)
    secret = resident.client.cookies[REPORT_COOKIE].value
    save = drafts.save_draft

    def sent_before(draft):
        monkeypatch.setattr(drafts, "save_draft", save)
        drafts.drop_draft(secret)
        save(draft)

    monkeypatch.setattr(drafts, "save_draft", sent_before)
    resident.post("what", topic="traffic")
    assert drafts.load_draft(secret) is None


def test_whoever_is_overtaken_again_and_again_is_told_to_send_it_once_more(
    stage, resident, monkeypatch
):
    write_and_stop(stage, resident)

    def always_overtaken(draft):
        raise DraftChanged

    monkeypatch.setattr(drafts, "save_draft", always_overtaken)
    answer = resident.post("what", topic="traffic")
    assert answer.status_code == 503
    assert "traffic" in answer.content.decode()
