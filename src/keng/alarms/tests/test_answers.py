"""An officer answers a call from their phone: the others are spared for a while, and no longer."""

import datetime
import uuid

import pytest
from django.db import connection

from keng.accounts.models import Post
from keng.alarms import answers, ringing
from keng.alarms import calls as alarm_calls
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage
from keng.delivery.models import Delivery, DispatchText, PagerAnswer, PagerWay
from keng.duty import pager_acts
from keng.kit import times
from keng.runtime.tests.rights import give_rights
from keng.tips.models import Alarm, Tip
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Chồng tôi đang cầm dao ngoài cửa"


@pytest.fixture
def here(settings, monkeypatch, tmp_path):
    """A commune and its province with an officer each; Lan has a telephone and a chat, too."""
    settings.EMERGENCY_EMAIL = "phong-truc@khan.example"
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    province = make.province_unit("Công an tỉnh thử")
    commune = make.unit("Công an phường thử", parent=province)

    class Here:
        pass

    found = Here()
    found.commune, found.province = commune, province
    for channel in ("email", "voice"):
        make.channel_account(channel=channel, slug=channel, unit=province)
    found.account = make.channel_account(channel="zalo_oa", slug="oa", unit=province)
    found.lan = make.officer(unit=commune, name="Lan")
    found.hai = make.officer(unit=commune, role=Post.Role.COMMANDER, name="Hải")
    found.mai = make.officer(unit=province, role=Post.Role.COORDINATOR, name="Mai")
    for number, officer in enumerate((found.lan, found.hai, found.mai)):
        pager_acts.add_email_pager(f"o{number}@congan.example", by=officer)
    found.phone = pager_acts.add_phone_pager("901234567", "voice", by=found.lan)
    pager_acts.add_phone_pager("901234568", "voice", by=found.hai)
    found.chat = PagerWay.objects.create(
        officer=found.lan,
        kind="chat",
        account=found.account,
        chat_hash=b"c" * 32,
        address_sealed=b"x",
        address_hash=b"a" * 32,
        hint="OA",
    )
    return found


@pytest.fixture
def clock(monkeypatch):
    """The time, to be moved."""

    class Clock:
        now = times.now()

        def move(self, **by):
            self.now += datetime.timedelta(**by)

    made = Clock()
    monkeypatch.setattr(times, "now", lambda: made.now)
    return made


def call_to(way):
    """The newest call to a pager."""
    return Delivery.objects.filter(recipient_ref=way.pk).latest("id")


def press(way):
    """The key in the newest call to a telephone, as the edge keeps it."""
    call = call_to(way)
    Delivery.objects.filter(pk=call.pk).update(state="sent")
    PagerAnswer.objects.create(delivery_ref=call.pk, at=times.now())
    return answers.settle_answers()


def calls_made():
    """How many rows to pagers were made so far, and how many wait still."""
    rows = Delivery.objects.filter(recipient_kind="pager", channel="voice")
    return rows.count(), rows.filter(state="queued").count()


def test_whoever_answers_spares_the_others_until_they_should_have_taken_it(here, clock):
    tip = make.tip(unit=here.commune, text=WORDS, urgency="P0", reference="THU-1")
    ringing.call_what_rings()
    assert calls_made() == (2, 2)
    assert press(here.phone) == 1
    # What had not left rings nobody, and no telephone rings to say that.
    assert calls_made() == (2, 0)
    alarm = Alarm.objects.get()
    assert (alarm.ended_at, alarm.next_call_at) == (None, clock.now + answers.ANSWER_HOLDS)
    entry = Entry.objects.get(action="alarm.answered", object_id=str(tip.pk))
    assert (entry.actor_id, entry.detail["officer"], entry.detail["kind"]) == (
        "worker",
        str(here.lan.pk),
        "voice",
    )
    told = DispatchText.objects.filter(subject__contains="đã có người trả lời")
    assert told.count() >= 1
    assert all("dao" not in one.text for one in told)
    # Nobody is decided about: the tip is still nobody's.
    assert Tip.objects.get(pk=tip.pk).assigned_to is None
    clock.move(minutes=4)
    assert ringing.call_what_rings() == 0
    clock.move(minutes=2)
    assert ringing.call_what_rings() == 1
    # Once more the same phone holds nobody back.
    before = Alarm.objects.get().next_call_at
    press(here.phone)
    assert Alarm.objects.get().next_call_at == before
    assert Entry.objects.filter(action="alarm.answered").count() == 1
    # Taken in earnest, nobody is called again.
    triage.accept_tip(tip.pk, by=here.lan)
    assert calls_made()[1] == 0
    clock.move(hours=1)
    assert ringing.call_what_rings() == 0


def test_the_tip_says_who_answered_and_that_nobody_has_taken_it(desk_client, here, clock):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    press(here.phone)
    alarm = Alarm.objects.get()
    read = alarm_calls.calls_of_alarm(alarm)
    ladder = {one.who: one for one in alarm_calls.call_ladder(alarm, read, reader=here.hai)}
    assert ladder[str(here.lan)].answered_at == clock.now
    assert ladder[str(here.hai)].answered_at is None
    assert [one.words for one in alarm_calls.call_rounds(read)][-1] == "Đã trả lời qua điện thoại"
    sign_in(desk_client, here.hai)
    page = desk_client.get(f"/tips/{tip.pk}/").content.decode()
    assert "trả lời lúc" in page
    assert "Chưa ai nhận" in page


def test_a_chat_answers_its_newest_call_and_an_old_message_nothing(here, clock):
    make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    call = call_to(here.chat)
    assert (call.channel, call.account) == ("zalo_oa", here.account)
    assert call.text.text.splitlines() == [
        call.text.subject,
        "Nếu bạn đang đến: bấm hoặc nhắn số 1.",
    ]
    for at, was_held in ((clock.now - datetime.timedelta(hours=2), False), (clock.now, True)):
        PagerAnswer.objects.create(way=here.chat, at=at)
        assert answers.settle_answers() == 1
        assert Entry.objects.filter(action="alarm.answered").exists() == was_held
    assert not PagerAnswer.objects.exists()


def test_nothing_is_held_by_who_may_not_see_it_is_not_called_or_comes_late(here, clock):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    # A call that was never made, and one to nobody's pager.
    PagerAnswer.objects.create(delivery_ref=uuid.uuid4(), at=times.now())
    make_concern = Tip.objects.get(pk=tip.pk).concerns.create
    make_concern(unit=here.commune)
    assert answers.settle_answers() == 1
    press(here.phone)
    Tip.objects.get(pk=tip.pk).concerns.all().delete()
    PagerWay.objects.filter(pk=here.phone.pk).update(is_on=False)
    press(here.phone)
    PagerWay.objects.filter(pk=here.phone.pk).update(is_on=True)
    triage.accept_tip(tip.pk, by=here.hai)
    press(here.phone)
    assert not Entry.objects.filter(action="alarm.answered").exists()


def test_new_danger_calls_at_once_though_somebody_is_coming(here, clock):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    press(here.phone)
    clock.move(minutes=1)
    ringing.ring_again(Tip.objects.get(pk=tip.pk))
    assert ringing.call_what_rings() == 1


def test_the_worker_settles_with_its_own_rights(here):
    make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    give_rights()
    PagerAnswer.objects.create(delivery_ref=call_to(here.phone).pk, at=times.now())
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE keng_worker")
        try:
            assert answers.settle_answers() == 1
        finally:
            cursor.execute("RESET ROLE")
    assert Alarm.objects.get().next_call_at > times.now() + answers.ANSWER_HOLDS / 2
