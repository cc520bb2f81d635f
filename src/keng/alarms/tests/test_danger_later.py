"""Danger in a later message: the tip calls people again, whatever became of it, and 113 is said."""

import csv
import datetime
import io
from importlib import resources

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from keng.accounts.models import Post
from keng.alarms import ringing
from keng.alarms.bar import ringing_tips_of
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import bulk, closing, putting_off, suspension, triage, undo
from keng.delivery.models import Delivery, DispatchText
from keng.dialogue import answering, reporter, withdrawal
from keng.duty import pager_acts
from keng.inbox.list.inbox_query import inbox_page
from keng.incidents import incident_acts
from keng.intake.examination.examine import examine_messages
from keng.kit import times
from keng.tips import gravity, messages, receipt_codes
from keng.tips.errors import AlreadyClosed, AlreadyTaken, ChangedMeanwhile, DangerUnheard
from keng.tips.gravity import Stake, answers_not_safe, stake_of
from keng.tips.models import Alarm, DialogueMessage, Receipt, Tip, TipReader
from keng.tips.yes_no import open_yes_no
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db
DANGER = "cứu với, nó đang cầm dao ngoài cửa"
STATES = ("new", "accepted", "joined", "answered", "aside", "suspended", "closed", "complaint")


@pytest.fixture
def here(settings, monkeypatch, tmp_path):
    """A commune and its province, officers with a pager each, and an emergency room."""
    settings.EMERGENCY_EMAIL = "phong-truc@khan.example"
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()

    class Here:
        pass

    found = Here()
    found.province = make.province_unit("Công an tỉnh thử", desk_phone="0204 000 0100")
    found.commune = make.unit(
        "Công an phường thử", parent=found.province, desk_phone="0204 000 0199"
    )
    make.channel_account(channel="email", unit=found.province)
    found.lan = make.officer(unit=found.commune, name="Lan")
    found.hai = make.officer(unit=found.commune, role=Post.Role.COMMANDER, name="Hải")
    found.mai = make.officer(unit=found.province, role=Post.Role.COORDINATOR, name="Mai")
    for number, officer in enumerate((found.lan, found.hai, found.mai)):
        pager_acts.add_email_pager(f"o{number}@congan.example", by=officer)
    return found


def brought_to(here, state, **fields):
    """A tip with a chat, brought into the state by officers' decisions."""
    concerns = (here.commune,) if state == "complaint" else ()
    tip = make.tip(unit=here.commune, concerns=concerns, reference="THU-1", **fields)
    make.conversation(tip)
    if state == "accepted":
        triage.accept_tip(tip.pk, by=here.lan)
    elif state == "joined":
        first = make.tip(unit=here.commune)
        triage.mark_duplicate(tip.pk, of=first.pk, by=here.lan)
    elif state == "answered":
        triage.accept_tip(tip.pk, by=here.lan)
        answering.answer_reporter(tip.pk, text="Bạn ở đâu?", by=here.lan)
    elif state == "aside":
        until = times.now() + datetime.timedelta(hours=12)
        putting_off.put_off_tip(tip.pk, until=until, by=here.lan)
    elif state == "suspended":
        suspension.suspend_tip(
            tip.pk, ground="documents", reason="Chờ sao kê", text="Chờ.", by=here.lan
        )
    elif state == "closed":
        triage.record_outcome(tip.pk, outcome="solved", by=here.lan)
        closing.close_tip(tip.pk, by=here.lan)
    return Tip.objects.get(pk=tip.pk)


def says(tip, text=DANGER, **fields):
    """The reporter writes, the worker looks; the tip as it is then."""
    make.message(tip, text, **fields)
    examine_messages()
    tip.refresh_from_db()
    return tip


def ready_text(code):
    """The words of a ready answer that comes with the product."""
    with resources.files("keng.tips").joinpath("answers.csv").open(encoding="utf-8") as file:
        return next(row["text_vi"] for row in csv.DictReader(file) if row["code"] == code)


def called(tip, round_=0):
    calls = tip.alarm.calls.filter(round=round_, is_stand_down=False)
    return {call.officer.name if call.officer else None for call in calls}


def automatic(tip):
    said = tip.messages.filter(author=DialogueMessage.Author.AUTOMATIC).order_by("id")
    return [message.text for message in said if "113" in message.text]


@pytest.mark.parametrize("state", STATES)
def test_it_rings_in_every_state_and_113_is_answered(here, state):
    tip = says(brought_to(here, state))
    assert tip.urgency == "P0"
    assert ringing.call_what_rings() == 1
    # A desk that the tip is about is kept out: then the province alone is called.
    everybody = {"Mai", None} if state == "complaint" else {"Lan", "Hải", "Mai", None}
    assert called(tip) == everybody
    assert [each.tip_id for each in ringing_tips_of(here.mai)] == [tip.pk]
    (said,) = automatic(tip)
    assert said.startswith("Nếu có người đang gặp nguy hiểm, gọi 113 ngay")
    sent = Delivery.objects.filter(recipient_kind="conversation", text__text=said)
    # Who writes by receipt after the end reads it on that page: the address of the chat is gone.
    assert [each.state for each in sent] == ([] if state == "closed" else ["queued"])
    assert Entry.objects.filter(action="tip.danger_heard", object_id=str(tip.pk)).count() == 1
    # It waits in the list as well, or can be opened from the bar if it had ended.
    listed = [row.pk for group in inbox_page(here.mai).groups for row in group.rows]
    assert (tip.pk in listed) == (state != "closed")


@pytest.mark.parametrize(
    ("topic", "text", "is_for_child"),
    [
        ("child", "bố con hay đánh con và mẹ", True),
        ("other", "chồng tôi hay đánh tôi", True),
        ("theft", "Có người rình xe", False),
    ],
)
def test_a_child_is_answered_with_111_and_comfort_too(here, topic, text, is_for_child):
    tip = make.tip(unit=here.commune, topic=topic, text=text)
    (said,) = automatic(says(tip, "đang đập cửa phòng, con trốn dưới gầm giường, cứu con"))
    assert ("111" in said) is is_for_child
    assert ("không phải lỗi của bạn" in said) is is_for_child


@pytest.mark.parametrize("state", STATES)
def test_whoever_wants_no_contact_is_sent_nothing_and_the_alarm_says_so(here, state, desk_client):
    tip = brought_to(here, state)
    Tip.objects.filter(pk=tip.pk).update(do_not_contact=True)
    before = Delivery.objects.filter(recipient_kind="conversation").count()
    said = tip.messages.exclude(author="reporter").count()
    says(tip)
    assert ringing.call_what_rings() == 1
    assert Delivery.objects.filter(recipient_kind="conversation").count() == before
    assert tip.messages.exclude(author="reporter").count() == said
    calls = DispatchText.objects.filter(dispatch__kind="page", dispatch__source_ref=tip.alarm.pk)
    vietnamese = [each.text for each in calls if each.language == "vi"]
    assert len(vietnamese) >= 2
    assert all("không gọi, không nhắn" in text for text in vietnamese)
    bar = sign_in(desk_client, here.mai).get("/alarm/").content.decode()
    assert "không gọi, không nhắn" in bar.lower()


@pytest.mark.parametrize("channel", ["web", "team", "phone", "counter", "chat", "zalo_oa"])
def test_it_rings_in_every_channel_and_is_answered_where_it_can_be_read(here, channel):
    tip = make.tip(unit=here.commune, channel=channel)
    triage.accept_tip(tip.pk, by=here.lan)
    if channel == "zalo_oa":
        make.conversation(tip)
    says(tip)
    assert ringing.call_what_rings() == 1
    assert len(automatic(tip)) == 1
    sent = Delivery.objects.filter(recipient_kind="conversation").count()
    assert sent == (1 if channel == "zalo_oa" else 0)


def test_who_says_in_the_same_breath_not_to_be_called_is_sent_nothing(here):
    tip = says(brought_to(here, "accepted"), f"{DANGER}. Đừng gọi nữa nhé")
    assert tip.do_not_contact
    assert tip.rings
    assert not automatic(tip)


@pytest.mark.parametrize("question", ["urgent-safe", "violence-safe"])
@pytest.mark.parametrize("answer", ["2", "Không", "chưa ạ", "2.", "Không\nEm ở tầng hai"])
def test_a_plain_no_to_whether_they_are_safe_rings(here, question, answer):
    tip = brought_to(here, "accepted", category="scam_bank", urgency="P1")
    messages.add_message(tip, ready_text(question), by=here.lan, hold=datetime.timedelta(0))
    assert says(tip, answer).rings
    assert stake_of(tip) is Stake.LIFE
    assert len(automatic(tip)) == 1


@pytest.mark.parametrize("answer", ["1", "Có", "Dạ an toàn", "2 người"])
def test_another_answer_to_it_rings_nobody(here, answer):
    tip = brought_to(here, "accepted", urgency="P1")
    messages.add_message(tip, ready_text("urgent-safe"), by=here.lan, hold=datetime.timedelta(0))
    assert not says(tip, answer).rings


def test_a_no_to_another_question_rings_nobody(here):
    tip = brought_to(here, "accepted", urgency="P1")
    messages.add_message(tip, ready_text("urgent-safe"), by=here.lan, hold=datetime.timedelta(0))
    messages.add_message(
        tip, "Bạn còn giữ tin nhắn đó không?", by=here.lan, hold=datetime.timedelta(0)
    )
    assert not says(tip, "không").rings


def test_the_same_message_looked_at_twice_rings_once(here):
    tip = says(brought_to(here, "accepted"))
    ringing.call_what_rings()
    triage.accept_tip(tip.pk, by=here.lan)
    DialogueMessage.objects.update(examined_at=None)
    examine_messages()
    tip.refresh_from_db()
    assert not tip.rings
    assert len(automatic(tip)) == 1
    assert ringing.call_what_rings() == 0


def test_a_new_message_of_danger_rings_again_after_the_first_was_taken(here):
    tip = says(brought_to(here, "new"))
    ringing.call_what_rings()
    triage.accept_tip(tip.pk, by=here.lan)
    tip.refresh_from_db()
    assert not tip.rings
    tip = says(tip, "nó đang phá cửa, cứu với, nó có dao")
    alarm = Alarm.objects.get(tip=tip)
    assert (alarm.ended_at, alarm.taken_by, alarm.rounds) == (None, None, 0)
    assert ringing.call_what_rings() == 1
    assert {"Hải", "Mai"} <= called(tip)


def test_two_messages_in_one_minute_ring_and_are_answered_once(here):
    tip = brought_to(here, "accepted")
    make.message(tip, DANGER)
    make.message(tip, "đang đập cửa, nó cầm dao, cứu với")
    assert examine_messages() == 2
    assert ringing.call_what_rings() == 1
    assert ringing.call_what_rings() == 0
    tip.refresh_from_db()
    assert len(automatic(tip)) == 1
    assert Alarm.objects.get(tip=tip).rounds == 1


def test_whoever_has_the_tip_open_is_called_first_and_everybody_two_minutes_later(
    here, monkeypatch
):
    tip = brought_to(here, "accepted")
    TipReader.objects.create(tip=tip, officer=here.lan, seen_at=times.now())
    says(tip)
    assert ringing.call_what_rings() == 1
    assert called(tip) == {"Lan"}
    # On the desks of the others it stands all the same.
    assert [each.tip_id for each in ringing_tips_of(here.mai)] == [tip.pk]
    later = times.now() + ringing.CALL_EVERY
    monkeypatch.setattr(times, "now", lambda: later)
    assert ringing.call_what_rings() == 1
    assert called(tip, 1) == {"Lan", "Hải", "Mai", None}


def test_nobody_who_may_not_see_it_stands_in_for_those_who_may(here):
    """The officer on duty is of the desk it is about: whoever else may see it is called at once."""
    from keng.alarms.tests.test_alarms import on_duty

    on_duty(here.commune, here.lan, here.hai)
    elsewhere = make.unit(parent=here.province)
    helper = make.officer(unit=here.province, name="Bình")
    make.post(here.mai, unit=elsewhere)
    on_duty(here.province, here.mai, here.mai)
    tip = make.tip(unit=here.commune, urgency="P0", concerns=(here.commune, elsewhere))
    assert ringing.call_what_rings() == 1
    assert called(tip) == {helper.name, None}
    room = DispatchText.objects.get(dispatch__kind="page", text__contains="0204 000 0100")
    assert "0204 000 0199" not in room.text


def test_the_first_who_takes_it_has_it_even_from_a_colleague(here, desk_client):
    tip = says(brought_to(here, "accepted"))
    ringing.call_what_rings()
    page = sign_in(desk_client, here.mai).get("/alarm/").content.decode()
    assert "Lan" in page
    assert DANGER in page
    assert desk_client.post(f"/tips/{tip.pk}/accept/").status_code == 302
    tip.refresh_from_db()
    assert (tip.assigned_to, tip.rings) == (here.mai, False)
    assert Alarm.objects.get(tip=tip).taken_by == here.mai
    with pytest.raises(AlreadyTaken):
        triage.accept_tip(tip.pk, by=here.hai)


def test_an_answer_of_whoever_has_it_is_taking_it_and_of_another_is_not(here):
    tip = says(brought_to(here, "accepted"))
    ringing.call_what_rings()
    answering.answer_reporter(tip.pk, text="Bạn ở đâu?", by=here.hai)
    tip.refresh_from_db()
    assert tip.rings
    answering.answer_reporter(tip.pk, text="Chúng tôi tới ngay", by=here.lan)
    tip.refresh_from_db()
    assert not tip.rings
    assert Alarm.objects.get(tip=tip).taken_by == here.lan


def test_a_joined_tip_stays_in_the_list_until_somebody_answers(here):
    tip = says(brought_to(here, "joined"))
    triage.accept_tip(tip.pk, by=here.lan)

    def is_listed():
        return tip.pk in {row.pk for group in inbox_page(here.lan).groups for row in group.rows}

    assert is_listed()
    answering.answer_reporter(tip.pk, text="Bạn có an toàn không?", by=here.lan)
    assert not is_listed()


def test_a_no_that_names_the_question_whether_they_are_safe_rings_whatever_was_written_since(here):
    """So the buttons of the page say it; a bare word answers what the desk wrote last."""
    tip = brought_to(here, "accepted", urgency="P1")
    for text in (ready_text("urgent-safe"), "Xe màu gì, bạn nhớ không?"):
        messages.add_message(tip, text, by=here.lan, hold=datetime.timedelta(0))
    question = open_yes_no([message.text for message in tip.messages.order_by("id")])
    assert not answers_not_safe(make.message(tip, question.yes, at=times.now()))
    assert says(tip, question.no).rings


def test_a_closed_tip_is_taken_by_opening_it_again(here, desk_client):
    tip = says(brought_to(here, "closed"))
    ringing.call_what_rings()
    sign_in(desk_client, here.hai)
    assert "báo nguy" in desk_client.get("/alarm/").content.decode()
    page = desk_client.post(f"/tips/{tip.pk}/accept/", follow=True).content.decode()
    tip.refresh_from_db()
    assert (tip.state, tip.assigned_to, tip.rings) == ("accepted", here.hai, False)
    assert tip.due_at is not None
    assert tip.decisions.filter(kind="reopened", by=here.hai).count() == 1
    assert "mở lại" in page
    assert Alarm.objects.get(tip=tip).taken_by == here.hai
    with pytest.raises(AlreadyTaken):
        triage.accept_tip(tip.pk, by=here.lan)


def test_a_closed_tip_that_does_not_ring_is_still_taken_by_nobody(here):
    tip = brought_to(here, "closed")
    with pytest.raises(AlreadyClosed):
        triage.accept_tip(tip.pk, by=here.lan)


def test_undoing_an_older_decision_does_not_undo_the_danger(here):
    tip = make.tip(unit=here.commune)
    step = triage.sort_tip(tip.pk, category="theft", urgency="P1", by=here.lan)
    says(tip)
    undo.take_back_decision(step.pk, by=here.lan)
    tip.refresh_from_db()
    assert (tip.category, tip.urgency, tip.rings) == ("", "P0", True)
    assert tip.clocks.filter(rule_code="URGENT_NOW", stopped_at=None).count() == 1


def test_undoing_the_end_of_a_tip_keeps_the_danger_told_since(here):
    tip = make.tip(unit=here.commune, outcome="solved")
    step = closing.close_tip(tip.pk, by=here.lan)
    says(tip)
    undo.take_back_decision(step.pk, by=here.lan, secret=step.secret)
    tip.refresh_from_db()
    assert (tip.is_open, tip.urgency, tip.rings) == (True, "P0", True)
    assert tip.clocks.filter(rule_code="URGENT_NOW", stopped_at=None).count() == 1


def test_giving_it_back_within_the_minute_rings_again(here):
    tip = says(brought_to(here, "accepted"))
    ringing.call_what_rings()
    step = triage.accept_tip(tip.pk, by=here.hai)
    undo.take_back_decision(step.pk, by=here.hai)
    tip.refresh_from_db()
    assert (tip.assigned_to, tip.rings) == (here.lan, True)
    assert ringing.call_what_rings() == 1


def test_undoing_finds_the_moment_of_the_message_again(here):
    tip = says(brought_to(here, "accepted"))
    told = Tip.objects.get(pk=tip.pk).danger_at
    assert told == tip.messages.filter(author="reporter").latest("at").at
    step = triage.sort_tip(tip.pk, category="theft", urgency="P2", by=here.lan)
    undo.take_back_decision(step.pk, by=here.lan)
    tip.refresh_from_db()
    assert tip.danger_at == told
    assert gravity.danger_message(tip) is not None


def test_sorting_it_lower_or_joining_it_ends_the_calls_and_a_stale_page_cannot(here):
    lower, joined = says(brought_to(here, "accepted")), says(brought_to(here, "accepted"))
    ringing.call_what_rings()
    with pytest.raises(ChangedMeanwhile):
        triage.sort_tip(lower.pk, category="theft", urgency="P2", by=here.lan, seen="~~~")
    triage.sort_tip(lower.pk, category="theft", urgency="P2", by=here.lan)
    first = make.tip(unit=here.commune, urgency="P0")
    triage.mark_duplicate(joined.pk, of=first.pk, by=here.lan)
    for tip in (lower, joined):
        tip.refresh_from_db()
        assert (tip.rings, tip.danger_at) == (False, None)
        assert tip.alarm.ended_at is not None


def test_one_that_rings_long_is_called_often_again_when_more_is_told(here):
    tip = says(brought_to(here, "accepted"))
    ringing.call_what_rings()
    long_called = times.now() + ringing.CALL_LATER_EVERY
    Alarm.objects.filter(tip=tip).update(rounds=40, next_call_at=long_called)
    says(tip, "nó đang phá cửa, cứu với, nó có dao")
    assert Alarm.objects.get(tip=tip).next_call_at <= times.now() + ringing.CALL_EVERY


CODE = receipt_codes.code_from_token("a token of these tests")


def status_page(client, tip):
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    client.post("/status/", {"code": CODE})
    return client.post("/status/tip/", {"text": DANGER}, follow=True).content.decode()


@pytest.mark.parametrize("state", ["new", "accepted", "closed"])
def test_the_status_page_says_113_at_once_and_rings(here, public_client, state):
    tip = brought_to(here, state)
    DialogueMessage.objects.update(visible_at=times.now())
    page = status_page(public_client, tip)
    first = page.partition("<h1")[0]
    assert 'href="tel:113"' in first
    assert "gọi 113 ngay" in first
    # Nothing on it tells how the desk takes it.
    assert "đang được gọi" not in page
    assert tip.messages.filter(text=DANGER).count() == 1
    examine_messages()
    tip.refresh_from_db()
    assert tip.rings


def test_what_is_closed_takes_no_other_words(here):
    tip = brought_to(here, "closed")
    with pytest.raises(AlreadyClosed):
        reporter.add_reporter_message(tip.pk, text="Cảm ơn các anh")


@pytest.mark.parametrize("ended", ["withdrawn", "sealed"])
def test_danger_after_words_were_taken_back_or_sealed_is_a_report_of_its_own(
    here, public_client, ended
):
    tip = make.tip(unit=here.commune, concerns=(here.commune,), do_not_contact=True)
    if ended == "withdrawn":
        withdrawal.withdraw_tip(tip.pk)
    else:
        Tip.objects.filter(pk=tip.pk).update(
            kind="ngoai_pham_vi", state="closed", closed_at=times.now(), due_at=None, text=""
        )
    tip.clocks.update(stopped_at=times.now())
    page = status_page(public_client, tip)
    assert "gọi 113 ngay" in page
    new = Tip.objects.exclude(pk=tip.pk).get()
    assert (new.text, new.urgency, new.responsible_unit) == (DANGER, "P0", here.commune)
    assert [each.unit for each in new.concerns.all()] == [here.commune]
    assert new.do_not_contact == (ended == "sealed")
    assert ringing.call_what_rings() == 1
    assert called(new) == {"Mai", None}


def test_danger_from_officers_of_the_desk_goes_past_it_at_once_and_113_is_said(here, public_client):
    tip = make.tip(unit=here.commune)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    public_client.post("/status/", {"code": CODE})
    words = "Cứu em với, công an phường đang đánh em ở đồn, trưởng công an phường đánh em chảy máu"
    page = public_client.post("/status/tip/", {"text": words}, follow=True).content.decode()
    assert "gọi 113 ngay" in page
    assert "Tin này có vẻ nói về cán bộ ở đó." in page
    new = Tip.objects.exclude(pk=tip.pk).get()
    assert (new.urgency, new.responsible_unit) == ("P0", here.province)
    assert [(each.unit, each.is_guess) for each in new.concerns.all()] == [(here.commune, True)]
    assert not tip.messages.exists()
    assert ringing.call_what_rings() == 1
    assert called(new) == {"Mai", None}


def test_and_goes_to_the_desk_when_the_reporter_says_that_it_is_meant_for_it(here, public_client):
    tip = make.tip(unit=here.commune)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    public_client.post("/status/", {"code": CODE})
    words = "Cứu em với, công an phường đang đánh em ở đồn"
    public_client.post("/status/tip/", {"text": words, "meant": "1"})
    assert tip.messages.get().text == words
    assert Tip.objects.count() == 1


def test_files_with_danger_after_the_end_are_kept_once_with_the_new_report(here, public_client):
    keys.make_unit_keys("words-for-a-test")
    tip = make.tip(unit=here.commune)
    withdrawal.withdraw_tip(tip.pk)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    public_client.post("/status/", {"code": CODE})
    for _ in range(2):
        seen = SimpleUploadedFile("a.png", small_picture(), "image/png")
        public_client.post("/status/tip/", {"text": DANGER, "attached": seen})
    new = Tip.objects.exclude(pk=tip.pk).get()
    assert new.attachments.count() == 1
    assert not tip.attachments.exists()


def test_a_file_that_cannot_be_taken_keeps_no_danger_back(here, public_client):
    keys.make_unit_keys("words-for-a-test")
    tip = make.tip(unit=here.commune)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    public_client.post("/status/", {"code": CODE})
    foreign = SimpleUploadedFile("a.txt", b"co tieng dap cua", "text/plain")
    answer = public_client.post("/status/tip/", {"text": DANGER, "attached": foreign})
    assert "Lời bạn viết đã tới, tệp thì chưa" in answer.content.decode()
    assert tip.messages.get().text == DANGER
    assert not tip.attachments.exists()


def small_picture():
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(made, "PNG")
    return made.getvalue()


def test_its_code_is_not_shown_again_to_whoever_closed_it(here, public_client):
    tip = make.tip(unit=here.commune)
    withdrawal.withdraw_tip(tip.pk)
    assert receipt_codes.grouped_code(CODE) not in status_page(public_client, tip)
    public_client.post("/receipt/")
    public_client.post("/status/", {"code": CODE})
    again = public_client.post("/status/tip/", {"text": DANGER})
    assert again.url == "/status/"
    assert Tip.objects.count() == 2


@pytest.mark.parametrize("is_examined", [True, False])
def test_no_decision_on_many_takes_or_ends_it(here, is_examined):
    quiet, told = make.tip(unit=here.commune), make.tip(unit=here.commune)
    make.message(told, DANGER)
    if is_examined:
        examine_messages()
    done = bulk.accept_tips([quiet.pk, told.pk], since=times.now(), by=here.lan)
    assert len(done.steps) == 1
    told.refresh_from_db()
    assert told.assigned_to is None
    triage.mark_duplicate(quiet.pk, of=make.tip(unit=here.commune).pk, by=here.lan)
    quiet.refresh_from_db()
    make.message(quiet, DANGER)
    if is_examined:
        examine_messages()
    incident_acts.record_incident_outcome(quiet.incident_id, outcome="solved", by=here.lan)
    with pytest.raises(DangerUnheard):
        incident_acts.close_incident(quiet.incident_id, by=here.lan)


def test_taking_a_report_back_ends_no_danger_that_nobody_has_looked_at(here):
    tip = make.tip(unit=here.commune, text="Hàng xóm to tiếng")
    make.message(tip, DANGER)
    withdrawal.withdraw_tip(tip.pk)
    assert DialogueMessage.objects.get(tip=tip, author="reporter").text == DANGER
    examine_messages()
    tip.refresh_from_db()
    assert tip.rings
