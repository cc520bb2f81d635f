"""Money that has just gone: the bank comes first, for the reporter and on the desk."""

import csv
import datetime
from importlib import resources

import pytest

from keng.conftest import sign_in
from keng.decisions import check_steps, triage
from keng.delivery.models import Delivery
from keng.dialogue import answering, shown_codes
from keng.dialogue.public import code_page
from keng.dialogue.ready_answers import URGENT_MONEY_TOPIC, one_tap_answers_for
from keng.intake.examination.examine import examine_messages
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.kit.ids import new_id
from keng.language import lost_money
from keng.language.categories import suggest_categories
from keng.language.fold import fold
from keng.language.taxonomy import NOT_A_TIP
from keng.language.urgency import first_urgency_of
from keng.tips import receipt_codes
from keng.tips.check_list import check_list_lines, check_list_steps
from keng.tips.gravity import Stake, stake_of
from keng.tips.models import DialogueMessage, Receipt, Tip
from keng.tips.models.tip import LONG_GONE_BAND
from tests import make
from tests.cpu_time import cpu_seconds

pytestmark = pytest.mark.django_db
JUST_GONE = "em vừa chuyển khoản 20 triệu cho nó, cách đây 7 phút"
WITHOUT_ACCENTS = "tin moi: co thang goi bao cong an phuong bat cai app roi mat 12tr stk 0123456789"


@pytest.mark.parametrize(
    "text",
    [
        JUST_GONE,
        WITHOUT_ACCENTS,
        "vua chuyen khoan 20 trieu cach day 7 phut",
        "Mẹ em vừa chuyển cho chúng nó 200 triệu",
        "lỡ ck cho nó 5tr rồi",
        "em ck no 5tr roi",
        "em da bi lua chuyen khoan",
        "bị lừa mất 12 triệu qua ngân hàng",
        "chuyển khoản 20.000.000đ cách đây 10 phút",
        "mới nạp tiền vào app của nó",
        "em lo doc ma otp cho no",
        "I just transferred 20 million to a scammer",
        "we have already paid the deposit",
        "They called and I have sent them 5 million dong",
        "tôi bị lừa mất hết tiền",
        "app báo bị mất tiền trong tài khoản",
        "I was just scammed, what do I do",
        "I just got cheated",
        "我刚刚被骗子骗了2万块钱，怎么办",
        "刚刚转账十分钟",
        "我被骗了三万",
        "剛剛被騙了",
        "我转给他了5000万越南盾",
        "방금 사기당해서 2천만 동 송금했어요",
        "방금 사기당했어요",
        "그 사람한테 돈을 보냈어요",
    ],
)
def test_money_that_has_gone_is_recognised_with_accents_or_without(text):
    folded = fold(text)
    assert lost_money.money_has_left(folded)
    assert first_urgency_of(folded) in {"P0", "P1"}


@pytest.mark.parametrize(
    "text",
    [
        "nó bảo em chuyển tiền vào stk 0123456789",
        "nó vừa bảo em chuyển tiền",
        "suýt chuyển khoản 20 triệu",
        "chua chuyen tien",
        "may chưa mất 12 triệu trong tài khoản",
        "đừng chuyển tiền nhé mọi người",
        "vừa chuyển nhà về phường mình",
        "mất xe máy 20 triệu trước cổng chợ",
        "mất ví có 2 triệu ở chợ",
        "hàng xóm chuyển gạch ầm ĩ từ sáng",
        "Chồng tôi đang cầm dao ngoài cửa",
        "they ask me to transfer money",
        "bị mất trộm tiền trong ví",
        "suýt bị lừa mất hết tiền",
        "他让我转账2万",
        "我没有被骗，只是想问问",
        "差点被骗了2万",
        "楼下很吵，已经三个晚上了",
        "아직 송금 안 했어요",
        "옆집이 너무 시끄러워요",
        "someone tried to scam me",
    ],
)
def test_what_was_only_asked_for_or_lost_otherwise_is_not(text):
    assert not lost_money.money_has_left(fold(text))


@pytest.mark.parametrize(
    ("language", "text", "bank"),
    [
        ("zh-hans", "我刚刚被骗子骗了2万块钱，怎么办", "如果钱刚刚转出，请立即拨打"),
        ("ko", "방금 사기당해서 2천만 동 송금했어요", "지금 바로 은행에 전화하세요"),
    ],
)
def test_who_writes_chinese_or_korean_reads_of_the_bank_first_in_that_language(
    first_answer, language, text, bank
):
    lines = first_answer(
        "en",
        own_language=language,
        urgency=first_urgency_of(text),
        money_left=lost_money.money_has_left(fold(text)),
    )
    assert bank in lines[0]
    assert "/first-hour/" in lines[0]
    assert NOT_A_TIP not in {each.code for each in suggest_categories(text)}


def test_somebody_who_has_talked_has_sent_no_money():
    told = "Con tôi học mẫu giáo bị bạn cắn nhẹ, cô đã nói chuyện với hai nhà"
    assert first_urgency_of(told) == "P2"


@pytest.mark.parametrize(
    "piece",
    [
        "da em ",
        "mat a ",
        "chuyen a a a ",
        "i paid a ",
        "vua doc a ",
        "bi mat a ",
        "刚",
        "被骗",
        "转了给",
        "今天被",
        "돈 가 ",
    ],
)
def test_looking_for_it_takes_no_longer_than_the_text_is_long(piece):
    def seconds(times_):
        return cpu_seconds(lambda: lost_money.money_has_left(piece * times_))

    seconds(100)
    assert seconds(8_000) < max(0.05, seconds(1_000)) * 40


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Có thể lúc này chưa ai xem"), ("en", "Perhaps nobody sees")]
)
def test_whoever_is_in_danger_reads_four_short_lines(first_answer, language, words):
    lines = first_answer(language, urgency="P0")
    assert len(lines) == 4
    assert "113" in lines[0]
    assert words in lines[1]
    assert "https://keng.example/r/abc" in lines[2]


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Gọi ngay ngân hàng"), ("en", "call your bank now")]
)
def test_the_first_sentence_in_a_chat_is_the_bank(first_answer, language, words):
    lines = [
        first_answer(language, urgency=urgency, money_left=left)
        for urgency, left in (("P1", True), ("P0", True), ("P1", False))
    ]
    assert words in lines[0][0]
    assert "https://keng.example/first-hour/" in lines[0][0]
    # A life comes before money.
    assert "113" in lines[1][0]
    assert words in lines[1][1]
    assert not any(words in line for line in lines[2])
    assert len("\n".join(lines[1])) <= 1200


def received(unit, text, **fields):
    tip_id = receive_tip(
        IncomingTip(unit_id=unit.pk, text=text, dedupe_key=new_id().bytes * 2, **fields)
    )
    return Tip.objects.get(pk=tip_id)


def test_said_in_words_it_is_kept_as_if_it_had_been_ticked():
    unit = make.unit()
    assert received(unit, WITHOUT_ACCENTS, channel="sandbox").money_moved
    assert received(unit, "Nó lừa đảo", money_moved=True).money_moved
    assert not received(unit, "nó bảo em chuyển tiền").money_moved


@pytest.fixture
def here():
    class Here:
        pass

    found = Here()
    found.commune = make.unit("Công an phường thử", parent=make.province_unit())
    found.lan = make.officer(unit=found.commune, name="Lan")
    found.tip = make.tip(unit=found.commune, urgency="P0", text=JUST_GONE)
    return found


def codes(tip):
    return [step.code for step in check_list_steps(tip)]


MONEY_CODES = ["bank", "minute", "hotline", "freeze", "evidence", "onward"]


def test_the_list_is_for_the_bank_and_not_for_a_knife(here):
    assert stake_of(here.tip) == Stake.MONEY
    assert codes(here.tip) == MONEY_CODES
    lines = [line.code for line in check_list_lines(here.tip, [], [], [])]
    assert lines == ["taken", "bank", "told", *MONEY_CODES[1:]]
    knife = make.tip(unit=here.commune, urgency="P0", text="Chồng đang cầm dao, lấy 20 triệu")
    assert "way" in codes(knife)
    both = make.tip(
        unit=here.commune, urgency="P0", text=f"{JUST_GONE}, nó đang cầm dao", money_moved=True
    )
    assert stake_of(both) == Stake.LIFE


def test_sorting_it_as_a_fraud_gives_the_list_for_the_bank(here):
    tip = make.tip(unit=here.commune, urgency="P0", text="Xin giúp em gấp")
    assert "way" in codes(tip)
    triage.sort_tip(tip.pk, category="scam_bank", urgency="P0", by=here.lan)
    assert codes(Tip.objects.get(pk=tip.pk)) == MONEY_CODES


@pytest.fixture
def money_gone(here):
    """What was just sent, in a tip that nobody has taken on."""
    return make.tip(
        unit=here.commune,
        urgency="P1",
        text="Bị lừa qua mạng",
        category="scam_other",
        money_moved=True,
    )


def test_money_just_gone_stays_due_soon_until_the_bank_was_asked(here, money_gone):
    tip = money_gone

    def hours_left():
        tip.refresh_from_db()
        return round((tip.due_at - times.now()).total_seconds() / 3600)

    triage.accept_tip(tip.pk, by=here.lan)
    assert hours_left() == 2
    triage.sort_tip(tip.pk, category="scam_bank", urgency="P1", by=here.lan)
    assert hours_left() == 2
    check_steps.tick_step(tip.pk, step="freeze", by=here.lan)
    assert hours_left() > 20
    check_steps.untick_step(tip.pk, step="freeze", reason="Chưa gửi", by=here.lan)
    assert hours_left() == 2
    triage.mark_duplicate(tip.pk, of=make.tip(unit=here.commune).pk, by=here.lan)
    assert hours_left() > 20
    triage.separate_tip(tip.pk, reason="Hai vụ khác nhau", by=here.lan)
    assert hours_left() == 2
    triage.sort_tip(tip.pk, category="scam_bank", urgency="P2", by=here.lan)
    assert hours_left() > 20


@pytest.mark.parametrize(
    ("fields", "has_list"),
    [
        ({"urgency": "P1", "money_moved": True}, True),
        ({"urgency": "P1", "money_moved": True, "gravity_band": LONG_GONE_BAND}, False),
        ({"urgency": "P2", "money_moved": True}, False),
        ({"urgency": "P1", "money_moved": False}, False),
    ],
)
def test_money_just_gone_has_its_list_though_it_is_not_critical(here, fields, has_list):
    tip = make.tip(unit=here.commune, text="Bị lừa qua mạng", category="scam_other", **fields)
    assert bool(check_list_lines(tip, [], [], [])) == has_list
    assert bool(one_tap_answers_for(tip, here.lan, [])) == has_list
    if has_list:
        assert check_steps.tick_step(tip.pk, step="hotline", by=here.lan)
        assert (
            answering.answer_reporter(tip.pk, text="Gọi ngân hàng", by=here.lan).visible_at
            <= times.now()
        )
    else:
        with pytest.raises(check_steps.NotOnTheList):
            check_steps.tick_step(tip.pk, step="hotline", by=here.lan)


def test_the_ready_words_are_about_the_bank_and_leave_with_one_tap(desk_client, here):
    make.conversation(here.tip)
    page = sign_in(desk_client, here.lan).get(f"/tips/{here.tip.pk}/").content.decode()
    code_page = one_tap_answers_for(here.tip, here.lan, [])
    assert code_page[0].title == "Gọi ngân hàng ngay"
    assert [each.key for each in code_page] == ["a", "b", "d", "f"]
    assert all(f"Gửi ngay: {each.title}" in page for each in code_page)
    for other in ("Có lối ra nào khác không?", "Lực lượng đang tới", "đã tới nơi"):
        assert other not in page
    assert "Đã gửi ngân hàng yêu cầu bằng văn bản" in page


def test_an_answer_about_money_just_gone_is_not_held_and_nothing_says_it_was(
    desk_client, here, money_gone
):
    tip = money_gone
    page = sign_in(desk_client, here.lan).get(f"/tips/{tip.pk}/").content.decode()
    assert "Từng phút đều quý: gửi ngay" in page
    assert "20 giây" not in page
    sent = desk_client.post(f"/tips/{tip.pk}/reply/", {"text": "Gọi ngân hàng"}, follow=True)
    assert "Câu trả lời đang được gửi" in sent.content.decode()
    assert not sent.context.get("undo_url")


def test_whoever_wants_no_contact_is_sent_no_word_of_the_bank(desk_client, here):
    quiet = make.tip(unit=here.commune, urgency="P0", text=JUST_GONE, do_not_contact=True)
    assert codes(quiet) == MONEY_CODES[1:]
    assert one_tap_answers_for(quiet, here.lan, []) == []
    make.conversation(quiet)
    make.message(quiet, "em lại vừa chuyển khoản thêm 5 triệu")
    examine_messages()
    assert not quiet.messages.exclude(author="reporter").exists()
    assert not Delivery.objects.exists()


def test_money_told_of_later_is_answered_with_the_bank_once(here):
    tip = make.tip(unit=here.commune, text="Có người gọi xưng công an")
    make.conversation(tip)
    for text in ("vua chuyen khoan cho no 20 trieu", "da chuyen khoan them 5 trieu"):
        make.message(tip, text)
        examine_messages()
    (said,) = tip.messages.filter(author=DialogueMessage.Author.AUTOMATIC)
    first, second = said.text.splitlines()
    assert "Gọi ngay ngân hàng" in first
    assert "113" in second
    tip.refresh_from_db()
    assert tip.money_moved
    assert Delivery.objects.filter(text__text=said.text, state="queued").count() == 1


TOKEN = "a-token-of-these-tests"
CODE = receipt_codes.code_from_token(TOKEN)


@pytest.mark.parametrize(
    ("fields", "is_first"),
    [
        ({"topic": "scam", "money_moved": True}, True),
        ({"topic": "scam"}, False),
        ({"topic": "theft"}, False),
    ],
)
def test_on_the_receipt_the_bank_is_the_first_sentence(public_client, here, fields, is_first):
    tip = make.tip(unit=here.commune, text="Bị lừa", **fields)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    shown_codes.show_code_for_a_while(TOKEN)
    public_client.cookies[code_page.TIP_CODE_PAGE.cookie] = TOKEN
    page = public_client.get("/receipt/").content.decode()
    before = page.partition('<div class="page')[2].partition("<h1")[0]
    assert ("Gọi ngay cho ngân hàng" in before or "ngân hàng" in before) == is_first
    assert page.count('href="/first-hour/"') == (1 if fields["topic"] == "scam" else 0)


def test_on_the_status_page_too_until_the_report_is_over(public_client, here):
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=here.tip)
    make.message(here.tip, JUST_GONE)
    public_client.post("/status/", {"code": CODE})

    def before():
        page = public_client.get("/status/tip/").content.decode()
        return page.partition('<div class="page')[2].partition("<h1")[0]

    assert "ngân hàng" in before()
    # An answer of ours stops no money.
    answering.answer_reporter(here.tip.pk, text="Bạn gọi ngân hàng chưa?", by=here.lan)
    assert "ngân hàng" in before()
    # Closed, and no longer to be taken back.
    an_hour_ago = times.now() - datetime.timedelta(hours=1)
    Tip.objects.filter(pk=here.tip.pk).update(state="closed", closed_at=an_hour_ago, due_at=None)
    assert "ngân hàng" not in before()


def test_there_are_as_many_ready_words_for_money_as_keys():
    text = resources.files("keng.tips").joinpath("answers.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    assert sum(row["topic"] == URGENT_MONEY_TOPIC for row in rows) == 4
