"""The pages of a breach: what they let through, what they show, and the files of the form."""

import datetime
import io

import pytest
from docx import Document

from keng.breaches import recording, telling
from keng.breaches.models import Breach
from keng.conftest import sign_in
from keng.dialogue.tests.test_status import CODE, page_of
from keng.kit import times
from keng.tips import receipt_codes
from keng.tips.models import Receipt
from tests import make

pytestmark = pytest.mark.django_db

HARM = {
    "readable": "unknown",
    "names": "no",
    "sensitive": "yes",
    "danger": "no",
    "many": "no",
    "goes_on": "no",
}


@pytest.fixture
def unit():
    return make.unit(parent=make.province_unit("Công an tỉnh Nếnh"))


@pytest.fixture
def desk(unit, desk_client):
    return sign_in(desk_client, make.officer(unit=unit.parent, role="data_protection"))


def written(moment):
    return moment.astimezone(times.VIETNAM).strftime("%Y-%m-%dT%H:%M")


def begun(desk, unit, **fields):
    values = {
        "unit": unit.parent_id,
        "kind": "lost",
        "detected_at": written(times.now()),
        "words": "Hỏng một ổ đĩa, bản sao lưu cũng hỏng",
    }
    return desk.post("/breaches/new/", values | fields)


def rated(desk, unit, reached=("report_words", "officers")):
    begun(desk, unit)
    breach = Breach.objects.get()
    desk.post(f"/breaches/{breach.pk}/assess/", HARM | {"reached": list(reached)})
    return breach


@pytest.mark.parametrize(
    "words", ["Ổ đĩa của ông Lương Văn Mít bị lấy", "Gọi số 0912 000 417 để biết"]
)
def test_names_and_numbers_of_people_are_refused(desk, unit, words):
    assert begun(desk, unit, words=words).status_code == 422
    assert not Breach.objects.exists()


def test_what_is_to_come_is_refused(desk, unit):
    tomorrow = times.now() + datetime.timedelta(days=1)
    assert begun(desk, unit, detected_at=written(tomorrow)).status_code == 422


def test_page_and_files_say_the_same_and_no_word_of_a_report(desk, unit, become):
    make.tip(unit=unit, text="Lời kín của người báo")
    # One about the province itself: the number to the next ten does not tell of it.
    make.tip(unit=unit, concerns=(unit.parent,))
    become("desk")
    breach = rated(desk, unit)
    page = desk.get(f"/breaches/{breach.pk}/form/").content.decode()
    docx = Document(io.BytesIO(desk.get(f"/breaches/{breach.pk}/form.docx").content))
    cells = [cell.text for table in docx.tables for row in table.rows for cell in row.cells]
    assert "Công an tỉnh Nếnh" in page
    assert "Lời kín" not in page + " ".join(cells)
    assert "10" in cells
    assert "Hỏng một ổ đĩa, bản sao lưu cũng hỏng" in cells
    pdf = desk.get(f"/breaches/{breach.pk}/form.pdf")
    assert pdf.content.startswith(b"%PDF-")


def test_the_form_that_went_stays_as_it_was(desk, unit):
    breach = rated(desk, unit)
    sent = {"sent_at": written(times.now()), "paper_number": "7/BC"}
    assert desk.post(f"/breaches/{breach.pk}/file/", sent).status_code == 302
    desk.post(
        f"/breaches/{breach.pk}/assess/",
        HARM | {"reached": ["partners"], "measures": "Đã khóa cửa kho"},
    )
    now = desk.get(f"/breaches/{breach.pk}/form/").content.decode()
    went = desk.get(f"/breaches/{breach.pk}/form/?filing=1").content.decode()
    assert "Đã khóa cửa kho" in now
    assert "7/BC" in now
    assert "Đã khóa cửa kho" not in went
    for wrong in ("2", "x", "9" * 30):
        assert desk.get(f"/breaches/{breach.pk}/form/?filing={wrong}").status_code == 404


def test_a_late_letter_says_why(desk, unit):
    begun(desk, unit, detected_at=written(times.now() - datetime.timedelta(hours=80)))
    breach = Breach.objects.get()
    desk.post(f"/breaches/{breach.pk}/assess/", HARM | {"reached": ["officers"]})
    sent = {"sent_at": written(times.now())}
    assert desk.post(f"/breaches/{breach.pk}/file/", sent).status_code == 422
    late = sent | {"words": "Chưa xác định được dữ liệu"}
    assert desk.post(f"/breaches/{breach.pk}/file/", late).status_code == 302


def test_the_second_person_reads_it_and_agrees(desk, unit):
    breach = rated(desk, unit)
    desk.post(f"/breaches/{breach.pk}/waive/", {"reason": "Dữ liệu đã được niêm phong"})
    anew = desk.get(f"/breaches/{breach.pk}/assess/").content.decode()
    assert "thì nó hết hiệu lực" in anew
    chief = sign_in(desk, make.officer(unit=unit.parent, role="commander"))
    waiting = chief.get("/waiting/").content.decode()
    assert f"/breaches/{breach.pk}/" in waiting
    page = chief.get(f"/breaches/{breach.pk}/").content.decode()
    assert "Dữ liệu đã được niêm phong" in page
    assert f"/breaches/{breach.pk}/file/" not in page
    waiver = breach.waivers.get()
    chief.post(f"/breaches/waivers/{waiver.pk}/", {"agreed": "1"})
    assert not Breach.objects.with_clock().exists()


def test_the_reporter_reads_the_notice_on_the_page_of_the_report(unit, client):
    tip = make.tip(unit=unit)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    officer = make.officer(unit=unit.parent, role="data_protection")
    breach = recording.record_breach(
        unit.parent_id, kind="read", words="Mất ổ đĩa", detected_at=times.now(), by=officer
    )
    recording.assess_breach(breach.pk, reached=["report_words"], harm=HARM, measures="", by=officer)
    recording.tell_reporters(breach.pk, by=officer)
    while telling.tell_next_reporters():
        pass
    assert "Thông báo về dữ liệu" in page_of(client)


def test_reporters_are_told_and_it_is_closed_with_the_rights_of_the_desk(desk, unit, become):
    become("desk")
    breach = rated(desk, unit)
    desk.post(f"/breaches/{breach.pk}/file/", {"sent_at": written(times.now())})
    day = times.local_date(times.now()).isoformat()
    desk.post(f"/breaches/{breach.pk}/tell/", {"first_day": day, "last_day": day})
    assert breach.notices.get().received_until <= times.now()
    ends = {"words": "Đã thu hồi"}
    # Not while the worker still tells them.
    desk.post(f"/breaches/{breach.pk}/close/", ends)
    assert Breach.objects.get().closed_at is None
    become("worker")
    assert telling.tell_next_reporters() == 1
    become("desk")
    desk.post(f"/breaches/{breach.pk}/close/", ends)
    assert Breach.objects.get().closing_words == "Đã thu hồi"
