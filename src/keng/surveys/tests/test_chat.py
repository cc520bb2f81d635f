"""A survey in a chat: number by number, counted once, and no report is ever taken for an answer."""

import contextlib
import datetime as dt
import re
import uuid

import pytest
from django.db import connection

from keng.channels.base import Event
from keng.delivery import inbound_handlers
from keng.delivery.inbound_message import message_of_event, receiving_accounts
from keng.delivery.models import Conversation, Delivery, Inbound
from keng.intake.examination import examine
from keng.kit import times
from keng.runtime.tests.rights import give_rights
from keng.surveys.actions import counting
from keng.surveys.actions import opening as opening_acts
from keng.surveys.chat import talk_state, turns
from keng.surveys.chat.commands import read_command as command
from keng.surveys.models import Answer, ChatAnswered, ChatTalk, ChatTurn
from keng.surveys.tests.stage import FEELS, PATROL, WHERE, WHY_NOT, Stage
from keng.tips.models import DialogueMessage, Tip
from keng.vault import keys, opening, seal
from tests import make

STORY = "Có hai thanh niên đang cạy cửa nhà trọ số 5"


@pytest.fixture
def own_keys(db, tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    yield
    seal.forget_public_keys()


class Chat:
    """The official account of a ward, and people who write to it."""

    def __init__(self, stage):
        self.stage = stage
        keys.operator_file().unlink(missing_ok=True)
        keys.make_unit_keys("words-for-a-test")
        make.channel_account(unit=stage.unit, slug="phones")
        (self.account,) = receiving_accounts()

    def hear(self, text, *, who="an", id="", group=None, at=None):
        """One message through the edge's list of handlers; who took it."""
        now = at or times.now()
        event = Event(
            kind="text",
            dedupe=id or uuid.uuid4().hex,
            conversation=who,
            sender=who,
            group=group,
            text=text,
            media=(),
            location=None,
            at=now,
            reply_address=who,
            raw_kind="text",
        )
        message = message_of_event(self.account, event, raw=text.encode(), now=now)
        handler = inbound_handlers.handler_of(message)
        with connection.cursor() as cursor:
            for statement in handler.statements([handler.prepare(message)]):
                cursor.execute(statement.sql, statement.values)
        return handler.name

    def say(self, text, **who):
        """The same, and what came back meanwhile."""
        before = set(Delivery.objects.values_list("pk", flat=True))
        self.hear(text, **who)
        while turns.answer_turn() or turns.end_talk_left_for_report():
            pass
        new = Delivery.objects.exclude(pk__in=before).order_by("id")
        return "\n--\n".join(_opened(row) for row in new if row.text_sealed)


def _opened(row):
    private, sealed = keys.sender_file().read_bytes(), bytes(row.text_sealed)
    return opening.open_with_unit_key(sealed, private, kind="text", ref=row.pk).decode()


@contextlib.contextmanager
def become(process):
    """Work with the rights of a process."""
    give_rights()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE keng_{process}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.fixture
def stage(own_keys):
    make.clock_rules()
    return Stage()


def begin_unused():
    """With handlers to whom nobody has said anything yet."""
    inbound_handlers.handlers_in_order.cache_clear()
    inbound_handlers.refresh_handlers()


@pytest.fixture
def chat(stage):
    made = Chat(stage)
    begin_unused()
    return made


def test_question_by_question_with_branching_to_the_count(chat, stage):
    survey = stage.opened()
    hello = chat.say(f"khảo sát {survey.code}")
    assert "Công an phường Nếnh: Để chọn chỗ lắp đèn." in hello
    assert "Câu 1 trong 3: Về nhà sau 22 giờ" in hello
    assert "4. Rất không yên tâm" in hello
    assert f"/s/{survey.code}" in hello
    assert "Câu 2 trong 4: Vì sao?" in chat.say("4")
    assert "Tuần tra có đủ không?" in chat.say("1, 2")
    assert "Bạn ở đâu?" in chat.say("5")
    check = chat.say("2")
    for line in ("→ Rất không yên tâm", "2. Vì sao? → Đường tối; Ít người qua lại", "→ 5 – Vừa đủ"):
        assert line in check
    assert not Answer.objects.exists()
    assert "Câu trả lời đã được tính" in chat.say("1")
    answer = Answer.objects.get()
    assert answer.said == {"q1": 3, "q2": [0, 1], "q3": 4, "place": 1}
    assert (answer.origin, answer.again) == ("chat", False)
    assert not Tip.objects.exists()


def test_a_calm_person_is_not_asked_why_and_nobody_must_answer(chat, stage):
    survey = stage.opened()
    chat.say(f"KHAO SAT {survey.code.lower()}")
    assert "Câu 2 trong 3: Tuần tra" in chat.say("1")
    assert "Bạn ở đâu?" in chat.say("bỏ qua")
    assert "3. Bạn ở đâu? → Không trả lời" in chat.say("0")
    chat.say("1")
    assert Answer.objects.get().said == {"q1": 0}


def test_a_number_that_is_no_choice_is_said_and_the_question_stays(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    assert "Chọn một số từ 1 đến 4" in chat.say("9")
    assert "Chọn một số từ 1 đến 4" in chat.say("1 2")
    assert "Vì sao?" in chat.say("3")
    assert not Tip.objects.exists()


def test_begin_again_forgets_the_answers_and_nothing_is_counted(chat, stage):
    survey = stage.opened(questions=(FEELS,), places=False)
    chat.say(f"khảo sát {survey.code}")
    chat.say("1")
    assert "Câu 1 trong 1" in chat.say("2")
    chat.say("4")
    chat.say("1")
    assert Answer.objects.get().said == {"q1": 3}


def test_stop_ends_the_survey_alone_and_a_second_one_everything(chat, stage):
    chat.say(STORY)
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    chat.say("1")
    stopped = chat.say("dừng")
    assert "Khảo sát dừng ở đây" in stopped
    assert f"khảo sát {survey.code}" in stopped
    assert "dừng nhận" in stopped
    assert not Tip.objects.get().do_not_contact
    chat.say("dừng nhận")
    assert Tip.objects.get().do_not_contact


def test_a_lone_stop_without_a_survey_is_asked_about(chat):
    chat.say(STORY)
    assert "Bạn muốn dừng nhận tin ở đây?" in chat.say("dừng")
    assert not Tip.objects.get().do_not_contact


def test_whoever_has_reported_and_asks_for_no_more_messages_ends_everything(chat, stage):
    chat.say(STORY)
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    chat.say("dừng nhận tin")
    assert Tip.objects.get().do_not_contact


def test_what_is_told_beside_a_stop_is_a_report_and_not_the_end_of_a_survey_alone(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    text = "Đừng nhắn tin nữa, nhà bên bán ma túy"
    chat.say(text)
    tip = Tip.objects.get()
    assert (tip.text, tip.do_not_contact) == (text, True)


@pytest.mark.parametrize(
    "text",
    [
        "Dừng nhận tin. Nó đang cầm dao chém chị Thoa",
        "dung nhan tin. no dang cam dao chem chi Thoa",
        "Đừng nhắn tin cho tôi. Nó đang cầm dao đuổi mẹ tôi",
        "Dừng nhận tin. Cứu em với, nó đang cầm dao",
        "Don't text me. He is beating my mother right now",
    ],
)
@pytest.mark.parametrize("has_reported", [False, True])
def test_danger_in_the_same_breath_as_a_stop_is_never_taken_for_a_stop_of_the_survey(
    chat, stage, text, has_reported
):
    if has_reported:
        chat.say("mất xe máy")
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    told = chat.say(text)
    examine.examine_messages()
    tip = Tip.objects.get()
    assert (tip.urgency, tip.do_not_contact) == ("P0", True)
    assert text in {tip.text, *tip.messages.values_list("text", flat=True)}
    assert "Khảo sát dừng" not in told


@pytest.mark.parametrize(
    "text",
    [
        "Dừng nhận tin. Nhà số 5 bán pháo lậu",
        "Stop texting me, he has a knife",
        "đừng gửi tin nữa… cháy nhà rồi",
        "stop messages, the house next door sells drugs",
    ],
)
def test_a_stop_with_words_beside_it_is_no_command_of_the_survey(text):
    assert command(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP!",
        "Dừng nhận tin",
        "dung nhan tin",
        "DỪNG NHẬN",
        "Đừng nhắn cho tôi nữa",
        "Please stop texting me",
        "hủy đăng ký",
        "huỷ đăng kí",
        "Xin dừng nhận tin. Cảm ơn ạ!",
        "Dừng nhận tin, đêm hôm cứ rung hoài",
        "Dừng!",
        "huỷ",
        "hủy",
        "dung",
        "huy",
        "ngung",
        "thôi",
    ],
)
def test_the_wish_with_its_reason_or_thanks_stops_the_survey(text):
    assert command(text).act == "stop"


@pytest.mark.parametrize("text", ["NHẬN LẠI", "nhan lai", "cho em nhận tin lại", "start"])
def test_who_wants_messages_again_says_nothing_to_the_survey(text):
    assert command(text) is None


@pytest.mark.parametrize("text", ["đúng", "Huy", "đừng", "Đúng!", "dung roi a", "Dùng", "đứng"])
def test_an_answer_in_words_ends_no_survey(chat, stage, text):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    assert command(text) is None


def test_a_report_in_the_middle_is_a_report_and_the_person_is_told(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    chat.say("4")
    told = chat.say(STORY)
    assert Tip.objects.get().text == STORY
    assert "đã nhận được tin" in told or "đã nhận tin" in told
    assert "không tính vào khảo sát" in told
    assert f"khảo sát {survey.code}" in told
    assert not ChatTalk.objects.exists()
    # From now on a number belongs to the report: an officer may have asked how many they were.
    chat.say("2")
    assert [m.text for m in DialogueMessage.objects.order_by("id")] == [STORY, "2"]
    assert not Answer.objects.exists()


def test_a_number_after_the_report_is_the_reports_before_the_worker_has_looked(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    chat.hear(STORY)
    chat.hear("2")
    assert DialogueMessage.objects.count() == 2


def test_a_number_that_answers_an_officer_is_no_answer_to_a_survey(chat, stage):
    chat.say(STORY)
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    DialogueMessage.objects.create(
        tip=Tip.objects.get(), author="desk", text="Mấy người?", channel="sandbox"
    )
    chat.say("2")
    assert DialogueMessage.objects.filter(author="reporter").last().text == "2"
    assert not Answer.objects.exists()


def test_with_an_open_report_a_survey_can_be_answered_and_stays_out_of_it(chat, stage):
    chat.say(STORY)
    survey = stage.opened(questions=(FEELS,), places=False)
    chat.say(f"khảo sát {survey.code}")
    chat.say("1")
    chat.say("1")
    assert Answer.objects.count() == 1
    assert DialogueMessage.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "113",
        "0912 000 417",
        "09 12 00 04 17",
        "khảo sát này để làm gì vậy",
        "12 người đánh nhau",
        "khảo sát phòng trọ số 5 có cờ bạc",
        "1 thanh niên",
        "dừng xe trái phép",
        "thôi chết cháy rồi",
        "khao sat 3 phong tro",
        "survey of the house next door",
        "",
        "2026",
        "1/2 km",
    ],
)
def test_what_is_no_command_of_a_survey(text):
    assert command(text) is None


@pytest.mark.parametrize("text", ["113", STORY, "0912 000 417"])
def test_what_is_no_answer_goes_the_ordinary_way_also_during_a_survey(chat, stage, text):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    assert chat.hear(text) in {"tip", "look_up"}
    assert not ChatTurn.objects.exists()


def test_a_number_without_a_survey_is_a_report_as_ever(chat):
    chat.say("2")
    assert Tip.objects.get().text == "2"


def test_the_same_message_again_answers_nothing_twice(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    assert "Vì sao?" in chat.say("4", id="m1")
    assert chat.say("4", id="m1") == ""
    assert not Tip.objects.exists()


def test_two_taps_at_once_do_not_answer_a_question_that_was_not_there_yet(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    chat.hear("1")
    chat.hear("1")
    while turns.answer_turn():
        pass
    (row,) = ChatTalk.objects.all()
    assert talk_state.unbox_talk(row).said == {"q1": 0}


def test_begun_twice_at_once_the_first_question_is_asked_once(chat, stage):
    survey = stage.opened()
    before = Delivery.objects.count()
    chat.hear(f"khảo sát {survey.code}")
    chat.hear(f"khảo sát {survey.code}")
    while turns.answer_turn():
        pass
    assert Delivery.objects.count() == before + 1


def test_begun_once_more_it_goes_on_where_it_stands(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    chat.say("1")
    assert "Câu 2 trong 3: Tuần tra" in chat.say(f"khảo sát {survey.code}")
    (row,) = ChatTalk.objects.all()
    assert talk_state.unbox_talk(row).said == {"q1": 0}


def test_after_the_count_one_number_more_is_no_report(chat, stage):
    survey = stage.opened(questions=(FEELS,), places=False)
    for text in (f"khảo sát {survey.code}", "1", "1"):
        chat.say(text)
    assert "không tính" in chat.say("1")
    assert (Answer.objects.count(), Tip.objects.count()) == (1, 0)


def test_what_is_still_kept_of_the_chat_is_said(chat, stage):
    survey = stage.opened(questions=(FEELS,), places=False)
    for text in (f"khảo sát {survey.code}", "1"):
        chat.say(text)
    thanks = chat.say("1")
    assert "không còn gì" not in thanks
    assert "không còn được giữ cùng cuộc trò chuyện" in thanks
    assert "đến khi có kết quả" in thanks
    assert ChatAnswered.objects.count() == 1


def test_one_chat_sends_one_answer_and_not_sixty(chat, stage):
    survey = stage.opened(questions=(FEELS,), places=False)
    for _ in range(60):
        begin_unused()
        for text in (f"khảo sát {survey.code}", "1", "1"):
            chat.say(text)
    assert Answer.objects.count() == 1
    begin_unused()
    refused = chat.say(f"khảo sát {survey.code}")
    assert "đã trả lời rồi" in refused
    assert "điện thoại của mình" in refused
    chat.say(f"khảo sát {survey.code}", who="binh")
    chat.say("1", who="binh")
    chat.say("1", who="binh")
    assert Answer.objects.count() == 2


def test_whoever_begins_surveys_all_the_time_is_told_once(chat, stage):
    survey = stage.opened()
    said = [chat.say(f"khảo sát {survey.code}") for _ in range(20)]
    assert sum("trong thời gian ngắn" in one for one in said) == 1
    assert said[-1] == ""


def test_a_slip_counts_once_whoever_writes_it(chat, stage):
    survey = stage.opened(questions=(FEELS,), reach="once", places=False)
    (slip,) = opening_acts.make_slips(survey.pk, 1, by=stage.coordinator)
    assert "ai có phiếu" in chat.say(f"khảo sát {survey.code}")
    assert "Không có phiếu này" in chat.say(f"khảo sát {survey.code} 00000-00000")
    chat.say(f"khảo sát {survey.code} {slip[:5]}-{slip[5:].lower()}")
    chat.say("2")
    assert "đã được tính" in chat.say("1")
    assert "Phiếu này đã trả lời rồi" in chat.say(f"khảo sát {survey.code} {slip}", who="binh")
    assert survey.tokens.get().used
    assert not ChatAnswered.objects.exists()


def test_nothing_is_kept_that_names_the_person_and_the_answer_is_tied_to_nothing(chat, stage):
    survey = stage.opened(questions=(FEELS,), places=False)
    chat.say(f"khảo sát {survey.code}", who="a-telling-id")
    chat.say("4", who="a-telling-id")
    talk = ChatTalk.objects.get()
    assert b"q1" not in bytes(talk.box)
    chat.say("1", who="a-telling-id")
    over = ChatTalk.objects.get()
    assert talk_state.unbox_talk(over).said == {}
    assert bytes(over.address_sealed) == b""
    assert not Inbound.objects.exists()
    assert not Conversation.objects.exists()
    assert not ChatTurn.objects.exists()
    linking = {"conversation_hash", "account", "hash", "token", "address_sealed", "received_at"}
    assert linking.isdisjoint(field.name for field in Answer._meta.get_fields())
    assert {row.recipient_kind for row in Delivery.objects.all()} == {"asker"}
    stage.counted(survey)
    # Counted: from now on nothing says which chats took part.
    assert not ChatAnswered.objects.exists()


def test_two_hours_later_the_unfinished_answer_is_gone(chat, stage, monkeypatch):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    chat.say("4")
    ChatTalk.objects.update(asked_at=times.now() - dt.timedelta(hours=2, minutes=1))
    chat.hear("1")
    assert Tip.objects.get().text == "1"
    assert talk_state.sweep_talks() == 1
    assert not ChatTalk.objects.exists()


def test_closed_in_the_middle_and_before_the_beginning(chat, stage):
    survey = stage.opened()
    chat.say(f"khảo sát {survey.code}")
    opening_acts.close_survey(survey.pk, by=stage.coordinator)
    closed = chat.say("1")
    assert "Khảo sát này đã đóng" in closed
    assert "Khảo sát này đã đóng" in chat.say(f"khảo sát {survey.code}", who="binh")
    assert not Answer.objects.exists()


def test_without_a_code_what_is_open_is_named_and_a_wrong_code_is_said(chat, stage):
    assert "Hiện không có khảo sát nào mở" in chat.say("khảo sát")
    survey = stage.opened()
    assert f"khảo sát {survey.code}: Đường về nhà" in chat.say("Khảo sát")
    assert "Không có khảo sát nào" in chat.say("khảo sát 7777")
    assert not Tip.objects.exists()


def test_in_english_for_whoever_begins_in_english(chat, stage):
    survey = stage.opened()
    hello = chat.say(f"Survey {survey.code}")
    assert "Question 1 of 3: How safe do you feel" in hello
    assert "Why?" in chat.say("3")
    assert "The survey is stopped" in chat.say("stop")


def test_begun_in_a_group_it_goes_on_in_the_persons_own_thread(chat, stage):
    survey = stage.opened()
    assert "Câu 1" in chat.say(f"khảo sát {survey.code}", group="g1")
    # In the group numbers are people's own.
    assert chat.hear("2", group="g1") != "survey"


def test_words_and_long_lists_are_left_to_the_page(chat, stage):
    survey = stage.opened(questions=(WHERE,), places=False)
    assert f"/s/{survey.code}" in chat.say(f"khảo sát {survey.code}")
    assert not ChatTalk.objects.exists()
    survey = stage.opened(questions=(FEELS, WHERE))
    assert re.search(r"1 câu .*chỉ có trên trang", chat.say(f"khảo sát {survey.code}"))


def test_the_longest_survey_fits_into_what_a_chat_takes(chat, stage):
    long = PATROL | {
        "kind": "choice",
        "vi": {
            "text": "x" * 200,
            "hint": "y" * 200,
            "options": ["z" * 120] * 10,
        },
    }
    survey = stage.opened(questions=(long,), places=False)
    said = chat.say(f"khảo sát {survey.code}")
    assert max(map(len, said.split("\n--\n"))) <= 2000


def test_the_edge_and_the_worker_do_it_with_their_rights(chat, stage):
    survey = stage.opened(questions=(FEELS, WHY_NOT), places=False)
    for text in (f"khảo sát {survey.code}", "1", "1"):
        with become("edge"):
            chat.hear(text)
        with become("worker"):
            assert turns.answer_turn() == 1
    with become("worker"):
        assert (
            turns.end_talk_left_for_report(),
            talk_state.sweep_talks(),
            counting.mix_answers(),
        ) == (0, 0, 0)
    assert Answer.objects.count() == 1


def test_a_message_that_cannot_be_answered_stops_nobody_else(chat, stage, monkeypatch, caplog):
    survey = stage.opened()
    whole = turns._replies_to
    found = iter([ValueError("khảo sát 0912000417"), None])

    def fails_once(turn, said):
        answers = whole(turn, said)
        if error := next(found):
            raise error
        return answers

    monkeypatch.setattr(turns, "_replies_to", fails_once)
    chat.hear(f"khảo sát {survey.code}", who="an")
    chat.hear(f"khảo sát {survey.code}", who="binh")
    assert (turns.answer_turn(), turns.answer_turn(), turns.answer_turn()) == (1, 1, 0)
    # What the failing one had begun is undone, the other one is asked.
    assert ChatTalk.objects.count() == 1
    assert Delivery.objects.count() == 1
    assert "ValueError" in caplog.text
    assert "0912000417" not in caplog.text
