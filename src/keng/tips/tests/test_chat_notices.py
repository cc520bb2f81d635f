"""What leaves to a reporter by chat: every notice that there is, and the words it may have."""

import ast
import datetime
from pathlib import Path

import pytest
from django.utils import translation

import keng
from keng.decisions import suspension
from keng.delivery.models import Conversation, Delivery, DispatchText
from keng.dialogue import answering, reporter
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.kit.viewing_copies import NoCopy
from keng.tips import letters, receipt_codes
from keng.tips.messages import add_message
from keng.tips.models import Decision, Receipt, Tip
from tests import make

pytestmark = pytest.mark.django_db

NEUTRAL = {
    "vi": "Bạn có trả lời mới",
    "en": "You have a new answer",
    "zh-hans": "您有新的回复",
    "ko": "새 답변이 있습니다",
}
# Who sends into a conversation: the door of all notices, and what answers words typed just then.
SENDERS = {"keng.tips.messages", "keng.intake.coming_back"}
# Who uses that door. A new one has its words here, or in a test of its own.
NOTICES = {
    "keng.alarms.later_danger",
    "keng.breaches.telling",
    "keng.decisions.closing",
    "keng.decisions.meant_for_unit",
    "keng.decisions.suspension",
    "keng.dialogue.answering",
    "keng.incidents.incident_acts",
    "keng.transfers.taking_in",
    "keng.tips.viewing_copies",
}


@pytest.fixture
def tip():
    found = make.tip(unit=make.unit(), text="Có người bán ma túy ở hẻm 9", urgency=Urgency.P2)
    make.conversation(found)
    return found


def callers_of(name):
    root = Path(keng.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and node.func
            if getattr(called, "attr", getattr(called, "id", "")) == name:
                found.add(".".join(path.relative_to(root.parent).with_suffix("").parts))
    return found


def sent():
    return list(DispatchText.objects.order_by("id").values_list("text", flat=True))


def test_every_notice_goes_through_one_door():
    assert callers_of("send_to_conversation") == SENDERS
    assert callers_of("add_message") == NOTICES


def test_the_words_are_the_same_whatever_there_is_to_read(tip):
    """Each fixed sentence that the desk or the worker sends; nothing but the list leaves."""
    sentences = [
        letters.suspended_sentence(),
        letters.resumed_sentence(),
        letters.bank_first_sentence(),
        *(letters.closing_sentence(tip, outcome) for outcome in Tip.Outcome),
        *(letters.decline_reply(kind, tip) for kind in Decision.DeclinedAs),
        *(letters.not_shown_sentence(reason) for reason in NoCopy),
    ]
    for words in sentences:
        message = add_message(tip, words, by=None)
        assert message.text == words.strip()
    assert len(sentences) > 20
    assert set(sent()) == {NEUTRAL["vi"]}


@pytest.mark.parametrize("language", NEUTRAL)
def test_in_the_language_of_the_reporter(tip, language):
    tip.language = language
    add_message(tip, "Xe màu gì vậy?", by=None)
    assert sent() == [NEUTRAL[language]]


def test_no_notice_names_desk_place_matter_code_or_address():
    for words in NEUTRAL.values():
        assert not any(letter.isdigit() for letter in words)
        assert "://" not in words
        assert not {"công an", "police", "tin báo", "report", "tố giác"} & {words.lower()}


def test_what_officers_do_leaves_neutral_words(tip):
    officer = make.officer(unit=tip.responsible_unit)
    answering.answer_reporter(tip.pk, text="Hẻm 9 đường nào ạ?", by=officer)
    suspension.suspend_tip(
        tip.pk,
        ground="documents",
        reason="Chờ kết quả",
        text="Phường tạm ngưng",
        by=officer,
    )
    suspension.resume_tip(tip.pk, reason="Đã có kết quả", by=officer)
    assert len(sent()) == 3
    assert set(sent()) == {NEUTRAL["vi"]}
    # On the page all of it is there.
    assert any("Hẻm 9" in each.text for each in tip.messages.all())


def test_words_come_into_the_chat_of_whoever_asked_for_them_and_no_more_after(tip):
    reporter.choose_what_chat_shows(tip.pk, shows_words=True)
    tip.refresh_from_db()
    add_message(tip, "Xe màu gì vậy?", by=None)
    reporter.choose_what_chat_shows(tip.pk, shows_words=False)
    tip.refresh_from_db()
    add_message(tip, "Xe biển số nào?", by=None)
    assert sent() == ["Xe màu gì vậy?", NEUTRAL["vi"]]


def test_who_calls_for_help_and_writes_reads_the_question_there(tip):
    """A page and a code would cost a minute that there is not; their own cry stands above it."""
    Tip.objects.filter(pk=tip.pk).update(urgency=Urgency.P0)
    tip.refresh_from_db()
    add_message(tip, "Bạn ở tầng mấy?", by=None)
    Conversation.objects.update(last_inbound_at=times.now() - datetime.timedelta(minutes=11))
    add_message(tip, "Bạn còn ở đó không?", by=None)
    assert sent() == ["Bạn ở tầng mấy?", NEUTRAL["vi"]]


@pytest.mark.parametrize(
    "said", [{"feared_at": times.now()}, {"is_for_named": True}], ids=["fears", "named"]
)
def test_whoever_it_is_about_may_hold_the_phone(tip, said):
    Tip.objects.filter(pk=tip.pk).update(urgency=Urgency.P0, **said)
    tip.refresh_from_db()
    add_message(tip, "Bạn ở tầng mấy?", by=None)
    assert sent() == [NEUTRAL["vi"]]


def test_whom_to_ring_is_said_where_it_was_asked(tip):
    words = letters.danger_first_sentence()
    add_message(tip, words, by=None, says_whom_to_ring=True)
    assert sent() == [words]


def test_what_is_carried_is_what_the_sentence_says(tip):
    with translation.override("vi"):
        add_message(tip, "Công an đã nhận", by=None)
    assert Delivery.objects.get().text.text == NEUTRAL["vi"]


def test_the_choice_stands_on_the_page_of_the_report_and_is_off(public_client, tip):
    code = receipt_codes.code_from_token("a-token-of-these-tests")
    Receipt.objects.create(tip=tip, hash=receipt_codes.code_hash(code))
    public_client.post("/status/", {"code": code})
    page = public_client.get("/status/tip/").content.decode()
    assert "Tin nhắn chỉ viết “Bạn có trả lời mới”" in page.replace("\u00a0", " ")
    answer = public_client.post("/status/tip/", {"wish": "chat-shows-words"})
    assert answer.status_code == 303
    tip.refresh_from_db()
    assert tip.chat_shows_answers
    assert 'value="chat-shows-none"' in public_client.get("/status/tip/").content.decode()
