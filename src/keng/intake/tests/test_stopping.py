"""Stopping messages in a chat: said plainly it is done, a word that may be an answer is asked."""

import pytest

from keng.delivery.models import Conversation, Delivery, Inbound
from keng.intake.examination import examine
from keng.kit import times
from keng.network.actions.subscriptions import address_hash
from keng.network.models import Subscription
from keng.tips.models import Alarm, DialogueMessage, Tip
from tests import make

STORY = "Có hai thanh niên đang cạy cửa nhà trọ số 5"
ASKED = "Bạn muốn dừng nhận tin ở đây?"


def said_by_reporter():
    reporters = DialogueMessage.objects.filter(author="reporter").order_by("id")
    return list(reporters.values_list("text", flat=True))


@pytest.mark.parametrize("text", ["đúng", "Đúng!", "Huy", "đừng", "dung roi a", "Dùng", "đứng"])
def test_an_answer_never_stops_and_asks_nothing(say, answers, text):
    say(STORY)
    before = len(answers())
    say(text)
    assert said_by_reporter() == [STORY, text]
    assert not Tip.objects.get().do_not_contact
    assert len(answers()) == before


def test_a_name_or_a_yes_while_an_officer_asks_is_the_answer(say):
    say(STORY)
    tip = Tip.objects.get()
    make.message(tip, "Người đó tên gì?", author="desk", officer=make.officer(unit=make.unit()))
    say("Huy")
    say("đúng")
    assert said_by_reporter() == [STORY, "Huy", "đúng"]
    assert not Tip.objects.get().do_not_contact


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP!",
        "Dừng nhận tin",
        "dung nhan tin",
        "DỪNG NHẬN",
        "Đừng nhắn cho tôi nữa",
        "dừng nhận",
        "Please stop texting me",
        "hủy đăng ký",
        "huỷ đăng kí",
    ],
)
def test_a_plain_sentence_stops_at_once_and_says_how_to_come_back(say, answers, text):
    say(STORY)
    say(text)
    assert Tip.objects.get().do_not_contact
    assert said_by_reporter() == [STORY, text]
    first, last = Delivery.objects.order_by("id")
    assert (first.state, last.state) == ("cancelled", "queued")
    assert "bạn sẽ không nhận thêm tin nhắn" in answers()[-1]
    assert "NHẬN LẠI" in answers()[-1]


@pytest.mark.parametrize("text", ["dừng", "Dừng!", "huỷ", "hủy", "dung", "huy", "ngung", "thôi"])
def test_a_lone_word_is_kept_and_asked_about_once(say, answers, text):
    say(STORY)
    before = len(answers())
    say(text)
    say("dung")
    assert said_by_reporter() == [STORY, text, "dung"]
    assert not Tip.objects.get().do_not_contact
    (question,) = answers()[before:]
    assert ASKED in question
    assert "DỪNG NHẬN" in question
    # The officer reads in the dialogue what the machine has asked.
    asked = DialogueMessage.objects.get(author="automatic")
    assert ASKED in asked.text
    assert [m.author for m in Tip.objects.get().messages.order_by("at")][1:3] == [
        "reporter",
        "automatic",
    ]


def test_what_the_question_says_is_understood(say):
    say(STORY)
    say("dung")
    say("DỪNG NHẬN")
    assert Tip.objects.get().do_not_contact


def test_the_unmistakable_word_again_after_the_question_stops(say):
    say(STORY)
    say("dừng")
    say("dừng")
    assert Tip.objects.get().do_not_contact


def test_after_the_desk_has_said_more_the_same_word_is_an_answer_again(say):
    say(STORY)
    say("dừng")
    tip = Tip.objects.get()
    make.message(tip, "Xe chạy hay dừng?", author="desk", officer=make.officer(), at=times.now())
    say("dừng")
    assert not Tip.objects.get().do_not_contact
    assert said_by_reporter() == [STORY, "dừng", "dừng"]


def test_a_repeated_webhook_asks_nothing_twice_and_keeps_one_message(say, answers):
    say(STORY)
    before = len(answers())
    for _ in range(3):
        say("dừng", id="m2")
    assert said_by_reporter() == [STORY, "dừng"]
    assert len(answers()) == before + 1
    assert not Tip.objects.get().do_not_contact


def test_where_no_report_is_open_a_lone_word_opens_none(say, answers):
    say("dừng")
    assert not Tip.objects.exists()
    assert Inbound.objects.get().tip_ref is None
    assert answers() == []


def test_a_lone_word_under_a_warning_ends_the_subscription(say, answers):
    place = make.place()
    make.subscription(
        places=(place,), channel="sandbox", address_hash=address_hash("sandbox", "an")
    )
    say("dừng")
    stopped = Subscription.objects.get()
    assert stopped.stopped_at is not None
    assert bytes(stopped.address_hash) != address_hash("sandbox", "an")
    assert "không nhận thêm cảnh báo" in answers()[0]
    assert "/subscribe/" in answers()[0]


@pytest.mark.parametrize("text", ["NHẬN LẠI", "nhan lai", "cho em nhận tin lại", "start"])
def test_whoever_comes_back_gets_messages_again(say, answers, text):
    say(STORY)
    say("dừng nhận tin")
    say(text)
    assert not Tip.objects.get().do_not_contact
    assert "bạn lại nhận được tin nhắn" in answers()[-1]
    assert Tip.objects.count() == 1
    # And may stop once more.
    say("dừng nhận tin")
    assert Tip.objects.get().do_not_contact


def test_writing_on_after_a_stop_is_kept_and_answered_once(say, answers):
    say(STORY)
    say("dừng nhận tin")
    examine.examine_messages()
    before = len(answers())
    say("em van muon bao tiep")
    say("xe mau do")
    examine.examine_messages()
    say("bien so 99")
    examine.examine_messages()
    assert said_by_reporter()[-3:] == ["em van muon bao tiep", "xe mau do", "bien so 99"]
    (told,) = answers()[before:]
    assert "NHẬN LẠI" in told
    assert "đã tới trực ban" in told
    assert Tip.objects.get().do_not_contact
    say("nhận lại")
    assert not Tip.objects.get().do_not_contact


def test_what_others_wrote_in_the_same_portion_is_no_matter(say, answers):
    """All that a portion may need is locked table by table, whoever wrote first."""
    say(STORY)
    say("dừng nhận tin")
    say("Quán này bán thuốc lắc", who="binh")
    helped = Tip.objects.order_by("id").last()
    Alarm.objects.create(tip=helped, unit=helped.responsible_unit, next_call_at=times.now())
    say("cứu với, nó đang cầm dao ngoài cửa", who="binh")
    say("đừng gọi lại cho tôi", who="binh")
    say("em van muon bao tiep")
    examine.examine_messages()
    helped.refresh_from_db()
    assert helped.danger_unheard
    assert helped.do_not_contact
    assert "NHẬN LẠI" in answers()[-1]


def test_what_was_written_before_the_stop_is_not_answered_after_it(say, answers):
    say(STORY)
    say("xe mau do")
    say("dừng nhận tin")
    before = len(answers())
    examine.examine_messages()
    assert len(answers()) == before


def test_whoever_asked_for_silence_in_their_own_words_is_told_nothing(say, answers):
    say("Hàng xóm đang đánh vợ, đừng gọi lại cho tôi")
    say("xe mau do")
    say("dừng")
    examine.examine_messages()
    assert answers() == []


def test_come_back_without_a_stop_is_a_message_like_any_other(say):
    say(STORY)
    say("nhận lại")
    assert said_by_reporter() == [STORY, "nhận lại"]


def test_in_a_group_a_word_said_to_others_does_nothing_to_ones_report(say):
    say(STORY)
    for text in ("stop", "dừng", "thôi"):
        say(text, group="g1")
    assert not Tip.objects.get().do_not_contact
    assert Conversation.objects.get().mode == ""
    assert said_by_reporter() == [STORY, "stop"]


def test_danger_in_the_same_breath_as_a_stop_is_looked_at(say):
    say("mất xe máy")
    say("Dừng nhận tin. Cứu em với, nó đang cầm dao")
    examine.examine_messages()
    assert Tip.objects.get().urgency == "P0"


@pytest.mark.parametrize(
    "text",
    [
        "Đừng nhắn tin cho tôi. Nó đang cầm dao đuổi mẹ tôi",
        "Don't text me. He is beating my mother right now",
    ],
)
def test_danger_with_a_stop_opens_a_report_where_none_is_open(say, answers, text):
    say(text)
    tip = Tip.objects.get()
    assert (tip.text, tip.urgency, tip.do_not_contact) == (text, "P0", True)
    # Whoever hides beside the person they fear is written nothing.
    assert answers() == []


def test_a_stop_with_danger_is_answered_once(say, answers):
    say(STORY)
    say("Đừng nhắn tin cho tôi nữa. Nó đang cầm dao đuổi mẹ tôi")
    before = answers()
    examine.examine_messages()
    assert answers() == before


# Nothing but the wish, its reason and a courtesy.
ONLY_A_STOP = [
    "Đừng nhắn tin nữa",
    "Dừng nhận tin, cảm ơn anh chị nhé",
    "Tắt thông báo cho tôi, đêm hôm cứ rung hoài",
    "Phiền quá! Đừng gửi tin nữa.",
    "Không nhận tin nữa. Nhiều tin quá.",
    "Xin chào, hủy đăng ký giúp em ạ. Em cảm ơn nhiều!",
    "Thôi đừng gửi tin nữa, tôi đang bận",
    "Dung nhan tin nua, dung nhan tin, cam on",
    "phien qua, dung nhan tin nua",
    "khong nhan tin nua dau, nhan nham so roi",
    "Huy dang ky nhan tin. Toi chuyen nha roi",
    "Stop texting me, please. Thank you very much",
    "Please stop sending me messages! I'm busy.",
    "Unsubscribe me. Too many messages",
    "No more messages. Thanks a lot",
    "Stop. Stop sending messages, I'm not interested",
]
STOP_AND_REPORT = [
    "Đừng nhắn tin nữa, hàng xóm bán ma túy ở số 5 ngõ 3",
    "Dừng nhận tin. Quán đầu ngõ cho vay nặng lãi",
    "Không nhận tin nữa! Nhà số 9 có súng",
    "Mất xe đạp ở trường Hoa Sen, đừng gửi tin cho em nữa",
    "Tắt thông báo cho tôi; có người lạ cạy cửa kho",
    "Cảm ơn, đừng nhắn tin nữa, ông Tư đánh bạc tối qua",
    "Dung nhan tin nua, nha so chin co sung",
    "dung nhan tin. xe tai do trom rac o bo song",
    "khong nhan tin nua, ho dang lua dao cac cu o cho",
    "danh bac o quan Ba Sau, dung nhan tin nua",
    "Stop texting me. My neighbour sells drugs at number 5",
    "Please stop sending me messages, there is a gun in house 12",
    "They steal bikes behind the school. Don't text me any more",
    "No more messages! My boss keeps our passports",
    "Đừng làm phiền. Cháy",
    "Đừng nhắn tin nữa. Công an ơi vào đây ngay, giúp em với",
    "Dung nhan tin nua, cuu em",
]


def test_nothing_but_a_stop_opens_no_report(say, answers):
    for text in ONLY_A_STOP:
        say(text, who=text)
    assert list(Tip.objects.values_list("text", flat=True)) == []
    assert answers() == []


def test_a_report_beside_a_stop_is_opened_in_silence(say, answers):
    for text in STOP_AND_REPORT:
        assert say(text, who=text) == "stop"
    assert set(Tip.objects.values_list("text", flat=True)) == set(STOP_AND_REPORT)
    assert not Tip.objects.filter(do_not_contact=False).exists()
    assert answers() == []
    assert not Conversation.objects.reachable().exists()
    assert not Inbound.objects.filter(tip_ref=None).exists()


def test_a_report_beside_a_stop_joins_the_open_one_once_and_is_looked_at(say, answers):
    say(STORY)
    for _ in range(2):
        say(STOP_AND_REPORT[0], id="m2")
    assert Tip.objects.get().do_not_contact
    assert said_by_reporter() == [STORY, STOP_AND_REPORT[0]]
    assert DialogueMessage.objects.get(text=STOP_AND_REPORT[0]).examined_at is None
    assert [("NHẬN LẠI" in text) for text in answers()] == [False, True]
    examine.examine_messages()
    assert len(answers()) == 2


def test_a_report_beside_a_stop_ends_the_subscription_without_a_word(say, answers):
    make.subscription(
        places=(make.place(),), channel="sandbox", address_hash=address_hash("sandbox", "an")
    )
    say(STOP_AND_REPORT[0])
    assert Subscription.objects.get().stopped_at is not None
    assert Tip.objects.get().text == STOP_AND_REPORT[0]
    assert answers() == []


def test_a_report_about_officers_beside_a_stop_is_not_added_to_what_their_desk_reads(say):
    say(STORY)
    text = "Đừng nhắn tin nữa. Công an phường nhận tiền của sòng bạc"
    say(text)
    first, second = Tip.objects.order_by("received_at")
    assert said_by_reporter() == [STORY, text]
    assert second.text == text
    assert second.responsible_unit_id != first.responsible_unit_id
    assert (first.do_not_contact, second.do_not_contact) == (True, True)
    assert not Conversation.objects.reachable().exists()


def test_the_wish_belongs_to_its_report_and_a_new_one_is_answered(say, answers):
    say("Có người chở gỗ lậu qua bến, đừng gọi lại cho tôi")
    assert answers() == []
    say("tin mới: mất con trâu ở bãi sau đình")
    silent, other = Tip.objects.order_by("id")
    assert (silent.do_not_contact, other.do_not_contact) == (True, False)
    assert len(answers()) == 1
