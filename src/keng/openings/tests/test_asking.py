"""Asking for an opening and being its second person: who may, and what stands on record."""

import datetime

import pytest

from keng.accounts.models import NamedOfficer, Notice, Officer
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.models import ChannelAccount, Delivery, Dispatch
from keng.kit import times
from keng.openings import asking, giving
from keng.openings.after_restore import lapse_restored_openings
from keng.openings.asking import (
    AgainstTheWish,
    AnsweredAlready,
    AskedAlready,
    HoldsNoShare,
    NobodyToAgree,
    NoEmergency,
    NothingSealed,
    NotTheSecond,
    NotToBeCalled,
    NotToldWhy,
    NotWithdrawn,
    OpeningWish,
    OutsideSafeHours,
    WhyRefused,
    WishCameSince,
)
from keng.openings.holder_keys import HoldsNoKey
from keng.openings.records import TakenBack
from keng.openings.tests.conftest import hold, hold_too_late, sealed_contact
from keng.tips.errors import NotYours
from keng.tips.models import Recusal, Tip
from keng.vault.models import OpeningRequest
from tests import make

pytestmark = pytest.mark.django_db


def wish(desk, **fields):
    return OpeningWish(
        **{
            "record": f"contact:{desk.contact.pk}",
            "reason": "danger",
            "legal_basis": "Điều 1",
            "text": "Gọi lại ngay",
            **fields,
        }
    )


def afresh(officer):
    return Officer.objects.get(pk=officer.pk)


def entries(action):
    return list(Entry.objects.filter(action=action).order_by("chain", "seq"))


def test_one_asks_a_commander_agrees_and_both_stand_on_record(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    assert entries("opening.asked")[0].object_id == str(asked.pk)
    assert "0912000111" not in str(entries("opening.asked")[0].detail)
    asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    asked.refresh_from_db()
    assert (asked.approved_by_ref, asked.is_reporter_told) == (desk.chief.pk, True)
    (entry,) = entries("opening.approved")
    assert (entry.object_id, entry.actor_id) == (str(asked.pk), str(desk.chief.pk))


def test_a_name_in_an_officers_words_is_not_kept_in_clear(desk):
    """The form asks for none; whoever writes one would open what two people open."""
    hold(desk, desk.lan, desk.chief)
    said = "Chị Nguyễn Thị Thử không nghe máy 0912000417"
    asked = asking.ask_opening(desk.tip.pk, wish(desk, text=said), by=desk.lan)
    asking.approve_opening(asked.pk, tells_reporter=False, why_not_told=said, by=desk.chief)
    asked.refresh_from_db()
    for kept in (asked.text, asked.why_not_told):
        assert "không nghe máy" in kept
        assert "Thử" not in kept
        assert "0912000417" not in kept


def test_nobody_agrees_to_their_own_nor_is_a_duty_officer_of_the_commune_the_second(desk):
    hold(desk, desk.lan, desk.bao, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    for nobody in (desk.bao, desk.lan):
        with pytest.raises(NotAllowed):
            asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=nobody)
    assert not OpeningRequest.objects.exclude(approved_at=None).exists()


def test_at_night_the_province_is_the_second(desk):
    hold(desk, desk.chief, desk.quan)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.chief)
    with pytest.raises(NotTheSecond):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.quan)


def test_whoever_made_the_askers_account_lately_is_no_second_person(desk):
    hold(desk, desk.lan, desk.chief)
    Officer.objects.filter(pk=desk.lan.pk).update(
        set_up_asked_by=desk.chief, set_up_agreed_by=desk.quan, set_up_at=times.now()
    )
    with pytest.raises(NobodyToAgree):
        asking.ask_opening(desk.tip.pk, wish(desk), by=afresh(desk.lan))


def test_without_a_key_or_without_a_colleague_who_has_one_nothing_is_asked(desk):
    with pytest.raises(HoldsNoKey):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    hold(desk, desk.lan, desk.bao)
    with pytest.raises(NobodyToAgree):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    assert not OpeningRequest.objects.exists()


def test_whoever_made_a_key_after_the_record_was_sealed_is_no_second_person(desk):
    hold(desk, desk.lan)
    hold_too_late(desk, desk.chief)
    with pytest.raises(NobodyToAgree):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    with pytest.raises(HoldsNoShare):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.chief)
    hold(desk, desk.quan)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    with pytest.raises(HoldsNoShare):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.quan)


def test_what_concerns_the_desk_is_asked_and_agreed_to_by_the_province_alone(desk):
    above = make.officer(unit=desk.province, role="coordinator")
    tip = make.tip(unit=desk.commune, concerns=(desk.commune,), urgency="P0")
    desk.contact = sealed_contact(tip)
    hold(desk, desk.chief, desk.lan, desk.quan)
    with pytest.raises(NotYours):
        asking.ask_opening(tip.pk, wish(desk), by=desk.lan)
    # The commune's commander has a key and the role, and is nobody here.
    with pytest.raises(NobodyToAgree):
        asking.ask_opening(tip.pk, wish(desk), by=desk.quan)
    hold(desk, above)
    asked = asking.ask_opening(tip.pk, wish(desk), by=desk.quan)
    with pytest.raises(NotYours):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=above)


def test_whoever_is_recused_or_not_named_is_no_second_person(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    recusal = Recusal.objects.create(tip=desk.tip, officer=desk.chief, by=desk.chief)
    with pytest.raises(NotYours):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    recusal.delete()
    Tip.objects.filter(pk=desk.tip.pk).update(is_for_named=True)
    NamedOfficer.objects.create(unit=desk.commune, officer=desk.lan, named_by=desk.lan)
    with pytest.raises(NotYours):
        asking.approve_opening(
            asked.pk, tells_reporter=True, why_not_told="", by=afresh(desk.chief)
        )


def test_only_a_record_of_this_tip_is_asked_for_and_once(desk):
    hold(desk, desk.lan, desk.chief)
    desk.foreign = sealed_contact(make.tip(unit=desk.commune))
    for record in (f"contact:{desk.foreign.pk}", f"raw:{desk.contact.pk}", "contact:", "x"):
        with pytest.raises(NothingSealed):
            asking.ask_opening(desk.tip.pk, wish(desk, record=record), by=desk.lan)
    asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    with pytest.raises(AskedAlready):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)


def test_do_not_call_stands_above_it_until_somebody_says_why_not(desk):
    Tip.objects.filter(pk=desk.tip.pk).update(do_not_contact=True)
    hold(desk, desk.lan, desk.chief)
    with pytest.raises(AgainstTheWish):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    asked = asking.ask_opening(
        desk.tip.pk, wish(desk, override_reason="Nhà đang cháy"), by=desk.lan
    )
    assert asked.override_reason == "Nhà đang cháy"
    assert entries("opening.asked")[0].detail["overrides"] is True


def test_a_wish_that_came_after_it_was_asked_for_stands_above_it_too(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    Tip.objects.filter(pk=desk.tip.pk).update(do_not_contact=True)
    with pytest.raises(WishCameSince):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    asking.refuse_opening(asked.pk, reason="Xin không liên lạc", by=desk.chief)
    again = asking.ask_opening(desk.tip.pk, wish(desk, override_reason="Cháy"), by=desk.lan)
    asking.approve_opening(again.pk, tells_reporter=True, why_not_told="", by=desk.chief)


def test_outside_the_safe_hours_it_takes_a_reason_of_its_own_and_inside_none(desk, monkeypatch):
    Tip.objects.filter(pk=desk.tip.pk).update(safe_from=9, safe_until=11)
    hold(desk, desk.lan, desk.chief, desk.quan)
    night = times.now().astimezone(times.VIETNAM).replace(hour=3)
    monkeypatch.setattr(times, "now", lambda: night)
    with pytest.raises(OutsideSafeHours):
        asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.lan)
    monkeypatch.setattr(times, "now", lambda: night.replace(hour=10))
    asked = asking.ask_opening(desk.tip.pk, wish(desk, override_reason="thừa"), by=desk.lan)
    assert asked.override_reason == ""
    monkeypatch.setattr(times, "now", lambda: night)
    later = asking.ask_opening(
        desk.tip.pk, wish(desk, override_reason="Nhà đang cháy"), by=desk.chief
    )
    assert later.override_reason == "Nhà đang cháy"
    assert [entry.detail["overrides"] for entry in entries("opening.asked")] == [False, True]


def test_whoever_is_not_to_be_called_is_called_for_a_reason_alone(desk):
    Tip.objects.filter(pk=desk.tip.pk).update(do_not_call=True)
    hold(desk, desk.lan, desk.chief)
    with pytest.raises(NotToBeCalled):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    asked = asking.ask_opening(desk.tip.pk, wish(desk, override_reason="Nhà cháy"), by=desk.lan)
    assert asked.override_reason == "Nhà cháy"


def test_an_emergency_calls_every_possible_second_and_tells_who_watches(desk):
    watcher = make.officer(unit=desk.province, role="data_protection")
    hold(desk, desk.lan, desk.chief, desk.quan)
    asked = asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.lan)
    (call,) = Dispatch.objects.filter(source_kind="opening", source_ref=asked.pk)
    assert all(str(asked.pk) in text.text for text in call.texts.all())
    assert all(desk.tip.text not in text.text for text in call.texts.all())
    assert not Notice.objects.filter(officer=watcher).exists()
    asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.quan)
    assert Notice.objects.get(officer=watcher).act == Notice.Act.CALLED


def waits(call):
    """How many minutes from now each of its letters leaves, in their order."""
    rows = Delivery.objects.filter(dispatch__source_ref=call.pk, state="queued")
    left = rows.order_by("not_before").values_list("not_before", flat=True)
    return [round(max(0.0, (at - times.now()).total_seconds()) / 60) for at in left]


@pytest.fixture
def pagers(desk):
    """Whoever can agree has an address that is called."""
    ChannelAccount.objects.create(unit=desk.province, channel="email", name="Thư")
    for officer in (desk.chief, desk.quan):
        make.pager(officer)
    hold(desk, desk.lan, desk.bao, desk.chief, desk.quan)
    return desk


def test_however_often_an_emergency_is_asked_for_nobody_is_called_all_the_time(pagers):
    """Each asking counts, and each is called for: in five minutes at the latest."""
    first = asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.lan)
    assert waits(first) == [0, 0]
    assert Delivery.objects.filter(not_before__gt=times.now()).count() == 0
    beside = asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.bao)
    assert waits(beside) == [5, 5]
    # Asked and taken back in turns: the call that waits goes with its request.
    Delivery.objects.filter(dispatch__source_ref=first.pk).update(state="sent")
    for officer in [pagers.lan, pagers.bao] * 3:
        own = OpeningRequest.objects.filter(asked_by_ref=officer.pk).latest("asked_at")
        asking.withdraw_opening(own.pk, by=officer)
        asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=officer)
    queued = Delivery.objects.filter(dispatch__source_kind="opening", state="queued")
    assert queued.filter(not_before__lt=times.now() + datetime.timedelta(minutes=4)).count() == 0
    assert queued.count() == 4
    assert set(queued.values_list("dispatch__source_ref", flat=True)) == set(
        OpeningRequest.objects.filter(lapsed_at=None).values_list("pk", flat=True)
    )


def test_what_was_called_long_ago_or_for_another_report_keeps_no_call_back(pagers):
    first = asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.lan)
    sent = Delivery.objects.filter(dispatch__source_ref=first.pk)
    sent.update(state="sent", not_before=times.now() - datetime.timedelta(minutes=6))
    assert waits(
        asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.bao)
    ) == [0, 0]
    other = make.tip(unit=pagers.commune, urgency="P0")
    record = f"contact:{sealed_contact(other).pk}"
    assert waits(
        asking.ask_opening(other.pk, wish(pagers, record=record, is_emergency=True), by=pagers.lan)
    ) == [0, 0]


def test_what_was_asked_for_in_calm_keeps_no_emergency_from_being_called_for(pagers):
    asking.ask_opening(pagers.tip.pk, wish(pagers), by=pagers.lan)
    urgent = asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.lan)
    assert waits(urgent) == [0, 0]
    with pytest.raises(AskedAlready):
        asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.lan)


@pytest.mark.urls("keng.site.desk_urls")
def test_whoever_asks_beside_another_reads_when_is_called_and_finds_the_other(pagers, desk_client):
    first = asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.lan)
    beside = asking.ask_opening(pagers.tip.pk, wish(pagers, is_emergency=True), by=pagers.bao)
    sign_in(desk_client, pagers.bao)
    page = desk_client.get(f"/openings/{beside.pk}/").content.decode()
    assert "vừa được gọi vì tin này" in page
    assert f"/openings/{first.pk}/" in page
    again = {"record": f"contact:{pagers.contact.pk}", "reason": "danger"}
    again |= {"legal_basis": "Điều 1", "text": "Gọi"}
    answer = desk_client.post(f"/tips/{pagers.tip.pk}/open/?emergency", again, follow=True)
    assert answer.redirect_chain == [(f"/openings/{beside.pk}/", 302)]
    assert "Bạn đã đề nghị mục này rồi" in answer.content.decode()
    assert OpeningRequest.objects.count() == 2


def test_the_fast_way_is_for_the_number_of_a_critical_tip(desk):
    hold(desk, desk.lan, desk.chief)
    Tip.objects.filter(pk=desk.tip.pk).update(urgency="P1")
    with pytest.raises(NoEmergency):
        asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.lan)


def test_a_refusal_has_a_reason_and_is_the_end_of_that_request(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    with pytest.raises(WhyRefused):
        asking.refuse_opening(asked.pk, reason=" ", by=desk.chief)
    asking.refuse_opening(asked.pk, reason="Viết trên trang là đủ", by=desk.chief)
    with pytest.raises(AnsweredAlready):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    assert len(entries("opening.refused")) == 1


def test_nobody_refuses_who_could_not_agree(desk):
    """Or one officer asks and refuses in turns, and each time everybody's pager rings."""
    hold(desk, desk.chief, desk.quan)
    asked = asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.chief)
    with pytest.raises(NotTheSecond):
        asking.refuse_opening(asked.pk, reason="Thôi", by=desk.chief)
    Officer.objects.filter(pk=desk.quan.pk).update(
        set_up_asked_by=desk.chief, set_up_agreed_by=desk.lan, set_up_at=times.now()
    )
    with pytest.raises(NotTheSecond):
        asking.refuse_opening(asked.pk, reason="Thôi", by=afresh(desk.quan))
    assert not entries("opening.refused")


def test_nothing_is_asked_nor_agreed_to_once_the_reporter_took_the_report_back(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    Tip.objects.filter(pk=desk.tip.pk).update(withdrawn_at=times.now())
    with pytest.raises(TakenBack):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    asking.refuse_opening(asked.pk, reason="Đã rút", by=desk.chief)
    with pytest.raises(TakenBack):
        asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)


def test_whoever_keeps_it_from_the_reporter_says_why(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    with pytest.raises(NotToldWhy):
        asking.approve_opening(asked.pk, tells_reporter=False, why_not_told="", by=desk.chief)
    asking.approve_opening(asked.pk, tells_reporter=False, why_not_told="Bí mật", by=desk.chief)
    asked.refresh_from_db()
    assert (asked.is_reporter_told, asked.why_not_told) == (False, "Bí mật")


def test_a_request_is_over_after_a_day(desk):
    hold(desk, desk.lan, desk.chief)
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    OpeningRequest.objects.filter(pk=asked.pk).update(
        asked_at=times.now() - datetime.timedelta(hours=25)
    )
    with pytest.raises(AnsweredAlready):
        asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)


def test_who_asked_takes_it_back_before_and_after_the_yes_and_nobody_else_does(desk):
    hold(desk, desk.lan, desk.chief)
    for is_agreed in (False, True):
        asked = asking.ask_opening(desk.tip.pk, wish(desk, is_emergency=True), by=desk.lan)
        if is_agreed:
            asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
        with pytest.raises(NotYours):
            asking.withdraw_opening(asked.pk, by=desk.chief)
        asking.withdraw_opening(asked.pk, by=desk.lan)
        with pytest.raises(AnsweredAlready):
            asking.approve_opening(asked.pk, tells_reporter=True, why_not_told="", by=desk.chief)
        with pytest.raises(NotYours):
            giving.note_share_given(asked.pk, by=desk.lan)
        with pytest.raises(NotWithdrawn):
            asking.withdraw_opening(asked.pk, by=desk.lan)
    assert len(entries("opening.withdrawn")) == 2
    left = Delivery.objects.filter(dispatch__source_kind="opening", state="queued")
    assert not left.exists()


@pytest.mark.urls("keng.site.desk_urls")
def test_after_a_restore_nothing_is_opened_with_a_request_that_came_back(desk, desk_client):
    hold(desk, desk.lan, desk.chief)
    standing, agreed = [
        asking.ask_opening(desk.tip.pk, wish(desk, record=record), by=desk.lan)
        for record in (f"contact:{each.pk}" for each in (desk.contact, sealed_contact(desk.tip)))
    ]
    asking.approve_opening(agreed.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    assert lapse_restored_openings() == 2
    assert lapse_restored_openings() == 0
    with pytest.raises(AnsweredAlready):
        asking.approve_opening(standing.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    with pytest.raises(NotYours):
        giving.note_share_given(agreed.pk, by=desk.lan)
    (ended, _other) = entries("opening.lapsed")
    assert (ended.actor_id, ended.chain) == ("operator", f"unit:{desk.commune.pk}")
    sign_in(desk_client, desk.lan)
    for asked in (standing, agreed):
        page = desk_client.get(f"/openings/{asked.pk}/").content.decode()
        assert "Không rõ trước đó đã mở hay chưa" in page
    assert asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
