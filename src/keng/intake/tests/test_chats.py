"""Where a chat can be answered is forgotten with its tip, or when nobody is to be written to."""

import json

import pytest
from nacl.exceptions import CryptoError

from keng.conftest import sign_in
from keng.decisions import out_of_scope, triage, undo, undo_ending
from keng.delivery.models import Conversation, Delivery, DispatchText
from keng.dialogue import answering, withdrawal
from keng.intake.examination import examine
from keng.kit import times
from keng.tips import chats, messages, origins, receipt_codes
from keng.tips.models import HeldEnding, Receipt, Tip
from keng.vault import keys, opening
from keng.vault.models import SealedIdentity
from tests import make

pytestmark = pytest.mark.django_db

STORY = "Có hai thanh niên đang cạy cửa nhà trọ số 5"
CODE = receipt_codes.code_from_token("token-of-a-test")


@pytest.fixture
def chat(say):
    """A tip that came in a chat, and its officer."""
    say(STORY)
    tip = Tip.objects.get()
    examine.examine_tips()
    return tip, make.officer(unit=tip.responsible_unit)


def test_what_a_chat_seals_opens_for_its_unit_in_its_own_row_alone(say):
    """Also what was cut from a message that joined a tip which the edge did not know of."""
    for words in (f"{STORY}, sdt của em 0987000123", "sdt của em 0987000456"):
        say(words)
    tip = Tip.objects.get()
    rows = list(SealedIdentity.objects.filter(tip_ref=tip.pk).order_by("kind", "id"))
    assert [row.kind for row in rows] == ["in_text", "in_text", "raw"]
    private = keys.unlock_unit_keys(keys.operator_file(), "words-for-a-test")
    opened = [opening.open_identity(row, private[tip.responsible_unit_id]) for row in rows]
    assert [json.loads(each) for each in opened[:2]] == [["0987000123"], ["0987000456"]]
    assert opened[2].decode() == f"{STORY}, sdt của em 0987000123"
    rows[0].ciphertext, rows[1].ciphertext = rows[1].ciphertext, rows[0].ciphertext
    for row in rows[:2]:
        with pytest.raises(CryptoError):
            opening.open_identity(row, private[tip.responsible_unit_id])


def addresses():
    return [bytes(talk.reply_address_sealed) for talk in Conversation.objects.order_by("id")]


def is_reachable(tip):
    return messages.conversation_of(Tip.objects.get(pk=tip.pk)) is not None


def closed(tip, officer, text=""):
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    return triage.close_tip(tip.pk, text=text, by=officer)


ENDINGS = {
    "closed": closed,
    "declined": lambda tip, by: triage.decline_tip(tip.pk, kind="civil", reply="Không.", by=by),
    "out of scope": lambda tip, by: triage.decline_tip(
        tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=by
    ),
    "taken back": lambda tip, _by: withdrawal.withdraw_tip(tip.pk),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_goes_at_once_with_every_ending(chat, ending):
    ENDINGS[ending](*chat)
    assert addresses() == [b""]


def test_it_goes_at_once_when_a_report_is_taken_back_that_the_desk_must_finish(chat):
    tip, officer = chat
    triage.accept_tip(tip.pk, by=officer)
    withdrawal.withdraw_tip(tip.pk)
    assert Tip.objects.get().is_open
    assert addresses() == [b""]


def test_also_that_of_a_talk_which_the_person_left_for_a_new_report(chat, say):
    tip, officer = chat
    say("tin mới")
    assert is_reachable(tip)
    say("Ngoài chợ có đánh nhau, hai người cầm gậy")
    closed(tip, officer)
    old, new = Conversation.objects.order_by("id")
    assert (bytes(old.reply_address_sealed), old.tip_ref) == (b"", tip.pk)
    assert bytes(new.reply_address_sealed)


def test_the_last_words_still_arrive(chat):
    tip, officer = chat
    closed(tip, officer, text="Đã xong, cảm ơn bạn.")
    last = Delivery.objects.get(text__text="Đã xong, cảm ơn bạn.")
    assert (last.state, bool(last.address_sealed)) == ("queued", True)


def test_an_end_that_is_taken_back_brings_it_back(chat, say):
    tip, officer = chat
    (before,) = addresses()
    step = closed(tip, officer)
    # It is in the box of the ending alone, which opens with what the officer's page holds.
    (held,) = HeldEnding.objects.all()
    assert before not in bytes(held.box)
    undo.take_back_decision(step.pk, secret=step.secret, by=officer)
    assert addresses() == [before]
    say("còn một việc nữa")
    assert Tip.objects.count() == 1
    assert tip.messages.count() == 2


def test_a_tip_that_is_opened_again_is_answered_on_its_page_alone(chat, say, desk_client):
    tip, officer = chat
    closed(tip, officer)
    HeldEnding.objects.update(until=times.now())
    undo_ending.forget_held_endings()
    triage.reopen_tip(tip.pk, reason="Có tin mới", by=officer)
    page = sign_in(desk_client, officer).get(f"/tips/{tip.pk}/").content.decode()
    assert "địa chỉ trò chuyện đã xóa khi tin kết thúc: chỉ đọc được bằng mã biên nhận" in page
    before = Delivery.objects.count()
    message = answering.answer_reporter(tip.pk, text="Chúng tôi xem lại.", by=officer)
    assert (message.channel, Delivery.objects.count()) == ("web", before)
    # Who writes again in that chat begins another tip, which can be answered there.
    say("Ngoài chợ có đánh nhau, hai người cầm gậy")
    new = Tip.objects.latest("id")
    assert new.pk != tip.pk
    assert is_reachable(new)
    assert not is_reachable(tip)


def test_nor_is_an_objection_answered_elsewhere(chat):
    tip, officer = chat
    ENDINGS["out of scope"](tip, officer)
    out_of_scope.object_to_sealing(tip.pk)
    tip.refresh_from_db()
    assert tip.is_open
    assert not is_reachable(tip)


def test_a_message_that_came_in_that_moment_is_answered_first(chat, say):
    tip, officer = chat
    say("nó cầm dao đuổi theo tôi, cứu với")
    closed(tip, officer)
    assert is_reachable(tip)
    assert chats.forget_unneeded_addresses() == 0
    examine.examine_messages()
    told = DispatchText.objects.filter(text__contains="113")
    assert Delivery.objects.filter(text__in=told, state="queued").exists()
    # Danger opened it again in the bar; it has ended all the same.
    assert not Tip.objects.get().is_open
    assert chats.forget_unneeded_addresses() == 1
    assert addresses() == [b""]


@pytest.mark.parametrize("stop", ["dừng nhận tin", "đừng liên lạc với tôi nữa"])
@pytest.mark.usefixtures("chat")
def test_it_goes_when_somebody_asks_not_to_be_written_to(say, stop):
    say(stop)
    examine.examine_messages()
    assert Tip.objects.get().do_not_contact
    assert addresses() == [b""]


def test_who_begins_with_that_wish_has_none(say):
    say(f"{STORY}, đừng gọi lại cho tôi")
    tip = Tip.objects.get()
    assert tip.do_not_contact
    assert addresses() == [b""]
    # Its desk does not think that an answer can be read: no code went out.
    assert "mã biên nhận từ trước lời dặn" in origins.answer_place(tip, tip.channel)


def test_who_stopped_and_writes_on_is_told_once_how_to_come_back_and_is_forgotten_again(chat, say):
    say("dừng nhận tin")
    before = Delivery.objects.count()
    say("họ vừa đi rồi")
    assert chats.forget_unneeded_addresses() == 0
    examine.examine_messages()
    assert Delivery.objects.count() == before + 1
    assert chats.forget_unneeded_addresses() == 1
    say("họ quay lại")
    examine.examine_messages()
    chats.forget_unneeded_addresses()
    assert Delivery.objects.count() == before + 1
    assert addresses() == [b""]


def test_who_comes_back_can_be_written_to_again(chat, say):
    tip, officer = chat
    say("dừng nhận tin")
    say("nhận lại")
    assert is_reachable(tip)
    assert chats.forget_unneeded_addresses() == 0
    answering.answer_reporter(tip.pk, text="Bạn còn ở đó không?", by=officer)
    assert Delivery.objects.latest("id").text.text == "Bạn còn ở đó không?"


def test_what_ended_before_we_did_so_is_forgotten_and_what_is_open_is_not(chat, say):
    tip, officer = chat
    closed(tip, officer)
    Conversation.objects.update(reply_address_sealed=b"sealed to the sender")
    say("Ngoài chợ có đánh nhau, hai người cầm gậy", who="binh")
    assert chats.forget_unneeded_addresses() == 1
    assert [bool(address) for address in addresses()] == [False, True]
    assert chats.forget_unneeded_addresses() == 0


def test_the_page_of_the_report_says_so(chat, public_client):
    tip, officer = chat
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    public_client.post("/status/", {"code": CODE})
    page = public_client.get("/status/tip/").content.decode()
    assert "Nơi bạn nhắn tin báo chỉ hiện câu" in page
    closed(tip, officer)
    HeldEnding.objects.update(until=times.now())
    triage.reopen_tip(tip.pk, reason="Có tin mới", by=officer)
    page = public_client.get("/status/tip/").content.decode()
    assert "Câu trả lời chỉ có ở trang này, không gửi vào cuộc trò chuyện của bạn nữa." in page
