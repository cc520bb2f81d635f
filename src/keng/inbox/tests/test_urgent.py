"""A critical tip's page: the check list, the replies of one tap, and the calls in its story."""

import datetime
import itertools

import pytest

from keng.alarms import calls, ringing
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import check_steps, triage
from keng.delivery.models import Delivery
from keng.dialogue import answering
from keng.dialogue.ready_answers import one_tap_answers_for
from keng.kit import times
from keng.tips.check_list import check_list_lines, check_list_steps
from keng.tips.errors import AlreadyClosed, ChangedMeanwhile, NoReason, NotYours
from keng.tips.models import AnswerTemplate, Decision, TipCheck
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Chồng tôi đang cầm dao ngoài cửa"


@pytest.fixture
def here():
    """A commune and its province with one officer each, and a critical tip."""

    class Here:
        pass

    found = Here()
    found.province = make.province_unit("Công an tỉnh thử")
    found.commune = make.unit("Công an phường thử", parent=found.province)
    found.lan = make.officer(unit=found.commune, name="Lan")
    found.mai = make.officer(unit=found.province, name="Mai")
    found.tip = make.tip(unit=found.commune, text=WORDS, urgency="P0")
    return found


def page_of(client, officer, tip):
    return sign_in(client, officer).get(f"/tips/{tip.pk}/").content.decode()


def codes(tip):
    return [step.code for step in check_list_steps(tip)]


def test_a_step_ticked_by_the_commune_is_seen_by_the_province(desk_client, here):
    sign_in(desk_client, here.lan)
    answer = desk_client.post(f"/tips/{here.tip.pk}/tick/", {"step": "force"})
    assert (answer.status_code, answer.url) == (302, f"/tips/{here.tip.pk}/#checks")
    page = page_of(desk_client, here.mai, here.tip)
    done = page.partition('id="checks"')[2].partition("113 đã nhận")[2]
    assert "Lan" in done[:80]
    assert "Đánh dấu xong: “113 đã nhận" in page
    entry = Entry.objects.get(action="tip.ticked")
    assert (entry.detail, entry.object_id) == ({"step": "force"}, str(here.tip.pk))


def test_two_who_tick_at_once_have_ticked_it_once(here):
    first = check_steps.tick_step(here.tip.pk, step="way", by=here.lan)
    assert check_steps.tick_step(here.tip.pk, step="way", by=here.mai) == first
    assert TipCheck.objects.get().ticked_by == here.lan
    assert Entry.objects.filter(action="tip.ticked").count() == 1


def test_the_minute_of_a_taking_is_not_that_of_one_that_was_taken_back(here):
    triage.accept_tip(here.tip.pk, by=here.lan)
    kept = here.tip.decisions.get(kind="accepted")
    later = kept.at + datetime.timedelta(minutes=9)
    undone = Decision(kind="accepted", at=later, detail={"taken_back": True})
    here.tip.refresh_from_db()
    assert check_list_lines(here.tip, [], [kept, undone], [])[0].at == kept.at


def test_unticking_needs_a_reason_and_keeps_what_was(desk_client, here):
    check_steps.tick_step(here.tip.pk, step="way", by=here.lan)
    with pytest.raises(NoReason):
        check_steps.untick_step(here.tip.pk, step="way", reason="  ", by=here.mai)
    sign_in(desk_client, here.mai)
    given = {"step": "way", "reason": "Nhầm xe, chưa đi"}
    assert desk_client.post(f"/tips/{here.tip.pk}/untick/", given).status_code == 302
    check = TipCheck.objects.get()
    assert (check.ticked_by, check.unticked_by) == (here.lan, here.mai)
    page = page_of(desk_client, here.lan, here.tip)
    assert "Mai bỏ dấu" in page
    assert page.count("Nhầm xe, chưa đi") == 2
    assert "Nhầm xe" not in str(Entry.objects.get(action="tip.unticked").detail)
    # Done after all: a second tick stands beside the first.
    check_steps.tick_step(here.tip.pk, step="way", by=here.mai)
    assert TipCheck.objects.count() == 2
    with pytest.raises(check_steps.NotOnTheList):
        check_steps.untick_step(here.tip.pk, step="there", reason="x", by=here.mai)


def test_a_tick_stands_in_nobodys_way_and_is_told_to_whoever_has_the_page_open(desk_client, here):
    page = page_of(desk_client, here.lan, here.tip)
    seen = page.partition('data-seen="')[2].partition('"')[0]
    check_steps.tick_step(here.tip.pk, step="force", by=here.mai)
    news = desk_client.post(f"/tips/{here.tip.pk}/now/", {"seen": seen}).content.decode()
    assert "113 đã nhận" in news
    assert "Mai" in news
    # One's own is no news, and the answer goes out from the page as it was.
    sign_in(desk_client, here.mai)
    own = desk_client.post(f"/tips/{here.tip.pk}/now/", {"seen": seen}).content.decode()
    assert "113 đã nhận" not in own
    assert answering.answer_reporter(here.tip.pk, text="Đang tới", by=here.lan, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        answering.answer_reporter(here.tip.pk, text="Đang tới", by=here.lan, seen=seen)


def test_only_who_sees_an_open_critical_tip_ticks_what_is_on_its_list(here):
    stranger = make.officer(unit=make.unit(parent=here.province))
    about = make.tip(unit=here.commune, urgency="P0", concerns=(here.commune,))
    for tip, officer in ((here.tip, stranger), (about, here.lan)):
        with pytest.raises(NotYours):
            check_steps.tick_step(tip.pk, step="way", by=officer)
    with pytest.raises(check_steps.NotOnTheList):
        check_steps.tick_step(here.tip.pk, step="coffee", by=here.lan)
    calm = make.tip(unit=here.commune, urgency="P1")
    with pytest.raises(check_steps.NotOnTheList):
        check_steps.tick_step(calm.pk, step="way", by=here.lan)
    closed = make.tip(unit=here.commune, urgency="P0", state="closed")
    with pytest.raises(AlreadyClosed):
        check_steps.tick_step(closed.pk, step="way", by=here.lan)
    assert not TipCheck.objects.exists()


def test_a_list_that_changed_is_said_and_nothing_is_ticked(desk_client, here):
    sign_in(desk_client, here.lan)
    odd = [("child", "x"), ("\0", "x"), ("way", "\0x"), ("x" * 90, "x")]
    check_steps.tick_step(here.tip.pk, step="way", by=here.lan)
    for address, (step, reason) in itertools.product(("tick", "untick"), odd):
        given = {"step": step, "reason": reason}
        answer = desk_client.post(f"/tips/{here.tip.pk}/{address}/", given, follow=True)
        assert "danh sách đã đổi" in answer.content.decode()
    assert TipCheck.objects.get().unticked_at is None


@pytest.mark.parametrize(
    ("category", "topic", "has", "has_not"),
    [
        ("fire_explosion", "", {"fire", "ambulance"}, {"force", "child"}),
        ("child_safety", "", {"force", "child"}, {"fire"}),
        ("traffic", "", {"force", "ambulance"}, {"fire"}),
        ("robbery", "violence", {"force"}, {"child", "fire", "ambulance"}),
        # Not sorted yet: for all that the reporter may have meant.
        ("", "violence", {"force", "child"}, {"fire"}),
        ("", "fire", {"force", "fire", "ambulance"}, {"child"}),
        ("", "", {"force", "way", "there", "safe"}, {"child", "fire"}),
    ],
)
def test_the_list_is_that_of_the_matter(here, category, topic, has, has_not):
    tip = make.tip(unit=here.commune, urgency="P0", category=category, topic=topic)
    assert has <= set(codes(tip))
    assert not has_not & set(codes(tip))


def test_what_follows_from_the_tip_itself_is_ticked_by_nobody(desk_client, here):
    page = page_of(desk_client, here.lan, here.tip).partition('id="checks"')[2]
    assert page.count("Chưa xong:") == 2
    triage.accept_tip(here.tip.pk, by=here.lan)
    answering.answer_reporter(here.tip.pk, text="Đang tới", by=here.mai)
    page = page_of(desk_client, here.lan, here.tip).partition('id="checks"')[2]
    assert page.count("Đã xong:") == 2
    assert not TipCheck.objects.exists()


def test_a_tip_that_is_not_critical_has_no_list_and_no_replies_of_one_tap(desk_client, here):
    page = page_of(desk_client, here.lan, make.tip(unit=here.commune, urgency="P1"))
    assert 'id="checks"' not in page
    assert 'id="one-tap"' not in page
    assert "Lực lượng đang tới" not in page


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Lúc này bạn có an toàn không?"), ("en", "Are you safe now?")]
)
def test_one_tap_sends_the_words_that_stand_there_in_the_reporters_language(
    desk_client, here, language, words
):
    tip = make.tip(unit=here.commune, urgency="P0", language=language)
    make.conversation(tip)
    page = page_of(desk_client, here.lan, tip)
    assert words in page
    text = page.partition(f'name="text" value="{words}')[2].partition('"')[0]
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    sent = {"text": words + text, "seen": seen, "from": "page"}
    assert desk_client.post(f"/tips/{tip.pk}/reply/", sent).status_code == 302
    # Tapped twice, it is sent once.
    assert desk_client.post(f"/tips/{tip.pk}/reply/", sent).status_code == 409
    message = tip.messages.get()
    assert message.text.startswith(words)
    assert message.visible_at <= times.now()
    assert Delivery.objects.filter(recipient_kind="conversation").count() == 1


def test_whoever_asked_not_to_be_written_to_gets_none_and_the_page_says_why(desk_client, here):
    tip = make.tip(unit=here.commune, urgency="P0", do_not_contact=True)
    assert one_tap_answers_for(tip, here.lan, []) == []
    page = page_of(desk_client, here.lan, tip)
    assert 'id="one-tap"' not in page
    assert "Vì vậy không có câu trả lời nhanh" in page
    # Nor does the list ask for an answer that the reporter does not want.
    assert "Cán bộ đã nhắn" not in page
    gone = make.tip(unit=here.commune, urgency="P0", withdrawn_at=times.now())
    assert one_tap_answers_for(gone, here.lan, []) == []


def test_a_unit_has_its_own_words_for_one_tap(here):
    for n in range(3):
        AnswerTemplate.objects.create(
            unit=here.commune,
            code=f"own-{n}",
            topic="urgent",
            title_vi=f"Riêng {n}",
            title_en="",
            text_vi="Chờ ở {place}.",
            text_en="",
            changed_by=here.lan,
            is_removed=n == 0,
        )
    AnswerTemplate.objects.create(
        unit=here.commune,
        code="urgent-safe",
        topic="urgent",
        title_vi="Ổn không?",
        title_en="",
        text_vi="Bạn ổn không?",
        text_en="",
        changed_by=here.lan,
    )
    AnswerTemplate.objects.create(
        unit=here.commune,
        code="urgent-way-out",
        topic="urgent",
        title_vi="x",
        title_en="",
        text_vi="x",
        text_en="",
        changed_by=here.lan,
        is_removed=True,
    )
    shown = one_tap_answers_for(here.tip, here.lan, [])
    assert [each.key for each in shown] == ["a", "b", "d", "f"]
    assert [each.title for each in shown][1::2] == ["Ổn không?", "Riêng 1"]
    assert "{" not in shown[3].text


def test_calls_stand_in_the_story_of_the_tip(here, desk_client):
    """Nobody has a pager here: that is said too, and nights of the same are one line."""
    ringing.call_what_rings()
    alarm = here.tip.alarm
    first = calls.call_rounds(calls.calls_of_alarm(alarm))
    assert [each.words for each in first] == ["Gọi lần 1"]
    assert "Lan: chưa đăng ký máy nhận gọi" in first[0].people
    for _n in range(3):
        alarm.next_call_at = times.now()
        alarm.save()
        ringing.call_what_rings()
        alarm.refresh_from_db()
    (only,) = calls.call_rounds(calls.calls_of_alarm(alarm))
    assert only.words.startswith("Gọi từ lần 1 tới lần 4")
    assert only.words in page_of(desk_client, here.lan, here.tip)
