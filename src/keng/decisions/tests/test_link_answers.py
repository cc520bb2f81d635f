"""The link of a text message takes a critical tip on, once, and says no word of it."""

import datetime

import pytest
from django.db import ProgrammingError

from keng.accounts.models import NamedOfficer, Post
from keng.alarms import answers, ringing
from keng.audit.models import Entry
from keng.decisions import link_answers, named_sight, triage
from keng.decisions.link_answers import LinkState, call_link
from keng.delivery.call_links import CALL_LINK, call_token, with_call_link
from keng.delivery.models import Delivery, DispatchText, PagerAnswer
from keng.duty import pager_acts
from keng.kit import times
from keng.runtime.tests.rights import as_owner, as_process
from keng.tips import deadlines
from keng.tips.models import Alarm, Clock, Tip, TipReader
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Chồng tôi đang cầm dao ngoài cửa"


@pytest.fixture
def here(settings, monkeypatch, tmp_path, become):
    """A commune whose two officers are called by text message."""
    settings.EMERGENCY_EMAIL = ""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    province = make.province_unit("Công an tỉnh thử")

    class Here:
        commune = make.unit("Công an phường thử", parent=province)

    found = Here()
    make.channel_account(channel="sms", slug="sms", unit=province)
    found.lan = make.officer(unit=found.commune, name="Lan")
    found.hai = make.officer(unit=found.commune, role=Post.Role.COMMANDER, name="Hải")
    found.lans = pager_acts.add_phone_pager("901234567", "sms", by=found.lan)
    found.hais = pager_acts.add_phone_pager("901234568", "sms", by=found.hai)
    found.tip = make.tip(unit=found.commune, text=WORDS, urgency="P0", reference="THU-1")
    ringing.call_what_rings()
    become("desk")
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


def token_of(way):
    """The secret in the newest text message to an officer."""
    with as_owner():
        return call_token(Delivery.objects.filter(recipient_ref=way.pk).latest("id").pk)


def tap(client, way):
    """The button behind the link, and what the worker makes of it."""
    answer = client.post(f"/call/{token_of(way)}/")
    with as_process("worker"):
        link_answers.take_by_links()
    return answer


def holder(tip):
    with as_owner():
        return Tip.objects.get(pk=tip.pk).assigned_to


def entry_of(action):
    with as_owner():
        return Entry.objects.get(action=action)


def test_a_tap_takes_the_tip_on_and_nobody_else_is_called(desk_client, here):
    address = f"/call/{token_of(here.lans)}/"
    page = desk_client.get(address)
    assert "dao" not in page.content.decode()
    assert "THU-1" not in page.content.decode()
    # Programs open links of messages: that alone does nothing.
    assert not PagerAnswer.objects.exists()
    assert tap(desk_client, here.lans).status_code == 302
    assert holder(here.tip) == here.lan
    assert Alarm.objects.get().ended_at is not None
    assert not Delivery.objects.filter(
        state="queued", recipient_ref=here.hais.pk, text__text__contains=CALL_LINK
    ).exists()
    entry = entry_of("tip.accepted")
    assert (entry.actor_id, entry.object_id) == (str(here.lan.pk), str(here.tip.pk))
    assert entry.detail == {"by_link": True}
    page = desk_client.get(address).content.decode()
    assert "Bạn đã nhận" in page
    assert "dao" not in page
    # It signs nobody in.
    assert desk_client.get(f"/tips/{here.tip.pk}/").status_code == 302


def test_a_second_tap_and_a_later_link_of_another_change_nothing(desk_client, here):
    tap(desk_client, here.lans)
    tap(desk_client, here.lans)
    tap(desk_client, here.hais)
    assert holder(here.tip) == here.lan
    assert entry_of("tip.accepted").detail == {"by_link": True}
    assert call_link(token_of(here.hais)).state is LinkState.TAKEN


def test_two_taps_before_the_worker_are_one(desk_client, here):
    for _ in range(2):
        desk_client.post(f"/call/{token_of(here.lans)}/")
    assert PagerAnswer.objects.count() == 1
    assert call_link(token_of(here.lans)).state is LinkState.WAITING
    # Whoever settles what was pressed or written leaves it alone.
    assert answers.settle_answers() == 0


def test_a_link_is_over_with_its_call(desk_client, here, clock):
    clock.move(minutes=31)
    assert call_link(token_of(here.lans)).state is LinkState.OVER
    tap(desk_client, here.lans)
    assert holder(here.tip) is None
    assert call_link("A" * 43).state is LinkState.OVER


def test_who_may_not_see_the_tip_takes_nothing(desk_client, here):
    with as_owner():
        Post.objects.filter(officer=here.lan).update(valid_to="2020-01-01")
    tap(desk_client, here.lans)
    assert holder(here.tip) is None


def test_what_cannot_be_taken_says_so_and_asks_no_more(desk_client, here, clock):
    with as_owner():
        named_sight.recuse_officer(here.tip.pk, here.lan.pk, reason="Người nhà", by=here.hai)
    tap(desk_client, here.lans)
    assert call_link(token_of(here.lans)).state is LinkState.OVER
    page = desk_client.get(f"/call/{token_of(here.lans)}/").content.decode()
    assert "không còn tác dụng" in page
    assert "/sign-in/" in page
    tap(desk_client, here.hais)
    assert holder(here.tip) == here.hai
    # Kept for as long as the link would be good.
    clock.move(minutes=31)
    with as_process("worker"):
        link_answers.take_by_links()
        assert not PagerAnswer.objects.exists()


def test_a_tap_on_what_is_for_others_stops_no_other_tap(desk_client, here):
    desk_client.post(f"/call/{token_of(here.lans)}/")
    with as_owner():
        NamedOfficer.objects.create(unit=here.commune, officer=here.hai, named_by=here.hai)
        Tip.objects.filter(pk=here.tip.pk).update(is_for_named=True)
        other = make.tip(unit=here.commune, text=WORDS, urgency="P0", reference="THU-2")
        ringing.call_what_rings()
    desk_client.post(f"/call/{token_of(here.lans)}/")
    with as_process("worker"):
        assert link_answers.take_by_links() == 2
    assert (holder(here.tip), holder(other)) == (None, here.lan)


def test_one_that_fails_stops_none_of_the_others():
    had = []

    def do(key):
        had.append(key)
        if key == "b":
            raise LookupError(key)
        return 1

    with pytest.raises(LookupError):
        link_answers._do_each(do, ["a", "b", "c"])
    assert had == ["a", "b", "c"]


@pytest.mark.parametrize("what", ["new danger", "named officers"])
def test_a_text_has_no_link_where_it_could_not_take_the_tip(here, what):
    with as_owner():
        changed = {"is_for_named": True}
        if what == "new danger":
            changed = {"assigned_to": here.hai, "danger_unheard": True, "danger_at": times.now()}
        Tip.objects.filter(pk=here.tip.pk).update(**changed)
        Alarm.objects.update(next_call_at=times.now(), rounds=2)
        ringing.call_what_rings()
        words = Delivery.objects.filter(recipient_ref=here.lans.pk).latest("id").text.text
    assert CALL_LINK not in words
    assert f"/tips/{here.tip.pk}/" in words


def test_what_is_not_opened_calls_again_and_that_phone_holds_it_up_no_more(
    desk_client, here, clock
):
    tap(desk_client, here.lans)
    clock.move(minutes=4)
    with as_process("worker"):
        assert link_answers.give_back_unopened() == 0
    clock.move(minutes=2)
    with as_process("worker"):
        assert link_answers.give_back_unopened() == 1
        assert ringing.call_what_rings() == 1
    assert holder(here.tip) is None
    with as_owner():
        assert Tip.objects.get().state == Tip.State.RECEIVED
    entry = entry_of("alarm.not_opened")
    assert (entry.actor_id, entry.detail["officer"]) == ("worker", str(here.lan.pk))
    assert call_link(token_of(here.lans)).state is LinkState.OVER
    tap(desk_client, here.lans)
    assert holder(here.tip) is None
    tap(desk_client, here.hais)
    assert holder(here.tip) == here.hai


def test_what_others_decide_does_not_say_that_it_was_opened(desk_client, here, clock):
    with as_owner():
        Tip.objects.filter(pk=here.tip.pk).update(
            danger_unheard=True, danger_at=here.tip.received_at
        )
        deadlines.start_clock(here.tip, deadlines.URGENT_CLOCK)
    tap(desk_client, here.lans)
    with as_owner():
        triage.sort_tip(here.tip.pk, category="other", by=here.hai)
        before = Clock.objects.get(tip=here.tip, rule_code=deadlines.URGENT_CLOCK)
    assert before.stopped_at is not None
    clock.move(minutes=6)
    with as_process("worker"):
        assert link_answers.give_back_unopened() == 1
        assert ringing.call_what_rings() == 1
    with as_owner():
        tip = Tip.objects.get(pk=here.tip.pk)
        # Only the assignment went: what the other officer said of it stays.
        assert (tip.assigned_to, tip.state, tip.category) == (None, Tip.State.RECEIVED, "other")
        assert tip.danger_unheard
        running = set(tip.clocks.filter(stopped_at=None).values_list("rule_code", flat=True))
    assert running == {deadlines.URGENT_CLOCK}
    assert entry_of("alarm.not_opened").detail["officer"] == str(here.lan.pk)


@pytest.mark.parametrize("what", ["opened", "decided"])
def test_what_was_opened_or_decided_on_stays_whose_it_is(desk_client, here, clock, what):
    tap(desk_client, here.lans)
    clock.move(minutes=1)
    with as_owner():
        if what == "opened":
            TipReader.objects.create(tip=here.tip, officer=here.lan, seen_at=clock.now)
        else:
            triage.accept_tip(here.tip.pk, by=here.hai, take_over=True)
    with as_process("worker"):
        assert link_answers.give_back_unopened() == 1
    clock.move(minutes=30)
    with as_process("worker"):
        assert link_answers.give_back_unopened() == 0
    assert holder(here.tip) == (here.lan if what == "opened" else here.hai)


def test_the_text_message_says_the_unit_and_its_own_link_and_no_more(here):
    with as_owner():
        row = Delivery.objects.select_related("text").get(recipient_ref=here.lans.pk)
        words = with_call_link(row.text.text, row.pk)
        assert not DispatchText.objects.filter(text__contains=call_token(row.pk)).exists()
    assert "THU-1" in words
    assert words.endswith(f"/call/{call_token(row.pk)}/")
    assert "dao" not in words


def test_the_database_keeps_no_tap_but_of_a_call_to_a_tip(here):
    with as_owner():
        call = Delivery.objects.filter(recipient_ref=here.lans.pk).latest("id")
        Delivery.objects.filter(pk=call.pk).update(created_at="2020-01-01T00:00:00Z")
    answer = PagerAnswer(delivery_ref=call.pk, takes_tip=True, at=times.now())
    with pytest.raises(ProgrammingError, match="row-level security"):
        PagerAnswer.objects.bulk_create([answer], ignore_conflicts=True)
