"""Two officers on one tip: nobody overwrites, and each sees that the other is there."""

import datetime

import pytest
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import check_steps, triage, undo, viewing
from keng.dialogue import answering
from keng.kit import times
from keng.tips import readers
from keng.tips.models import DialogueMessage, TipReader
from keng.tips.readers import PRESENT_WITHIN
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk_client, unit):
    return sign_in(desk_client, make.officer(unit=unit, name="Lan"))


@pytest.fixture
def other(unit):
    return make.officer(unit=unit, name="Bảo")


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def seen(client, tip):
    return client.get(url("tip", tip.pk)).context["seen"]


def write(tip, text):
    return DialogueMessage.objects.create(tip=tip, author="reporter", text=text, channel="web")


FORMS = {
    "tip-accept": {},
    "tip-sort": {"category": "theft"},
    "tip-reply": {"text": "Bạn giữ lại tin nhắn nhé"},
    "tip-note": {"text": "Đã gọi nhà mạng"},
    "tip-decline": {"kind": "civil", "reply": "Mời bạn tới tổ hòa giải"},
    "tip-outcome": {"outcome": "solved", "note": "Xong rồi"},
    "tip-separate": {"reason": "Chuyện khác"},
    "tip-rate": {"value": "of_value"},
}


@pytest.mark.parametrize("name", FORMS)
def test_an_act_over_a_colleagues_decision_is_not_carried_out(desk, unit, other, name):
    tip = make.tip(unit=unit)
    version = seen(desk, tip)
    triage.sort_tip(tip.pk, category="drugs", by=other, reason="Có chữ hàng trắng")
    before = tip.decisions.count(), tip.notes.count(), tip.messages.count()
    answer = desk.post(url(name, tip.pk), FORMS[name] | {"seen": version})
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Bảo" in shown
    assert "Có chữ hàng trắng" in shown
    assert (tip.decisions.count(), tip.notes.count(), tip.messages.count()) == before
    tip.refresh_from_db()
    assert tip.category == "drugs"


def test_what_was_typed_is_kept_and_one_click_goes_on(desk, unit, other):
    tip = make.tip(unit=unit)
    version = seen(desk, tip)
    triage.accept_tip(tip.pk, by=other)
    sent = {"text": "Bạn giữ lại tin nhắn nhé", "seen": version, "from": "page"}
    answer = desk.post(url("tip-reply", tip.pk), sent)
    assert 'name="text"' in answer.content.decode()
    assert "Bạn giữ lại tin nhắn nhé" in answer.content.decode()
    desk.post(url("tip-reply", tip.pk), sent | {"seen": answer.context["seen"]})
    assert tip.messages.get().text == "Bạn giữ lại tin nhắn nhé"


def test_an_answer_waits_when_the_reporter_wrote_meanwhile(desk, unit):
    tip = make.tip(unit=unit)
    version = seen(desk, tip)
    write(tip, "Nó vừa đứng trước cửa nhà em")
    answer = desk.post(url("tip-reply", tip.pk), {"text": "Bạn yên tâm", "seen": version})
    assert answer.status_code == 409
    assert "Nó vừa đứng trước cửa nhà em" in answer.content.decode()
    assert not tip.messages.filter(author="desk").exists()


def test_ones_own_note_changes_nothing_but_a_colleagues_does(desk, unit, other):
    tip = make.tip(unit=unit)
    version = seen(desk, tip)
    desk.post(url("tip-note", tip.pk), {"text": "Của tôi", "seen": version})
    desk.post(url("tip-accept", tip.pk), {"seen": version})
    assert tip.decisions.count() == 1
    version = seen(desk, tip)
    answering.add_note(tip.pk, text="Đừng gọi điện", by=other)
    answer = desk.post(url("tip-rate", tip.pk), {"value": "of_value", "seen": version})
    assert "Đừng gọi điện" in answer.content.decode()
    assert tip.decisions.count() == 1


@pytest.mark.parametrize(
    "crafted",
    [f"~{'9' * 5000}~~", f"~{'9' * 30}~~", "~²~~", "~-1~~", "~~x~", "~~~2026-01-01", "~~~"],
)
def test_a_version_that_no_page_had_knew_nothing(desk, unit, other, crafted):
    tip = make.tip(unit=unit, urgency="P0")
    write(tip, "Nó quay lại rồi")
    check_steps.tick_step(tip.pk, step="way", by=other)
    answer = desk.post(url("tip-note", tip.pk), {"text": "Lời tôi gõ", "seen": crafted})
    assert answer.status_code == 409
    assert "Lời tôi gõ" in answer.content.decode()
    assert not tip.notes.exists()


def test_a_step_taken_back_meanwhile_is_a_change_too(desk, unit, other):
    tip = make.tip(unit=unit)
    step = triage.accept_tip(tip.pk, by=other)
    version = seen(desk, tip)
    undo.take_back_decision(step.pk, by=other)
    answer = desk.post(url("tip-rate", tip.pk), {"value": "of_value", "seen": version})
    assert answer.status_code == 409
    assert "(đã hoàn tác)" in answer.content.decode()


def test_words_for_a_tip_that_left_the_desk_are_given_back_and_say_nothing_of_it(desk, unit):
    gone = make.tip(unit=make.unit(), text="Chuyện của nơi khác")
    for pk in (gone.pk, "00000000-0000-7000-8000-000000000000"):
        answer = desk.post(url("tip-note", pk), {"text": "Lời tôi gõ", "seen": ""})
        assert answer.status_code == 404
        assert "Lời tôi gõ" in answer.content.decode()
        assert "Chuyện của nơi khác" not in answer.content.decode()


def test_a_role_of_a_number_is_not_set_over_a_colleague(desk, unit, other):
    tip = make.tip(unit=unit)
    sighting = make.sighting(tip, indicator=make.indicator("+84912000417"))
    version = seen(desk, tip)
    triage.accept_tip(tip.pk, by=other)
    desk.post(url("sighting-role", sighting.pk), {"role": "not_used", "seen": version})
    sighting.refresh_from_db()
    assert sighting.role == "used"
    viewing.set_sighting_role(sighting.pk, role="not_used", by=other)


def test_a_colleague_who_reads_it_too_is_named_for_less_than_a_minute(desk, unit, other):
    tip = make.tip(unit=unit)
    readers.note_reader(tip, by=other)
    assert "Bảo cũng đang đọc tin này" in desk.get(url("tip", tip.pk)).content.decode()
    TipReader.objects.filter(officer=other).update(seen_at=times.now() - PRESENT_WITHIN)
    assert "Bảo cũng" not in desk.get(url("tip", tip.pk)).content.decode()


def test_who_read_is_forgotten_and_was_never_on_record(desk, unit, other):
    tip = make.tip(unit=unit)
    readers.note_reader(tip, by=other)
    assert not Entry.objects.exists()
    TipReader.objects.update(seen_at=times.now() - datetime.timedelta(minutes=2))
    readers.forget_readers()
    assert not TipReader.objects.exists()


def test_an_open_page_learns_what_happened_since(desk, unit, other):
    tip = make.tip(unit=unit)
    version = seen(desk, tip)
    quiet = desk.post(url("tip-now", tip.pk), {"seen": version}).content.decode()
    assert "say info" not in quiet
    triage.accept_tip(tip.pk, by=other)
    news = desk.post(url("tip-now", tip.pk), {"seen": version}).content.decode()
    assert "Nhận xử lý" in news
    assert "Bảo" in news
    assert TipReader.objects.filter(tip=tip).count() == 1


def test_nobody_is_told_who_reads_a_tip_of_another_desk(desk, other):
    tip = make.tip(unit=make.unit())
    assert desk.post(url("tip-now", tip.pk), {"seen": ""}).status_code == 404
    assert not TipReader.objects.exists()
