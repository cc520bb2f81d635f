"""A critical tip calls commune, province and emergency room until somebody takes it."""

import datetime

import pytest
from django.urls import reverse

from keng.accounts.models import Officer, Post, Shift
from keng.acts.errors import NotAllowed
from keng.alarms import calls as alarm_calls
from keng.alarms import ringing
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage, undo
from keng.delivery.models import Delivery, Dispatch, DispatchText, PagerTest, PagerWay
from keng.duty import pager_acts, rota, watch
from keng.kit import times
from keng.tips.models import Alarm, AlarmCall
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Chồng tôi đang cầm dao ngoài cửa"


@pytest.fixture
def here(settings, monkeypatch, tmp_path):
    """A commune and its province, one officer each with a pager, and an emergency room."""
    settings.EMERGENCY_EMAIL = "phong-truc@khan.example"
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()
    province = make.province_unit("Công an tỉnh thử")
    commune = make.unit("Công an phường thử", parent=province, desk_phone="0204 000 0199")
    make.channel_account(channel="email", unit=province)

    class Here:
        pass

    found = Here()
    found.commune, found.province = commune, province
    found.lan = make.officer(unit=commune, name="Lan")
    found.hai = make.officer(unit=commune, role=Post.Role.COMMANDER, name="Hải")
    found.mai = make.officer(unit=province, role=Post.Role.COORDINATOR, name="Mai")
    for number, officer in enumerate((found.lan, found.hai, found.mai)):
        pager_acts.add_email_pager(f"o{number}@congan.example", by=officer)
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


def on_duty(unit, officer, by, hours=8):
    starts = times.now() - datetime.timedelta(hours=1)
    return rota.add_shifts(
        unit.pk,
        officer.pk,
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=hours),
        by=by,
    )[0]


def called(round_=0):
    """Who was called in a round, by name; the emergency room is None."""
    calls = Alarm.objects.get().calls.filter(round=round_)
    return {call.officer.name if call.officer else None for call in calls}


def test_commune_province_and_emergency_room_are_called_at_once(here):
    on_duty(here.commune, here.lan, here.hai)
    on_duty(here.province, here.mai, here.mai)
    tip = make.tip(unit=here.commune, text=WORDS, urgency="P0", reference="THU-1")
    assert ringing.call_what_rings() == 1
    assert called() == {"Lan", "Mai", None}
    kinds = Delivery.objects.filter(dispatch__kind="page").values_list("recipient_kind", flat=True)
    assert sorted(kinds) == ["pager", "pager", "room"]
    assert Entry.objects.filter(action="alarm.called", object_id=str(tip.pk)).count() == 1
    # Looked at again at once, nothing more happens.
    assert ringing.call_what_rings() == 0


def test_a_call_holds_unit_and_number_and_no_word_of_the_tip(here, settings):
    tip = make.tip(
        unit=here.commune, text=WORDS, urgency="P0", reference="THU-1", place_detail="ngõ 5"
    )
    tip_page = settings.DESK_URL + reverse("tip", "keng.site.desk_urls", kwargs={"pk": tip.pk})
    ringing.call_what_rings()
    texts = [f"{t.subject}\n{t.text}" for t in DispatchText.objects.all()]
    assert len(texts) == 3
    for text in texts:
        assert "THU-1" in text
        assert "Công an phường thử" in text
        assert tip_page in text or "0204 000 0199" in text
        assert not any(word in text.lower() for word in ("dao", "chồng", "cửa", "ngõ"))


def test_without_a_rota_everybody_of_the_unit_is_called(here):
    make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    assert called() == {"Lan", "Hải", "Mai", None}


def test_it_rings_again_and_calls_more_people_until_somebody_takes_it(here, clock):
    on_duty(here.commune, here.lan, here.hai)
    on_duty(here.province, here.mai, here.mai)
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    clock.move(minutes=2)
    assert ringing.call_what_rings() == 1
    assert called(1) == {"Lan", "Hải", "Mai", None}
    triage.accept_tip(tip.pk, by=here.lan)
    clock.move(minutes=10)
    assert ringing.call_what_rings() == 0


def test_the_first_taker_owns_it_and_the_others_are_told_to_stand_down(here):
    tip = make.tip(unit=here.commune, urgency="P0", reference="THU-2")
    ringing.call_what_rings()
    triage.accept_tip(tip.pk, by=here.lan)
    alarm = Alarm.objects.get()
    assert (alarm.taken_by, alarm.ended_at is not None) == (here.lan, True)
    first, second = Dispatch.objects.filter(kind="page").order_by("id")
    # What had not left yet is taken back; the other two and the room hear that it is over.
    assert {d.state for d in first.deliveries.all()} == {"cancelled"}
    assert second.deliveries.filter(recipient_kind="pager").count() == 2
    assert second.deliveries.filter(recipient_kind="room").count() == 1
    assert "THU-2" in second.texts.first().text
    assert Entry.objects.get(action="alarm.ended").detail["taken"] is True


def test_the_story_of_the_tip_says_who_was_called_by_what_and_who_stood_down(desk_client, here):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    to_mai = Delivery.objects.get(recipient_ref=PagerWay.objects.get(officer=here.mai).pk)
    Delivery.objects.filter(pk=to_mai.pk).update(state="sent")
    triage.accept_tip(tip.pk, by=here.lan)
    called, stood_down = alarm_calls.call_rounds(alarm_calls.calls_of_alarm(Alarm.objects.get()))
    assert "Mai: email đã gọi" in called.people
    assert "Lan: email đã rút trước khi đi" in called.people
    assert "Phòng trực khẩn cấp: email" in called.people
    assert "Mai: email đang gọi" in stood_down.people
    assert "Hải" in stood_down.people
    assert "Lan" not in stood_down.people
    sign_in(desk_client, here.lan)
    page = desk_client.get(f"/tips/{tip.pk}/").content.decode()
    story = page.partition("Diễn biến")[2]
    assert called.people in story
    assert stood_down.words in story
    # Whoever stood down was called once, and not called again by being told.
    assert [
        one.times
        for one in alarm_calls.call_ladder(
            Alarm.objects.get(), alarm_calls.calls_of_alarm(Alarm.objects.get()), reader=here.lan
        )
    ] == [1, 1, 1, 1]
    # A tip that turned out to be less keeps the story.
    triage.sort_tip(tip.pk, category="theft", urgency="P2", by=here.lan)
    page = desk_client.get(f"/tips/{tip.pk}/").content.decode()
    assert called.people in page
    assert 'id="calling"' not in page


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (WORDS, ["113"]),
        ("chay o day tro, con nguoi o tren tang, can 114 gap", ["114", "113"]),
        ("Ngửi thấy mùi gas rất mạnh, có người ngất xỉu", ["114", "113", "115"]),
    ],
)
def test_the_bar_offers_the_fire_brigade_first_where_it_burns(desk_client, here, words, numbers):
    make.tip(unit=here.commune, text=words, urgency="P0")
    sign_in(desk_client, here.lan)
    page = desk_client.get("/alarm/").content.decode()
    assert [each[:3] for each in page.split('href="tel:')[1:]] == numbers


def calling_panel(client, tip):
    page = client.get(f"/tips/{tip.pk}/").content.decode()
    return page.partition('id="calling"')[2].partition("</section>")[0]


def test_a_clock_that_was_set_back_keeps_nobody_from_being_called(here):
    """A worker whose clock was hours ahead has written down when the next call is due."""
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    Alarm.objects.update(next_call_at=times.now() + datetime.timedelta(hours=3))
    ringing.call_what_rings()
    alarm = Alarm.objects.get(tip=tip)
    assert alarm.rounds == 2
    assert alarm.next_call_at <= times.now() + ringing.CALL_EVERY
    # No further than calls are put off at all: that one waits for its time.
    Alarm.objects.update(next_call_at=times.now() + ringing.CALL_LATER_EVERY)
    ringing.call_what_rings()
    assert Alarm.objects.get(tip=tip).rounds == 2


@pytest.mark.parametrize("is_taken", [False, True])
def test_where_no_pager_rang_it_says_so_and_113_first(desk_client, here, settings, is_taken):
    settings.EMERGENCY_EMAIL = ""
    PagerWay.objects.all().delete()
    type(here.province).objects.filter(pk=here.province.pk).update(desk_phone="0204 000 0999")
    tip = make.tip(unit=here.commune, urgency="P0")
    for _ in range(3):
        Alarm.objects.update(next_call_at=times.now())
        ringing.call_what_rings()
    assert AlarmCall.objects.filter(officer=here.lan).count() > 1
    if is_taken:
        triage.accept_tip(tip.pk, by=here.lan)
    sign_in(desk_client, here.lan)
    panel = calling_panel(desk_client, tip)
    assert "Không ai được gọi" in panel
    # No rounds are counted as calls where none went out.
    assert "lần gọi" not in panel
    assert 'class="notice warn"' in panel
    assert 'class="notice ok"' not in panel
    assert "được báo dừng" not in panel
    assert panel.index("tel:113") < panel.index("tel:02040000999")
    # That telephone stands beside the reader; the province reaches the desk by it.
    assert "0204 000 0199" not in panel
    assert "số riêng của họ" in panel
    sign_in(desk_client, here.mai)
    panel = calling_panel(desk_client, tip)
    assert "0204 000 0199" in panel
    assert "0204 000 0999" not in panel


def test_where_somebody_was_called_nothing_says_that_nobody_was(desk_client, here):
    tip = make.tip(unit=here.commune, urgency="P0")
    sign_in(desk_client, here.lan)
    assert "Không ai được gọi" not in calling_panel(desk_client, tip)
    ringing.call_what_rings()
    assert "Không ai được gọi" not in calling_panel(desk_client, tip)


def test_giving_it_back_within_the_minute_rings_again(here):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    decision = triage.accept_tip(tip.pk, by=here.lan)
    undo.take_back_decision(decision.pk, by=here.lan)
    assert Alarm.objects.get().ended_at is None
    assert ringing.call_what_rings() == 1


def test_passed_on_it_rings_at_the_other_unit(here):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    triage.route_tip(tip.pk, to=here.province, reason="Ở tỉnh", by=here.lan)
    alarm = Alarm.objects.get()
    assert (alarm.unit, alarm.rounds) == (here.province, 0)
    # What had not left yet calls nobody of the old unit any more.
    assert {row.state for row in Delivery.objects.filter(dispatch__kind="page")} == {"cancelled"}
    assert ringing.call_what_rings() == 1
    assert Delivery.objects.filter(dispatch__kind="page", state="queued").count() == 2


def test_whoever_gives_it_back_takes_the_stand_down_with_them(here):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    decision = triage.accept_tip(tip.pk, by=here.lan)
    told = Dispatch.objects.filter(kind="page").latest("id")
    undo.take_back_decision(decision.pk, by=here.lan)
    assert {row.state for row in told.deliveries.all()} == {"cancelled"}


def test_an_officer_whom_the_tip_concerns_is_not_called(here):
    make.tip(unit=here.province, urgency="P0", concerns=(here.commune,))
    make.tip(unit=here.commune, urgency="P0", concerns=(here.commune,))
    assert ringing.call_what_rings() == 2
    people = {c.officer.name for a in Alarm.objects.all() for c in a.calls.all() if c.officer}
    assert people == {"Mai"}


def test_whoever_asked_not_to_be_contacted_gets_no_message(here):
    tip = make.tip(unit=here.commune, urgency="P0", do_not_contact=True)
    make.conversation(tip)
    ringing.call_what_rings()
    triage.accept_tip(tip.pk, by=here.lan)
    assert not Delivery.objects.filter(recipient_kind="conversation").exists()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"do_not_contact": True}, "Người báo dặn: không gọi, không nhắn."),
        ({"do_not_call": True}, "Người báo mong: đừng gọi."),
        ({"safe_from": 9, "safe_until": 11}, "Người báo mong: chỉ gọi từ 9 giờ đến 11 giờ."),
        ({}, ""),
    ],
)
def test_a_call_says_when_the_reporter_is_not_to_be_called(here, wish, said):
    make.tip(unit=here.commune, urgency="P0", **wish)
    ringing.call_what_rings()
    texts = DispatchText.objects.filter(language="vi", dispatch__source_kind="alarm")
    assert texts
    assert all(said in text.text for text in texts)
    assert all(("Người báo" in text.text) == bool(said) for text in texts)


def test_a_tip_that_is_not_critical_calls_nobody(here):
    make.tip(unit=here.commune, urgency="P1")
    make.tip(unit=here.commune, urgency="P0", assigned_to=here.lan)
    make.tip(unit=here.commune, urgency="P0", state="closed")
    assert ringing.call_what_rings() == 0


def test_sorting_a_tip_as_less_than_critical_ends_the_calls(here):
    tip = make.tip(unit=here.commune, urgency="P0")
    ringing.call_what_rings()
    triage.sort_tip(tip.pk, category="theft", urgency="P2", by=here.lan)
    alarm = Alarm.objects.get()
    assert (alarm.ended_at is not None, alarm.taken_by) == (True, None)


def test_a_night_is_watched_only_with_a_shift_and_a_test_that_was_heard(here, clock):
    shift = on_duty(here.commune, here.lan, here.hai)
    assert watch.watched_until(here.commune.pk) is None
    tried = pager_acts.test_pagers(by=here.lan)
    assert watch.watched_until(here.commune.pk) is None
    pager_acts.confirm_pager_test(tried.pk, by=here.lan)
    assert watch.watched_until(here.commune.pk) == shift.ends_at
    with pytest.raises(NotAllowed):
        pager_acts.confirm_pager_test(tried.pk, by=here.hai)
    clock.move(hours=12)
    assert watch.watched_until(here.commune.pk) is None


@pytest.fixture
def heard(here):
    """Lan is on duty, and her pager was heard in this shift."""
    shift = on_duty(here.commune, here.lan, here.hai)
    pager_acts.confirm_pager_test(pager_acts.test_pagers(by=here.lan).pk, by=here.lan)
    assert watch.watched_until(here.commune.pk) == shift.ends_at
    return shift


def test_a_pager_that_was_removed_or_switched_off_watches_no_more(here, heard):
    way = PagerWay.objects.get(officer=here.lan)
    pager_acts.switch_pager(way.pk, is_on=False, by=here.lan)
    assert watch.watched_until(here.commune.pk) is None
    pager_acts.switch_pager(way.pk, is_on=True, by=here.lan)
    assert watch.watched_until(here.commune.pk) == heard.ends_at
    # Another one that was in no test does not stand in for it.
    pager_acts.add_email_pager("moi@congan.example", by=here.lan)
    pager_acts.remove_pager(way.pk, by=here.lan)
    assert watch.watched_until(here.commune.pk) is None
    pager_acts.confirm_pager_test(pager_acts.test_pagers(by=here.lan).pk, by=here.lan)
    assert watch.watched_until(here.commune.pk) == heard.ends_at


def test_of_two_pagers_in_a_test_nobody_knows_which_one_rang(here):
    pager_acts.add_email_pager("hai@congan.example", by=here.lan)
    on_duty(here.commune, here.lan, here.hai)
    pager_acts.confirm_pager_test(pager_acts.test_pagers(by=here.lan).pk, by=here.lan)
    PagerWay.objects.filter(officer=here.lan).latest("id").delete()
    assert watch.watched_until(here.commune.pk) is None


def test_a_dead_device_in_a_test_that_was_heard_does_not_spoil_it(here):
    pager_acts.add_email_pager("hai@congan.example", by=here.lan)
    shift = on_duty(here.commune, here.lan, here.hai)
    tried = pager_acts.test_pagers(by=here.lan)
    PagerWay.objects.filter(officer=here.lan).update(gone_at=times.now())
    pager_acts.confirm_pager_test(tried.pk, by=here.lan)
    assert watch.watched_until(here.commune.pk) is None
    first = PagerWay.objects.filter(officer=here.lan).order_by("id")[0]
    PagerWay.objects.filter(pk=first.pk).update(gone_at=None)
    assert watch.watched_until(here.commune.pk) == shift.ends_at


def test_an_officer_whose_post_has_ended_watches_no_more(here, heard):
    today = times.local_date(times.now())
    Post.objects.filter(officer=here.lan).update(valid_to=today)
    # Until the last day is over, and not until the shift is.
    last = times.start_of(today + datetime.timedelta(days=1))
    assert watch.watched_until(here.commune.pk) == min(heard.ends_at, last)
    Post.objects.filter(officer=here.lan).update(valid_to=today - datetime.timedelta(days=1))
    assert watch.watched_until(here.commune.pk) is None
    # A post that takes no report on is none.
    make.post(here.lan, unit=here.commune, role=Post.Role.AUDITOR)
    assert watch.watched_until(here.commune.pk) is None
    make.post(here.lan, unit=here.commune, role=Post.Role.COORDINATOR)
    assert watch.watched_until(here.commune.pk) == heard.ends_at
    Officer.objects.filter(pk=here.lan.pk).update(is_active=False)
    assert watch.watched_until(here.commune.pk) is None


def test_the_next_shift_is_not_that_of_somebody_who_left(here):
    starts = times.now() + datetime.timedelta(hours=3)
    rota.add_shifts(
        here.commune.pk,
        here.lan.pk,
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=8),
        by=here.hai,
    )
    assert watch.next_on_duty(here.commune.pk) == starts
    assert watch.next_on_duty(here.province.pk) is None
    Post.objects.filter(officer=here.lan).update(valid_to=datetime.date(2020, 1, 2))
    assert watch.next_on_duty(here.commune.pk) is None


@pytest.mark.parametrize("role", Post.Role.values)
def test_the_public_site_knows_of_the_shifts_of_whoever_may_stand_on_a_rota(here, role):
    """Its view (delivery, migration 0006) names those roles once more."""
    now, hour = times.now(), datetime.timedelta(hours=1)
    someone = make.officer(unit=here.commune, role=role)
    Shift.objects.create(
        unit=here.commune,
        officer=someone,
        starts_at=now + hour,
        ends_at=now + 9 * hour,
        set_by=here.hai,
    )
    assert (watch.next_on_duty(here.commune.pk) is not None) == (role in rota.WATCHING_ROLES)


def test_a_test_without_a_pager_is_not_a_test(here):
    nobody = make.officer(unit=here.commune)
    with pytest.raises(pager_acts.NoPager):
        pager_acts.test_pagers(by=nobody)
    assert not PagerTest.objects.exists()
    assert not Entry.objects.filter(action="pager.tested").exists()


def test_only_who_leads_a_unit_keeps_its_rota(here):
    shift = on_duty(here.commune, here.lan, here.hai)
    with pytest.raises(NotAllowed):
        on_duty(here.commune, here.lan, here.lan)
    with pytest.raises(NotAllowed):
        rota.remove_shift(shift.pk, by=here.mai)
    with pytest.raises(rota.NotOnThisRota):
        on_duty(here.commune, here.mai, here.hai)
    rota.remove_shift(shift.pk, by=here.hai)
    assert not rota.officers_on_duty(here.commune.pk)


def test_the_pages_of_rota_and_pager(desk_client, here, monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    sign_in(desk_client, here.hai)
    shift = {
        "who": f"{here.commune.pk}:{here.lan.pk}",
        "day": times.local_date(times.now()).isoformat(),
        "begins": "22:00",
        "ends": "06:00",
        "again": "daily",
    }
    assert desk_client.post("/rota/", shift).status_code == 302
    page = desk_client.get("/rota/").content.decode()
    assert page.count("Lan") >= 7
    assert desk_client.post("/rota/", shift | {"who": "x:y"}).status_code == 422
    assert desk_client.post("/pagers/", {"email": "không phải", "code": "1"}).status_code == 422
    assert (
        desk_client.post("/pagers/", {"email": "hai@nha.example", "code": "1"}).status_code == 302
    )
    page = desk_client.get("/pagers/").content.decode()
    assert "h…@nha.example" in page
    assert "hai@nha.example" not in page


def test_every_page_asks_for_the_bar(desk_client, here):
    tip = make.tip(unit=here.commune, text=WORDS, urgency="P0")
    sign_in(desk_client, here.lan)
    assert 'data-from="/alarm/"' in desk_client.get("/groups/").content.decode()
    assert WORDS in desk_client.get("/alarm/").content.decode()
    assert "Mở tin" in desk_client.get("/alarm/").content.decode()
    assert "Mở tin" not in desk_client.get(f"/alarm/?on={tip.pk}").content.decode()
    assert desk_client.get("/alarm/?on=x").status_code == 200
    ringing.call_what_rings()
    page = desk_client.get(f"/tips/{tip.pk}/").content.decode()
    assert 'id="calling"' in page
    assert "Mai" in page


def test_asking_for_the_bar_costs_a_handful_of_queries_and_few_bytes(
    desk_client, here, django_assert_max_num_queries
):
    for _n in range(30):
        make.tip(unit=here.commune)
    sign_in(desk_client, here.lan)
    with django_assert_max_num_queries(10):
        answer = desk_client.get("/alarm/")
    assert len(answer.content.strip()) < 100
