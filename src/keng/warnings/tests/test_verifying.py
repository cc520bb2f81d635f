"""Is this warning real? Whole messages, changed messages, and codes that were copied badly."""

import re

import pytest
from django.urls import reverse

from keng.delivery.models import DispatchText
from keng.kit import times
from keng.kit.codes import halved_code
from keng.warnings.models import VerifyCode, Version, Warning
from keng.warnings.public.pages import verify_limit
from keng.warnings.tests.test_releasing import correct, release
from keng.warnings.tests.ward import CALM, Ward
from keng.warnings.verifying import verify_pasted

pytestmark = pytest.mark.django_db

WITH_LINK = CALM | {"signs": "Gửi đường dẫn dinhdanh[.]example, gọi từ 0510 246 810."}


@pytest.fixture
def version():
    published = Ward().published(words=WITH_LINK)
    VerifyCode.objects.filter(version=published).delete()
    VerifyCode.objects.create(code="99KW51", version=published)
    published.refresh_from_db()
    for text in DispatchText.objects.all():
        changed = re.sub(r"[0-9A-Z]{3}-[0-9A-Z]{3} ", "99K-W51 ", text.text)
        DispatchText.objects.filter(pk=text.pk).update(text=changed)
    return published


def message():
    """The text as it was sent and is passed on."""
    sent = DispatchText.objects.get(language="vi").text
    assert "99K-W51" in sent
    return sent


def answer(client, pasted):
    return client.post(reverse("verify", urlconf="keng.site.public_urls"), {"code": pasted})


def words(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(
    "pasted",
    [
        "99K-W51",
        "99kw51",
        "Mã kiểm tra: 99K-W51",
        "Mã kiểm tra 99K W51.",
        "http://x.example/w/99KW51",
    ],
)
def test_a_code_is_found_in_what_was_copied_with_it(public_client, version, pasted):
    if "http" in pasted:
        pasted = f"localhost:8000/w/{version.verify_code.code}"
    found = answer(public_client, pasted)
    assert found.url == "/w/99KW51"


@pytest.mark.parametrize(
    "around", ["{}", "Chị xem giúp em tin này thật không\n{}\nEm cảm ơn", "> {}"]
)
def test_a_real_warning_pasted_whole_is_never_called_false(public_client, version, around):
    page = words(answer(public_client, around.format(message())))
    assert "Có thể là giả" not in page
    assert "không có trong cảnh báo" not in page
    # Nor genuine: words can be changed, too.
    assert "Giờ bạn so nội dung" in page
    assert CALM["title"] in page


def test_without_accents_or_with_a_day_of_the_chat_it_is_the_same(public_client, version):
    pasted = f"[10:22, 3/1/2031] Tổ trưởng: {message().replace('0510 246 810', '0510.246.810')}"
    assert verify_pasted(pasted).kind == "agrees"
    assert verify_pasted(message().replace("0204 000 0113", "+84 204 000 0113")).kind == "agrees"


@pytest.mark.parametrize(
    ("ours", "theirs", "shown"),
    [
        ("0204 000 0113", "0912 000 563", "0912 000 563"),
        ("hoặc 113", "hoặc stk 0510203040 ngân hàng X", "0510203040"),
        ("dinhdanh[.]example", "dinhdanh-that.example/nhanh", "dinhdanh-that[.]example/nhanh"),
        ("hoặc 113", "hoặc 114", "114"),
        # Written like a code, which it is not.
        ("0204 000 0113", "O91 234 O56 7", "091 234 056 7"),
        ("Cúp máy.", "Cúp máy, nạp 500.000 vào ví.", "500.000"),
    ],
)
def test_what_differs_under_a_true_code_is_said_first(public_client, version, ours, theirs, shown):
    assert ours in message()
    page = answer(public_client, message().replace(ours, theirs))
    assert page.status_code == 200
    text = words(page).partition("Bản công an đã phát")[0]
    assert text.index("khác bản công an đã phát") < text.index(shown)
    assert "Đừng gọi" in text
    assert "so nội dung" not in text


def test_what_was_taken_back_says_so_beside_its_text(public_client, version):
    pasted = message()
    Warning.objects.update(state="recalled", recall_reason="Nhầm số", recalled_at=times.now())
    assert "Cảnh báo này đã được thu hồi" in words(answer(public_client, pasted))


def test_of_two_codes_the_one_that_fits_is_meant(public_client):
    ward = Ward()
    old = ward.submitted()
    release(old, ward.commander)
    sent = DispatchText.objects.get(dispatch=correct(ward, old), language="vi").text
    old, new = Version.objects.filter(warning=old.warning_id).order_by("number")
    assert halved_code(old.verify_code.code) in sent
    verdict = verify_pasted(sent)
    assert (verdict.kind, verdict.version) == ("agrees", new)


@pytest.mark.parametrize(
    "pasted",
    [
        "99K-W5",
        "9K-W51",
        "99K-W511",
        "99K-W52",
        "99K-5W1",
        "Mã kiểm tra: 99K-W5",
        "99K-WS1",
        "99A-W51",
    ],
)
def test_a_code_with_one_slip_is_answered_with_what_it_is_like(public_client, version, pasted):
    page = words(answer(public_client, pasted))
    assert "gần giống" in page
    assert "99K-W51" in page
    assert "Có thể là giả" not in page


@pytest.mark.parametrize("pasted", ["7QM-4KD", "99K-W", "Mã kiểm tra: 7QM-4KD"])
def test_a_code_that_is_like_none_may_be_false(public_client, version, pasted):
    assert "Có thể là giả" in words(answer(public_client, pasted))


def test_a_text_without_a_code_is_not_called_false(public_client, version):
    without = message().replace("99K-W51", "")
    page = words(answer(public_client, without))
    assert "Chưa thấy mã" in page
    assert "Có thể là giả" not in page


def test_a_text_with_a_code_that_nobody_gave_may_be_false(public_client, version):
    forged = message().replace("99K-W51", "7QM-4KD")
    assert "Có thể là giả" in words(answer(public_client, forged))


def test_what_was_never_published_is_found_by_no_code(public_client):
    ward = Ward()
    draft = ward.submitted()
    VerifyCode.objects.create(code="8BCDF9", version=draft)
    assert verify_pasted("8BC-DF9").kind == "unknown"
    assert verify_pasted("8BC-DF8").kind == "unknown"


def test_a_long_text_is_read_in_time(version):
    assert verify_pasted("9" * 8000).kind == "impossible"
    assert verify_pasted("99 " * 2600).kind == "none"
    assert verify_pasted("9K-" * 2600).kind in {"impossible", "none"}


def test_whoever_tries_code_after_code_waits_and_is_told_nothing_of_the_code(
    public_client, version
):
    answers = [answer(public_client, f"{n:06}") for n in range(verify_limit.at_once + 3)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 10
    assert "mã này chưa được kiểm tra" in words(answers[-1])
    assert "không có cảnh báo nào" not in words(answers[-1]).lower()
    public_client.defaults["REMOTE_ADDR"] = "203.0.113.8"
    assert answer(public_client, "99K-W51").status_code == 302


def test_many_true_codes_in_one_message_cost_no_more_questions(
    public_client, version, django_assert_max_num_queries
):
    codes = [f"99K-W{letter}{digit}" for letter in "BCD" for digit in range(10)]
    for code in codes:
        copy = Version.objects.get(pk=version.pk)
        copy.pk, copy.number = None, 100 + codes.index(code)
        copy.id = None
        copy.save(force_insert=True)
        VerifyCode.objects.create(code=code.replace("-", ""), version=copy)
    with django_assert_max_num_queries(3):
        verdict = verify_pasted(" ".join(codes))
    assert verdict.version
