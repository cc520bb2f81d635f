"""The public pages: asking without an account, a check with its evidence, the feed, the data."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keng.claims import actions, queries
from keng.claims.models import Asking, Claim
from keng.claims.public import asking, checks
from keng.claims.tests.bureau import ASKED, SAID, Bureau
from keng.kit import times
from keng.site.headers import CONTENT_POLICY

pytestmark = pytest.mark.django_db
ENGLISH = {
    "question": "Does a new identity card cost 300,000 đồng?",
    "answer": "No.",
    "unknown": "Where it began.",
    "advice": "Ask first.",
    "note": "",
}


@pytest.fixture
def bureau():
    return Bureau()


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.public_urls")


def read(client, address, **headers):
    return client.get(address, headers=headers, follow=True).content.decode()


def send(client, words, **more):
    return client.post(url("claim-ask"), {"words": words, **more})


def test_what_is_known_is_shown_before_anything_is_kept(public_client, bureau):
    bureau.published()
    page = send(public_client, "doi can cuoc mat 300k phai khong").content.decode()
    assert SAID["question"].split()[0] in page
    assert SAID["answer"] in page
    assert not Claim.objects.filter(state="new").exists()


def test_a_new_one_is_shown_as_it_would_be_kept_and_then_kept(public_client, bureau):
    words = "Anh Trần Văn Nam bảo tối nay vỡ hồ, xem facebook.com/tran.nam.77"
    page = send(public_client, words).content.decode()
    kept = re.search(r'name="words" value="([^"]+)"', page)[1]
    assert "Nam" not in page
    assert not Claim.objects.exists()
    answer = send(public_client, kept, do="send")
    page = read(public_client, answer.url)
    assert "Đã nhận câu hỏi của bạn" in page
    assert "vỡ hồ" in page
    assert '<meta name="robots" content="noindex">' in page


def test_what_no_officer_has_read_is_not_shown_to_the_next_one(public_client, bureau):
    told = "Nhà ông Bảy cuối hẻm giữ căn cước của ba mươi công nhân"
    claim, _token = bureau.asked(told)
    bureau.asked(f"{told} hôm qua")
    words = "nghe nói giữ căn cước công nhân phải không"
    page = send(public_client, words).content.decode()
    assert page.count("Một tin gần giống vậy đang được kiểm chứng.") == 1
    assert "cuối hẻm" not in page
    page = read(public_client, send(public_client, words, do="send", same_as=claim.pk).url)
    assert words in page
    assert "cuối hẻm" not in page


def test_a_draft_that_no_second_person_has_read_is_not_shown_either(public_client, bureau):
    claim, _token = bureau.asked("Nhà ông Bảy cuối hẻm giữ căn cước của ba mươi công nhân")
    bureau.waiting(claim, question="Có ai giữ căn cước của công nhân không?")
    answer = send(public_client, "nghe nói giữ căn cước công nhân phải không")
    page = answer.content.decode().replace("\u00a0", " ")
    assert "Một tin gần giống vậy đang được kiểm chứng." in page
    assert "Có ai giữ" not in page
    assert "cuối hẻm" not in page
    assert f'name="same_as" value="{claim.pk}"' in page


def test_sending_at_once_is_covered_as_well(public_client, bureau):
    send(public_client, "Chị Nguyễn Thị Hoa bảo mai cấm đường", do="send")
    assert "Hoa" not in Claim.objects.get().words


def test_an_empty_question_is_refused_with_a_summary(public_client, bureau):
    answer = send(public_client, "  ")
    assert answer.status_code == 422
    assert 'id="problem"' in answer.content.decode()


def test_a_full_hour_is_said_plainly(public_client, bureau, monkeypatch):
    monkeypatch.setattr("keng.claims.actions.asking.MOST_AN_HOUR", 0)
    answer = send(public_client, ASKED, do="send")
    assert answer.status_code == 503
    assert "Một giờ nữa hãy thử lại" in answer.content.decode()
    assert ASKED in answer.content.decode()


@pytest.mark.parametrize("more", [{"do": "send"}, {}])
def test_one_network_asks_so_often_and_keeps_what_it_typed(
    public_client, bureau, no_time_passes, more
):
    most = (asking.send_limit if more else asking.compare_limit).at_once
    for _ in range(most):
        assert send(public_client, ASKED, **more).status_code in (200, 302)
    late = send(public_client, ASKED, **more)
    assert (late.status_code, int(late.headers["Retry-After"]) > 0) == (429, True)
    page = late.content.decode()
    assert ASKED in page
    assert "Nhiều câu hỏi đã đến từ mạng của bạn" in page
    assert Asking.objects.count() == (most if more else 0)
    answer = public_client.post(
        url("claim-ask"), {"words": ASKED, **more}, REMOTE_ADDR="203.0.113.9"
    )
    assert answer.status_code in (200, 302)


def test_a_private_life_gets_its_polite_answer(public_client, bureau):
    address = send(public_client, "Cô giáo bỏ chồng theo trai à?", do="send").url
    actions.put_claim_out_of_scope(Claim.objects.get().pk, why="private", by=bureau.author)
    page = read(public_client, address)
    assert "đời tư của một người" in page.replace("\u00a0", " ")
    assert "Cảm ơn bạn" in page
    assert "chồng" not in page


def test_the_answer_stands_under_the_link_of_whoever_asked(public_client, bureau):
    claim, token = bureau.asked()
    bureau.published(claim)
    page = read(public_client, url("claim-asked", token))
    assert SAID["answer"] in page
    assert url("claim", 1) in page
    assert public_client.get(url("claim-asked", "A" * 22)).status_code == 404


def test_the_link_of_whoever_asked_is_no_page_of_the_history(public_client, bureau):
    """Neither after asking nor when the link is opened: what stays in a browser says nothing."""
    _claim, token = bureau.asked()
    for answer in (
        send(public_client, "Nước máy có thuốc độc à?", do="send"),
        public_client.get(url("claim-asked", token)),
    ):
        assert (answer.status_code, answer.url) == (302, "/claims/asked")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.cookies["keng_f"]["max-age"] == 600
    page = read(public_client, "/claims/asked")
    assert f"/claims/asked/{token}" in page
    title = re.search(r"<title>([^<]*)</title>", page)[1]
    assert title == re.search(r"<title>([^<]*)</title>", read(public_client, "/claims"))[1]
    public_client.post("/exit/")
    page = read(public_client, "/claims/asked")
    assert "Hãy mở lại liên kết" in page
    assert token not in page


def test_a_check_says_what_it_found_by_which_sources(public_client, bureau):
    bureau.published()
    page = read(public_client, url("claim", 1))
    for part in [
        "Tin đồn nguyên văn",
        ASKED,
        "Bảng lệ phí niêm yết.",
        "20/11/2026",
        "congan.example",
        "Lệ phí cấp đổi: theo bảng niêm yết.",
        "Điều chưa biết",
        SAID["unknown"],
        "Công an tỉnh",
        "Chúng tôi không ghi ai đã chia sẻ.",
        "Đăng lần đầu: Sai.",
    ]:
        assert part in page, part
    assert page.count("<h1") == 1
    assert "Hà" not in page


def test_a_correction_stands_above_what_was_said_before(public_client, bureau):
    first = bureau.published()
    bureau.published(first.claim, verdict="partly", note="Thêm bảng phí mới.")
    page = read(public_client, url("claim", 1))
    assert "Thêm bảng phí mới." in page
    assert page.index("Thêm bảng phí mới.") < page.index("Đăng lần đầu: Sai.")


def test_english_where_it_is_written_and_said_where_not(public_client, bureau):
    first = bureau.published()
    page = read(public_client, url("claim", 1), accept_language="en")
    assert "This check is only in Vietnamese." in page
    bureau.published(first.claim, english=ENGLISH, note="Thêm tiếng Anh.")
    page = read(public_client, url("claim", 1), accept_language="en")
    assert "What is not known" in page
    assert ENGLISH["unknown"] in page
    assert "only in Vietnamese" not in page


def data_of(page):
    return re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]


def test_search_engines_read_a_claim_review(public_client, bureau):
    bureau.published(quote="</script><script>alert(1)</script> & tin đồn")
    page = read(public_client, url("claim", 1))
    said = json.loads(data_of(page))
    assert said["@type"] == "ClaimReview"
    assert said["claimReviewed"] == "</script><script>alert(1)</script> & tin đồn"
    assert said["reviewRating"]["alternateName"] == "Sai"
    assert said["reviewRating"]["ratingValue"] == 1
    assert said["url"].endswith(url("claim", 1))
    assert "alert(1)</script>" not in page


def test_what_is_not_verified_is_no_number_between_true_and_false(public_client, bureau):
    bureau.published(verdict="unverified")
    said = json.loads(data_of(read(public_client, url("claim", 1))))
    assert said["reviewRating"] == {"@type": "Rating", "alternateName": "Chưa xác minh"}


def test_the_data_block_needs_no_hole_in_the_content_policy(public_client, bureau):
    bureau.published()
    answer = public_client.get(url("claim", 1))
    assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY


def test_a_withdrawn_check_keeps_its_page_with_the_reason(public_client, bureau):
    check = bureau.published()
    actions.withdraw_claim(check.claim_id, reason="changed", by=bureau.second)
    page = read(public_client, url("claim", 1))
    assert "Căn cứ của bài này đã thay đổi." in page
    assert "ld+json" not in page
    assert "sms:" not in page
    assert url("claim", 1) not in read(public_client, url("claims"))


def test_words_that_one_person_wrote_on_taking_a_check_back_are_on_no_public_page(
    public_client, bureau
):
    """Such rows are from before the list of reasons; the words stay on record."""
    claim, token = bureau.asked()
    bureau.published(claim)
    words = "Nộp 200.000đ vào số 0912 345 678 để nhận lại tiền"
    ended = {"state": "withdrawn", "withdrawn_reason": words, "ended_at": times.now()}
    Claim.objects.filter(pk=claim.pk).update(**ended)
    for address in (url("claim", 1), url("claim-asked", token)):
        page = read(public_client, address)
        assert "Bài kiểm chứng này đã được thu hồi" in page, address
        assert "Nơi đăng bài không còn khẳng định nội dung này là đúng." in page, address
        assert "0912 345" not in page, address


def picture(client, **asked):
    answer = client.get(url("claim-card", 1), asked)
    return answer.content, answer.headers["Content-Disposition"]


@pytest.mark.usefixtures("cards_are_drawn")
def test_each_revision_has_a_picture_of_its_own_until_it_is_withdrawn(
    public_client, bureau, settings, tmp_path
):
    settings.DATA_FOLDER = tmp_path
    check = bureau.published()
    first, _shown = picture(public_client)
    assert first.startswith(b"\x89PNG")
    bureau.published(check.claim, verdict="partly", english=ENGLISH, note="Thêm nguồn.")
    assert picture(public_client)[0] != first
    english, saved = picture(public_client, **{"in": "en", "save": ""})
    assert english.startswith(b"\x89PNG")
    assert "attachment" in saved
    assert len(list((tmp_path / "cards").iterdir())) == 3
    actions.withdraw_claim(check.claim_id, reason="by_mistake", by=bureau.second)
    assert public_client.get(url("claim-card", 1)).status_code == 404


def test_drafts_and_unknown_numbers_have_no_page(public_client, bureau):
    bureau.waiting()
    assert SAID["question"] not in read(public_client, url("claims"))
    for number in ("1", "999999999999"):
        assert public_client.get(f"/claims/{number}").status_code == 404


def test_the_feed_has_what_stands_and_says_when_nothing_changed(public_client, bureau):
    bureau.published()
    withdrawn = bureau.published(quote="Tin khác hẳn", question="Tin khác có thật không?")
    actions.withdraw_claim(withdrawn.claim_id, reason="by_mistake", by=bureau.second)
    answer = public_client.get(url("claims-feed"))
    atom = "{http://www.w3.org/2005/Atom}"
    (entry,) = ET.fromstring(answer.content).findall(f"{atom}entry")
    assert entry.findtext(f"{atom}title") == SAID["question"]
    assert entry.findtext(f"{atom}summary").startswith("Sai. Không.")
    again = public_client.get(url("claims-feed"), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_the_list_reads_one_page_and_comparing_reads_no_evidence(
    public_client, bureau, monkeypatch
):
    monkeypatch.setattr(checks, "CHECKS_A_PAGE", 2)
    for number in range(3):
        bureau.published(quote=f"Tin {number}", question=f"Tin số {number} có thật không?")
    with CaptureQueriesContext(connection) as ran:
        first = read(public_client, url("claims"))
    (listed,) = [each["sql"] for each in ran if '"evidence"' in each["sql"]]
    assert "LIMIT 2" in listed
    assert "Tin số 0" not in first.replace("\u00a0", " ")
    second = read(public_client, url("claims") + "?page=2").replace("\u00a0", " ")
    assert ("Tin số 0" in second, "Tin số 2" in second) == (True, False)
    with CaptureQueriesContext(connection) as ran:
        queries.published_checks_like("đổi căn cước")
    assert not [each for each in ran if '"evidence"' in each["sql"]]


def test_the_home_page_shows_the_newest_checks(public_client, bureau):
    bureau.published()
    page = read(public_client, "/")
    assert url("claim", 1) in page
    assert SAID["answer"] in page
