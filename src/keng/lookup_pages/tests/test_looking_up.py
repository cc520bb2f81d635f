"""A number alone in a chat is a question: answered, never a tip, nobody remembered."""

import pytest

from keng.channels.base import Event
from keng.delivery.models import Conversation, DedupeKey, Delivery, Dispatch, Inbound
from keng.kit import times
from keng.language.lookup_terms import listing_hash
from keng.lookup import chat_answers
from keng.lookup.models import Listing
from keng.lookup_pages.chat_handler import lookup_question_of
from keng.tips.models import DialogueMessage, Tip
from keng.vault import keys, opening
from tests import make

NUMBER, ACCOUNT, SITE = "0912000417", "19036000417001", "gia-dich-vu.example"


def event(text, **fields):
    values = {
        "kind": "text",
        "dedupe": "1",
        "conversation": "an",
        "sender": "an",
        "group": None,
        "media": (),
        "location": None,
        "at": times.now(),
        "reply_address": "an",
        "raw_kind": "",
    }
    return Event(text=text, **values | fields)


def read(sealed, kind, ref=None):
    private = keys.sender_file().read_bytes()
    return opening.open_with_unit_key(bytes(sealed), private, kind=kind, ref=ref).decode()


def answers():
    """What the sender makes of the rows."""
    return [
        chat_answers.message_for_asker(read(row.text_sealed, "text", row.pk))
        for row in Delivery.objects.order_by("id")
    ]


def list_it(type, value, **fields):
    unit = make.unit()
    made = {
        "grade": "confirmed",
        "status": "listed",
        "is_harmless": True,
        "unit": unit,
        "made_by": make.officer(unit=unit),
        "released_by": make.officer(unit=unit),
        "released_at": times.now(),
        "expires_on": times.local_date(times.now()),
    }
    return Listing.objects.create(
        indicator=make.indicator(value, type=type),
        lookup_hash=listing_hash(type, value),
        **made | fields,
    )


def test_a_bare_number_is_answered_and_opens_no_tip(say):
    list_it("phone", "+84912000417")
    assert say("0912 000 417") == "look_up"
    (text,) = answers()
    assert text.startswith("0912 000 417: ĐÃ XÁC NHẬN")
    assert "CONFIRMED" in text
    assert "/lookup/" in text
    assert not Tip.objects.exists()


def test_nothing_is_kept_that_names_the_asker_and_little_that_names_the_question(say):
    say("0912 000 417", who="a-telling-id")
    assert not Inbound.objects.exists()
    assert not Conversation.objects.exists()
    delivery, dispatch = Delivery.objects.get(), Dispatch.objects.get()
    assert delivery.recipient_kind == "asker"
    assert delivery.recipient_ref == dispatch.pk
    assert (dispatch.source_kind, dispatch.source_ref) == ("lookup", None)
    assert read(delivery.address_sealed, "address") == "a-telling-id"
    assert DedupeKey.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (NUMBER, ["0912 000 417"]),
        ("+84 912.000.417", ["0912 000 417"]),
        (f"https://{SITE}/vao?x=1", ["gia-dich-vu[.]example/vao?x=1"]),
        (ACCOUNT, [ACCOUNT]),
        (f"stk {ACCOUNT} VCB", [ACCOUNT]),
        ("SĐT: 0912.000.417", ["0912 000 417"]),
        ("tra cứu 0912000417", ["0912 000 417"]),
        ("Tra cuu giúp em số này: 0912000417", ["0912 000 417"]),
        ("tra cứu stk 19036000417001 VCB", [ACCOUNT]),
        ("look up 0912000417 please", ["0912 000 417"]),
        ("check 0912000417", ["0912 000 417"]),
        ("Check số 0912000417 giúp em với", ["0912 000 417"]),
        ("kiểm tra giúp em link gia-dich-vu.example nhé", ["gia-dich-vu[.]example"]),
        ("tra cứu biển số 98A-123.45", ["98A12345"]),
        ("tra cứu", []),
        ("tra cứu giúp em", []),
        (
            "tra cứu tin nhắn này: vào gia-dich-vu.example, gọi 0912000417",
            ["gia-dich-vu[.]example", "0912 000 417"],
        ),
    ],
)
def test_what_is_a_question(text, shown):
    question = lookup_question_of(event(text))
    assert (None if question is None else [one.shown for one in question.asked]) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Số 0912000417 gọi xưng công an",
        "0912000417 lừa đảo",
        "98A-123.45",
        "@trum_lua",
        "facebook.com/nguyen.van.a",
        "123456",
        "113",
        "mất xe",
        "ok",
        "",
        "tra cứu hộ em công ty tài chính này với ạ",
        "tra cứu 0912000417, em vừa chuyển khoản cho nó 5 triệu",
        "check camera trước cổng, có hai thanh niên",
    ],
)
def test_what_tells_something_is_no_question(text):
    assert lookup_question_of(event(text)) is None


def test_a_picture_with_a_number_and_a_number_in_a_group_are_no_questions(say):
    assert lookup_question_of(event(NUMBER, media=("picture",))) is None
    assert say(NUMBER, group="g1") == "tip"


def test_a_bare_number_in_an_open_tip_belongs_to_the_tip_and_is_answered(say):
    say("Có người gọi xưng công an, bảo chuyển tiền")
    before = len(answers())
    for _ in range(2):
        assert say(NUMBER, id="m2") == "look_up"
    assert [m.text for m in DialogueMessage.objects.order_by("id")][1:] == [NUMBER]
    assert (Tip.objects.count(), len(answers())) == (1, before + 1)
    # Somebody else's open tip has nothing to do with it.
    assert say(NUMBER, who="binh") == "look_up"
    assert (DialogueMessage.objects.count(), len(answers())) == (2, before + 2)


@pytest.mark.parametrize(
    "text",
    [
        "so 0912 000 417 co phai lua dao k",
        "sdt 0912000417 nay co phai lua dao ko ad",
        "0912000417 có uy tín không ạ?",
        "is 0912000417 a scam?",
        "0912000417 ???",
    ],
)
def test_a_question_in_everyday_words_is_answered_and_opens_no_tip(say, text):
    list_it("phone", "+84912000417")
    say(text)
    (told,) = answers()
    assert told.startswith("0912 000 417: ")
    assert "ĐÃ XÁC NHẬN" in told or "CONFIRMED" in told
    assert not Tip.objects.exists()
    assert not Inbound.objects.exists()


def test_the_same_question_in_the_middle_of_a_talk_is_answered_and_kept(say):
    say("Có người gọi xưng công an, bảo chuyển tiền")
    before = len(answers())
    question = "so 0912 000 417 co phai lua dao k"
    for _ in range(2):
        say(question, id="m2")
    assert [m.text for m in DialogueMessage.objects.order_by("id")][1:] == [question]
    (told,) = answers()[before:]
    assert told.startswith("0912 000 417: chưa có dữ liệu")


def test_whoever_tells_and_asks_has_both_a_tip_and_an_answer(say):
    told = "0912000417 gọi bảo con em cấp cứu, phải gửi viện phí ngay. Có phải lừa đảo không ạ"
    say(told, id="m1")
    say(told, id="m1")
    assert Tip.objects.get().text == told
    acknowledged, answered = answers()
    assert "đã nhận tin" in acknowledged
    assert answered.startswith("0912 000 417: chưa có dữ liệu")


def test_whoever_asked_for_silence_is_not_written_to_whatever_they_ask(say):
    say("Chồng em hay đánh em, đừng gọi lại cho em")
    say("so 0912 000 417 co phai lua dao k")
    assert answers() == []
    assert DialogueMessage.objects.count() == 2


def test_the_own_number_is_never_looked_up(say):
    say("sdt của em 0987000123, số 0912000417 gọi cho em bảo nợ tiền, có phải lừa đảo không")
    assert [text[:12] for text in answers()[1:]] == ["0912 000 417"]


def test_whoever_is_in_danger_is_not_answered_about_a_number(say):
    say("Cứu em, nó đang cầm dao, số 0912000417 có phải lừa đảo không")
    assert len(answers()) == 1
    assert "113" in answers()[0].splitlines()[0]


def test_a_question_in_words_is_answered_also_in_an_open_tip_and_stays_out_of_it(say):
    say("Có người gọi xưng công an, bảo chuyển tiền")
    say(f"tra cứu {NUMBER}")
    assert DialogueMessage.objects.count() == 1
    assert answers()[-1].startswith("0912 000 417: chưa có dữ liệu")


TOLD_AFTER_THE_COMMAND = (
    "tra cứu 0912000417 thằng này bán ma túy cho trẻ con ở đầu ngõ",
    "tra cuu 0912000417 thang nay ban ma tuy cho tre con o dau ngo",
    "Tra cứu 0912000417 là số của chủ quán, hôm qua chửi hàng xóm",
    "tra cứu giúp em số này 0912000417, họ mời góp vốn đa cấp cả xóm",
    "look up 0912000417 he sells drugs at the school gate",
)


@pytest.mark.parametrize("text", TOLD_AFTER_THE_COMMAND)
def test_what_is_told_after_the_command_is_answered_and_a_report(say, text):
    for _ in range(2):
        say(text, id="m1")
    assert Tip.objects.get().text == text
    assert [told[:12] for told in answers()].count("0912 000 417") == 1


@pytest.mark.parametrize("text", TOLD_AFTER_THE_COMMAND)
def test_what_is_told_after_the_command_in_an_open_report_is_on_it(say, text):
    say("Có người gọi xưng công an, bảo chuyển tiền")
    before = len(answers())
    say(text)
    assert [m.text for m in DialogueMessage.objects.order_by("id")][1:] == [text]
    assert (Tip.objects.count(), len(answers())) == (1, before + 1)


@pytest.mark.parametrize(
    "text",
    [
        "tra cứu 0912000417",
        "Tra cuu giúp em số này: 0912000417",
        "tra cứu số 0912000417 cho em ạ",
        "tra cứu stk 19036000417001 VCB",
        "tra cứu biển số 98A-123.45",
        "tra cứu @trum_lua",
        "tra cứu 0912000401, 0912000402",
        "look up this number please 0912000417",
        "look up 0912000417 for me",
        "tra cứu",
    ],
)
def test_the_command_and_what_it_asks_for_are_never_kept(text):
    assert lookup_question_of(event(text)).kept == "never"


@pytest.mark.parametrize(
    "text",
    [
        "tra cứu 0912000417 của Tuấn",
        "tra cuu 0912000417 chu quan",
        "tra cứu 0912000417 có phải lừa đảo không ạ",
        "look up 0912000417 the landlord",
        "tra cứu sới bạc",
    ],
)
def test_a_few_words_beside_the_command_join_the_open_report_and_open_none(text):
    assert lookup_question_of(event(text)).kept == "in_talk"


def test_after_the_tip_has_ended_a_bare_number_is_a_question_again(say):
    say("Có người gọi xưng công an, bảo chuyển tiền")
    Conversation.objects.update(key_hash=None)
    say(NUMBER)
    assert Delivery.objects.filter(recipient_kind="asker").count() == 1
    assert DialogueMessage.objects.count() == 1


def test_the_same_message_again_sends_nothing_and_tells_the_tip_nothing(say):
    for _ in range(3):
        say(NUMBER, id="m1")
    assert Delivery.objects.count() == 1
    say("Có người gọi xưng công an", id="m2")
    # Delivered late and twice, now that a tip is open: it was answered once.
    say(NUMBER, id="m1")
    assert DialogueMessage.objects.count() == 1
    say(NUMBER, id="m3")
    say(NUMBER, id="m3")
    assert [m.text for m in DialogueMessage.objects.order_by("id")][1:] == [NUMBER]


def test_what_is_sealed_is_the_same_whatever_is_found(say):
    say(NUMBER)
    list_it("phone", "+84912000417")
    say(NUMBER)
    unknown, listed = (
        read(row.text_sealed, "text", row.pk) for row in Delivery.objects.order_by("id")
    )
    assert unknown == listed
    # Answered when it is sent: what was listed meanwhile is said.
    assert all("ĐÃ XÁC NHẬN" in text for text in answers())


def test_an_account_is_checked_in_the_banks_app_and_a_plate_is_never_told(say):
    say(ACCOUNT)
    say("tra cứu biển số 98A-123.45")
    account, plate = answers()
    assert "ứng dụng ngân hàng" in account
    assert plate.startswith("98A12345: biển số")


def test_the_language_of_the_answer_follows_the_words(say):
    say("tra cứu 0912000417")
    say("look up this number please 0912000417")
    vietnamese, english = answers()
    assert "no data" not in vietnamese
    assert "chưa có dữ liệu" not in english


def test_several_things_are_answered_one_message_each_and_no_more_than_three(say):
    say("tra cứu 0912000401, 0912000402, 0912000403, 0912000404")
    assert [row.part for row in Delivery.objects.order_by("part")] == [1, 2, 3]


def test_whoever_goes_through_all_numbers_is_slowed_down_and_told_once(say):
    for number in range(40):
        say(f"0912000{number:03d}", who="scraper")
    said = answers()
    assert 31 <= len(said) <= 33
    assert "Bạn đã tra cứu" in said[-1]
    say(NUMBER, who="another")
    assert "chưa có dữ liệu" in answers()[-1]
