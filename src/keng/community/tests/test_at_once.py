"""However many report from one network, none is refused: theirs is written and sent on one page."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keng.community.drafts import REPORT_COOKIE
from keng.community.models import Draft
from keng.community.public.questions import question_limit
from keng.community.report import begin_limit
from keng.community.tests.resident import Resident, Stage, code_on, only_tip
from keng.kit import uploads
from keng.kit.rate_limits import RateLimits, network_of_address
from keng.kit.standby_confirmation import CONFIRM_EARLIER_COMMITS
from keng.limits.shared import SharedLimit
from keng.places.communes_in_text import communes_in_text
from keng.places.models import Place
from keng.tips.models import Tip

NENH = communes_in_text("phường Nếnh").commune
WORDS = "Có nhóm người chặn cổng nhà trọ đòi tiền, đang la hét"


@pytest.fixture
def stage(db):
    """With the code that the ward has in the tables of communes, by which words are read."""
    stage = Stage()
    Place.objects.filter(pk=stage.place.pk).update(code=NENH)
    stage.place.refresh_from_db()
    return stage


@pytest.fixture
def crowd(stage, monkeypatch):
    """A network for which no draft is kept any more; its next browser."""
    none = RateLimits(network=(1, 0.001), clock=lambda: 1000.0)
    monkeypatch.setattr(begin_limit, "begun_by_network", none)
    Resident(Client()).post("who-gets", desk="province")
    return Client()


def token_on(page):
    return re.search(r'name="token" value="([\w-]{22})"', page.content.decode())[1]


def send(client, **said):
    page = client.post("/report/who-gets/", {"desk": "commune"})
    answers = {"token": token_on(page), "desk": "commune", "text": WORDS, **said}
    return client.post("/report/at-once/", answers, follow=True)


def test_the_hundred_and_first_of_a_hostel_reports_and_reads_its_code(crowd, stage):
    page = send(crowd, spot="phường Nếnh, nhà trọ sau chợ", happening="now")
    assert page.status_code == 200
    assert len(code_on(page)) == 16
    tip = only_tip()
    assert (tip.responsible_unit, tip.place) == (stage.unit, stage.place)
    assert (tip.text, tip.place_detail) == (WORDS, "phường Nếnh, nhà trọ sau chợ")
    assert tip.happening == "now"


@pytest.mark.parametrize(
    ("step", "said", "stands"),
    [
        ("describe", {"text": WORDS, "happening": "now"}, WORDS),
        ("where", {"q": "Nếnh", "spot": "cổng sau"}, "Nếnh, cổng sau"),
        ("with", {"text": "số lạ 0912 000 417"}, "số lạ 0912 000 417"),
    ],
)
def test_what_was_typed_in_any_step_stands_on_the_page(crowd, step, said, stands):
    page = crowd.post(f"/report/{step}/", said)
    assert page.status_code == 200
    assert stands in page.content.decode()
    assert 'action="/report/at-once/"' in page.content.decode()
    assert Draft.objects.count() == 1


def test_a_place_that_cannot_be_told_goes_to_the_province_with_its_words(crowd, stage):
    send(crowd, spot="chỗ ngã tư gần nhà bà")
    tip = only_tip()
    assert (tip.responsible_unit, tip.place) == (stage.province, None)
    assert tip.place_detail == "chỗ ngã tư gần nhà bà"


def test_straight_to_the_province_keeps_it_from_the_commune(crowd, stage):
    send(crowd, spot="phường Nếnh", desk="province")
    tip = only_tip()
    assert tip.responsible_unit == stage.province
    assert stage.unit in [concern.unit for concern in tip.concerns.all()]


def test_ten_thousand_behind_one_address_wait_for_nothing(stage):
    """Whatever they and others have used there of every limit; no count is even looked at."""
    here = network_of_address("127.0.0.1")
    for _ in range(10_000):
        begin_limit.begun_by_network.wait(here)
    for name in ("question", "look-up", "wrong code", "objection", "letter", "claim sent"):
        SharedLimit(name, at_once=1, pause=3600.0).count_network(here, 10_000)
    with CaptureQueriesContext(connection) as asked:
        page = send(Client(), spot="phường Nếnh, nhà trọ sau chợ", happening="now")
    assert page.status_code == 200
    assert len(code_on(page)) == 16
    assert not [each["sql"] for each in asked if "limits_" in each["sql"]]


def test_danger_in_a_question_is_a_report_however_many_ask_there(stage):
    question_limit.count_network(network_of_address("127.0.0.1"), 10_000)
    asked = {"text": "Cháy nhà hẻm 9, bà cụ chưa ra được", "wish": "private", "token": "t" * 22}
    answer = Client().post(f"/places/{NENH}/ask/", asked)
    assert answer.status_code in (302, 303)
    assert only_tip().urgency == "P0"


def test_about_an_officer_of_the_ward_it_goes_above(crowd, stage):
    send(crowd, spot="phường Nếnh", text="Anh công an phường Nếnh đòi tôi đưa tiền mới cho đăng ký")
    assert only_tip().responsible_unit == stage.province


def test_sent_twice_it_is_one_report_with_one_code(crowd):
    page = crowd.post("/report/describe/", {"text": WORDS})
    said = {"token": token_on(page), "desk": "commune", "text": WORDS}
    codes = {code_on(crowd.post("/report/at-once/", said, follow=True)) for _ in range(2)}
    assert len(codes) == 1
    assert Tip.objects.count() == 1


def test_a_second_press_that_finds_the_report_waits_for_a_standby_too(crowd):
    """What it finds may be on the primary alone: the first press was then told to send again."""
    page = crowd.post("/report/describe/", {"text": WORDS})
    said = {"token": token_on(page), "desk": "commune", "text": WORDS}
    crowd.post("/report/at-once/", said)
    with CaptureQueriesContext(connection) as asked:
        crowd.post("/report/at-once/", said)
    assert CONFIRM_EARLIER_COMMITS in {one["sql"] for one in asked}


def test_whoever_goes_back_and_corrects_an_answer_has_two_reports_and_loses_no_word(crowd):
    page = crowd.post("/report/describe/", {"text": WORDS})
    said = {"token": token_on(page), "desk": "commune", "text": WORDS}
    corrected = [said, said | {"spot": "chợ Nếnh"}, said | {"text": f"{WORDS}, nó có dao"}, said]
    codes = [code_on(crowd.post("/report/at-once/", each, follow=True)) for each in corrected]
    assert codes[0] == codes[3]
    assert len(set(codes)) == 3
    assert {(tip.text, tip.place_detail) for tip in Tip.objects.all()} == {
        (WORDS, ""),
        (WORDS, "chợ Nếnh"),
        (f"{WORDS}, nó có dao", ""),
    }


def test_without_words_it_says_what_is_missing_and_keeps_the_rest(crowd):
    page = crowd.post("/report/where/", {"q": "Nếnh"})
    again = crowd.post(
        "/report/at-once/", {"token": token_on(page), "desk": "commune", "spot": "chợ Nếnh"}
    )
    assert "Hãy viết ít nhất một câu" in again.content.decode()
    assert 'value="chợ Nếnh"' in again.content.decode()
    assert not Tip.objects.exists()


def test_another_language_keeps_what_was_typed(crowd):
    page = crowd.post("/report/describe/", {"text": WORDS, "language": "en"})
    assert "Write your report" in page.content.decode()
    again = crowd.post("/report/at-once/", {"text": WORDS, "language": "vi"})
    assert 'lang="vi"' in again.content.decode()
    assert "chưa lưu gì" in again.content.decode()
    assert WORDS in again.content.decode()


def test_files_are_said_not_to_be_kept_and_lie_nowhere(crowd):
    file = SimpleUploadedFile("anh.jpg", b"\xff\xd8\xff" + bytes(500), "image/jpeg")
    page = crowd.post("/report/describe/", {"text": WORDS, "attached": file}).content.decode()
    assert "Tệp của bạn chưa được giữ" in page
    assert uploads.all_upload_paths() == {}


def test_after_quick_exit_sending_the_page_again_shows_no_code(crowd):
    page = crowd.post("/report/describe/", {"text": WORDS})
    said = {"token": token_on(page), "desk": "commune", "text": WORDS}
    crowd.post("/report/at-once/", said)
    crowd.post("/exit/")
    again = crowd.post("/report/at-once/", said, follow=True).content.decode()
    assert "<output" not in again
    assert WORDS not in again


def test_the_page_leaves_a_cookie_that_no_row_knows(crowd):
    page = crowd.post("/report/describe/", {"text": WORDS})
    assert page.cookies[REPORT_COOKIE].value
    assert Draft.objects.count() == 1
    assert crowd.get("/report/at-once/").status_code == 302
