"""Each shift begins with a test of its officer's pagers; chats become pagers by a code."""

import datetime

import pytest
from django.db import connection, transaction

from keng.accounts.models import Post, Shift
from keng.audit.models import Entry
from keng.channels.base import Credentials, Event
from keng.conftest import sign_in
from keng.delivery.inbound_message import ReceivingAccount, message_of_event
from keng.delivery.models import (
    ChatPagerCode,
    Delivery,
    DispatchText,
    PagerAnswer,
    PagerTest,
    PagerTestWay,
    PagerWay,
)
from keng.duty import chat_pagers, pager_acts, pager_tests
from keng.duty.pager_handler import PagerHandler
from keng.kit import times
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(monkeypatch, tmp_path):
    """A desk with an officer who has two pagers, a commander with one, and an account for chats."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")

    class Here:
        pass

    found = Here()
    found.unit = make.province_unit("Công an tỉnh thử")
    for channel in ("email", "voice"):
        make.channel_account(channel=channel, slug=channel, unit=found.unit)
    found.account = make.channel_account(channel="zalo_bot", slug="bot", unit=found.unit)
    found.lan = make.officer(unit=found.unit, name="Lan")
    found.hai = make.officer(unit=found.unit, role=Post.Role.COMMANDER, name="Hải")
    found.letter = pager_acts.add_email_pager("lan@congan.example", by=found.lan)
    found.phone = pager_acts.add_phone_pager("901234567", "voice", by=found.lan)
    pager_acts.add_phone_pager("901234568", "voice", by=found.hai)
    found.letter_of_hai = pager_acts.add_email_pager("hai@congan.example", by=found.hai)
    return found


def shift_of(officer, unit, *, begun=1, hours=8):
    """A shift that began so many minutes ago."""
    starts = times.now() - datetime.timedelta(minutes=begun)
    ends = starts + datetime.timedelta(hours=hours)
    return Shift.objects.create(
        unit=unit, officer=officer, starts_at=starts, ends_at=ends, set_by=officer
    )


def later(made, **by):
    PagerTest.objects.filter(pk=made.pk).update(at=times.now() - datetime.timedelta(**by))


def receiving(account):
    return ReceivingAccount(
        id=account.pk,
        channel=account.channel,
        slug=account.slug,
        unit_id=account.unit_id,
        unit_name="",
        place_id=None,
        province_code="24",
        credentials=Credentials(),
        above_id=account.unit_id,
        above_name="",
    )


def heard_at_the_edge(become, account, text, sender="u-1", kind="text", refers=()):
    """Whether the handler took it; its statements run with the edge's rights alone."""
    now = times.now()
    event = Event(
        kind=kind,
        dedupe=f"{text} {now}",
        conversation=sender,
        sender=sender,
        group=None,
        text=text,
        media=(),
        location=None,
        at=now,
        reply_address=sender,
        raw_kind="",
        refers=refers,
    )
    message = message_of_event(receiving(account), event, raw=b"", now=now)
    become("edge")
    handler = PagerHandler()
    handler.refresh()
    took = handler.takes(message)
    if took:
        with connection.cursor() as cursor:
            for one in handler.statements([handler.prepare(message)]):
                cursor.execute(one.sql, one.values)
    become("owner")
    return took


def worked(become, do):
    become("worker")
    done = do()
    become("owner")
    return done


def test_a_shift_begins_with_one_test_by_every_pager(here, become):
    shift = shift_of(here.lan, here.unit)
    # Not: one of the evening before, one that was taken off, one of whose post has ended.
    shift_of(here.hai, here.unit, begun=45)
    shift_of(here.hai, here.unit, hours=9).removed_at = times.now()
    Shift.objects.filter(officer=here.hai, ends_at__gt=shift.ends_at).update(removed_at=times.now())
    gone = make.officer(unit=here.unit)
    shift_of(gone, here.unit)
    gone.posts.update(valid_to="2020-01-01")
    assert worked(become, pager_tests.test_pagers_of_shifts) == 1
    assert worked(become, pager_tests.test_pagers_of_shifts) == 0
    made = PagerTest.objects.get()
    assert (made.shift, made.officer, made.is_of_shift) == (shift, here.lan, True)
    assert {one.way for one in made.ways.all()} == {here.letter, here.phone}
    assert Delivery.objects.count() == 2
    entry = Entry.objects.get(action="pager.shift_tested")
    assert (entry.actor_id, entry.detail["pagers"]) == ("worker", 2)


def test_whoever_tested_their_pager_for_the_shift_is_not_called_again(here):
    shift = shift_of(here.lan, here.unit, begun=-30)
    tried = pager_acts.test_pagers(by=here.lan)
    pager_acts.confirm_pager_test(tried.pk, by=here.lan)
    assert tried.shift == shift
    Shift.objects.filter(pk=shift.pk).update(starts_at=times.now())
    assert pager_tests.test_pagers_of_shifts() == 0


def test_two_workers_test_a_shift_once(here):
    shift = shift_of(here.lan, here.unit)
    assert pager_tests._test_unless_done(shift.pk) == 1
    with transaction.atomic():
        assert pager_tests._test_unless_done(shift.pk) == 0
    assert (PagerTest.objects.count(), Delivery.objects.count()) == (1, 2)


def test_what_is_not_confirmed_is_told_to_the_officer_and_who_leads(here, become):
    shift_of(here.lan, here.unit)
    pager_tests.test_pagers_of_shifts()
    made = PagerTest.objects.get()
    pager_tests.hear_from_pager(made.pk, here.phone.pk)
    made.refresh_from_db()
    assert made.confirmed_at is not None
    assert Entry.objects.get(action="pager.answered").detail["kind"] == "voice"
    assert worked(become, pager_tests.tell_what_was_not_heard) == 0
    later(made, minutes=11)
    assert worked(become, pager_tests.tell_what_was_not_heard) == 1
    assert worked(become, pager_tests.tell_what_was_not_heard) == 0
    entry = Entry.objects.get(action="pager.shift_unheard")
    assert (entry.detail["pagers"], entry.detail["unheard"], entry.detail["told"]) == (2, 1, 2)
    rows = Delivery.objects.filter(dispatch__source_kind="pager_unheard")
    # By letter: no telephone rings for it.
    assert {row.recipient_ref for row in rows} == {here.letter.pk, here.letter_of_hai.pk}
    words = DispatchText.objects.filter(dispatch__source_kind="pager_unheard")
    assert not any("Lan" in one.subject + one.text for one in words)


def test_all_confirmed_is_told_to_nobody_and_none_at_all_is_told(here):
    shift_of(here.lan, here.unit)
    PagerWay.objects.filter(officer=here.hai, kind="voice").delete()
    pager_tests.test_pagers_of_shifts()
    made = PagerTest.objects.get()
    pager_acts.confirm_pager_test(made.pk, by=here.lan)
    later(made, minutes=11)
    assert pager_tests.tell_what_was_not_heard() == 1
    assert not Entry.objects.filter(action="pager.shift_unheard").exists()
    bare = make.officer(unit=here.unit)
    shift_of(bare, here.unit)
    assert pager_tests.test_pagers_of_shifts() == 1
    later(PagerTest.objects.get(officer=bare), minutes=11)
    assert pager_tests.tell_what_was_not_heard() == 1
    assert Entry.objects.get(action="pager.shift_unheard").detail["pagers"] == 0


def test_rota_and_pager_pages_say_what_was_not_confirmed(desk_client, here):
    shift_of(here.lan, here.unit)
    pager_tests.test_pagers_of_shifts()
    made = PagerTest.objects.get()
    sign_in(desk_client, here.lan)
    page = desk_client.get(f"/pagers/test/{made.pk}/").content.decode()
    assert "Có, tất cả đều reo" in page
    desk_client.post(f"/pagers/test/{made.pk}/", {"way": str(here.phone.pk)})
    assert PagerTestWay.objects.get(way=here.phone).heard_at
    assert PagerTestWay.objects.get(way=here.letter).heard_at is None
    assert "chưa xác nhận: Email" in desk_client.get("/pagers/").content.decode()
    assert "chưa xác nhận: Email" in desk_client.get("/rota/").content.decode()
    desk_client.post(f"/pagers/test/{made.pk}/", {"way": str(here.letter.pk)})
    assert "chưa xác nhận" not in desk_client.get("/rota/").content.decode()
    # A removed pager takes its part of the test with it.
    pager_acts.remove_pager(here.letter.pk, by=here.lan)
    assert made.ways.count() == 1


def test_a_chat_becomes_a_pager_by_the_code_that_comes_from_it(desk_client, here, become):
    sign_in(desk_client, here.lan)
    assert desk_client.post("/pagers/", {"chat": "1", "code": "2"}).status_code == 422
    page = desk_client.post("/pagers/", {"chat": "1", "code": "1"})
    code = page.context["chat_code"]
    assert code in page.content.decode()
    assert "Zalo" in page.content.decode()
    # Another code, and one within other words, are nobody's and a report's.
    assert heard_at_the_edge(become, here.account, "MAY-ZZZZ-ZZZZ")
    assert not heard_at_the_edge(become, here.account, f"{code} giúp tôi với")
    assert not heard_at_the_edge(become, here.account, "1")
    assert worked(become, chat_pagers.make_chat_pagers) == 0
    assert heard_at_the_edge(become, here.account, code.lower().replace("-", " "))
    assert worked(become, chat_pagers.make_chat_pagers) == 1
    way = PagerWay.objects.get(officer=here.lan, kind="chat")
    assert (way.account, way.hint) == (here.account, here.account.name)
    assert b"u-1" not in bytes(way.address_sealed)
    assert not ChatPagerCode.objects.exists()
    assert Entry.objects.filter(action="pager.chat_added").count() == 1
    # From now on 1 in this chat answers a call, and in another it does not.
    assert heard_at_the_edge(become, here.account, " 1 ")
    assert PagerAnswer.objects.get().way == way
    assert not heard_at_the_edge(become, here.account, "1", sender="u-2")
    # A chat that was lost is found by another code; one that is switched off stays so.
    PagerWay.objects.filter(pk=way.pk).update(is_on=False, gone_at=times.now())
    heard_at_the_edge(become, here.account, chat_pagers.ask_chat_code(by=here.lan))
    assert worked(become, chat_pagers.make_chat_pagers) == 1
    again = PagerWay.objects.get(officer=here.lan, kind="chat")
    assert (again.pk, again.is_on, again.gone_at) == (way.pk, False, None)
    pager_acts.remove_pager(way.pk, by=here.lan)
    assert not PagerAnswer.objects.exists()


def test_a_code_is_over_after_a_quarter_of_an_hour_and_serves_once(here, become):
    old, new = (chat_pagers.ask_chat_code(by=here.lan) for _time in range(2))
    assert ChatPagerCode.objects.count() == 1
    heard_at_the_edge(become, here.account, old)
    assert not ChatPagerCode.objects.filter(sent_at__isnull=False).exists()
    ChatPagerCode.objects.update(expires_at=times.now() - datetime.timedelta(minutes=1))
    heard_at_the_edge(become, here.account, new)
    assert worked(become, chat_pagers.make_chat_pagers) == 0
    assert not ChatPagerCode.objects.exists()
    assert not PagerWay.objects.filter(kind="chat").exists()


def test_a_pressed_key_waits_for_the_worker(here, become):
    call = "0190aaaa-0000-7000-8000-000000000001"
    for _time in range(2):
        assert heard_at_the_edge(become, here.account, "", kind="pressed", refers=(call,))
    assert {str(one.delivery_ref) for one in PagerAnswer.objects.all()} == {call}
