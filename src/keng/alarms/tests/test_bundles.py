"""Forty false emergencies of one sender call people once, and not one of them is put off."""

import datetime
import itertools

import pytest
from django.db import connection
from django.urls import reverse

from keng.alarms import bar, bundle_calls
from keng.alarms import ringing as alarm_ringing
from keng.alarms.calls import call_ladder, calls_of_alarm
from keng.alarms.calls import call_rounds as rounds_of
from keng.alarms.line_bundles import LINE_REMEMBERED_SECONDS, LineBundles, bundles
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage
from keng.delivery.models import Delivery, DispatchText
from keng.dialogue import reporter
from keng.duty import pager_acts
from keng.intake.examination import examine
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.kit.ids import new_id
from keng.kit.secrets import keyed_hash
from keng.language.danger import danger_in
from keng.tips.models import Alarm, AlarmCall, BundledCall, Clock, Tip, TipConcern
from keng.vault import keys, seal
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Có người bị giết ở đây, máu khắp nhà"
FIRE = "Cháy nhà, có người mắc kẹt bên trong"
HERE, ELSEWHERE = b"one line", b"another line"
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def nobody_is_known():
    bundles.forget()
    yield
    bundles.forget()


@pytest.fixture
def here(settings, monkeypatch, tmp_path):
    """A commune and its province, with one officer and one pager each."""
    settings.EMERGENCY_EMAIL = ""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    keys.make_sender_key()

    class Here:
        province = make.province_unit("Công an tỉnh thử")
        place = make.place("Nếnh")
        other_place = make.place("Vân Hà")

    found = Here()
    found.commune = make.unit("Công an phường thử", parent=found.province)
    make.channel_account(channel="email", unit=found.province)
    found.lan = make.officer(unit=found.commune, name="Lan")
    found.mai = make.officer(unit=found.province, name="Mai")
    for number, officer in enumerate((found.lan, found.mai)):
        pager_acts.add_email_pager(f"o{number}@congan.example", by=officer)
    return found


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = times.now()

        def move(self, **by):
            self.now += datetime.timedelta(**by)

    made = Clock()
    monkeypatch.setattr(times, "now", lambda: made.now)
    return made


def report(here, *, by=HERE, text=WORDS, place=None, **more):
    """One more report, as the form writes it."""
    tip_id = receive_tip(
        IncomingTip(
            unit_id=here.commune.pk,
            text=text,
            happening="now",
            place_id=(place or here.place).pk,
            sender_mark=by,
            dedupe_key=keyed_hash("web form", str(next(_numbers))),
            **more,
        )
    )
    return Tip.objects.get(pk=tip_id)


def rings():
    """The tips that have a calling of their own, in the order they came."""
    return list(Alarm.objects.order_by("tip").values_list("tip", flat=True))


def rounds():
    """How many times people were called."""
    calls = AlarmCall.objects.filter(is_stand_down=False, is_joint=False)
    return calls.values("dispatch").distinct().count()


def test_forty_reports_of_one_sender_ring_once_and_again_at_three_ten_and_thirty(here):
    tips = []
    called = []
    for number in range(1, 41):
        tips.append(report(here))
        before = rounds()
        alarm_ringing.call_what_rings()
        if rounds() > before:
            called.append(number)
    assert called == [1, 3, 10, 30]
    assert rings() == [tips[0].pk]


def test_every_report_of_a_flood_keeps_its_row_its_place_in_the_list_its_clock_and_the_bar(here):
    for _ in range(40):
        report(here)
    alarm_ringing.call_what_rings()
    assert Tip.objects.filter(urgency="P0", state="received").count() == 40
    assert Clock.objects.filter(rule_code="URGENT_NOW").count() == 40
    here.lan.refresh_from_db()
    assert bar.alarm_bar_for(here.lan).total == 40


def test_the_call_says_how_many_there_are_and_nothing_of_who_sent_them(here):
    for _ in range(3):
        report(here)
        alarm_ringing.call_what_rings()
    first, last = DispatchText.objects.filter(language="en").order_by("id")
    assert "Reports bundled" not in first.text
    assert "Reports bundled within the hour: 3." in last.text


def test_another_sender_another_place_and_another_danger_ring_by_themselves(here):
    tips = [
        report(here),
        report(here, by=ELSEWHERE),
        report(here, place=here.other_place),
        report(here, text=FIRE),
    ]
    alarm_ringing.call_what_rings()
    assert rings() == [tip.pk for tip in tips]
    assert not BundledCall.objects.exists()


DIFFERENT = (
    "Cháy nhà, có người mắc kẹt bên trong",
    "Thằng say cầm dao đuổi chém hàng xóm",
    "Có người nhảy cầu tự tử, cứu với",
    "Hai băng đang chém nhau bằng mã tấu, máu me khắp nơi",
    "Con tôi bị bắt cóc lên ô tô ngay lúc này",
)


def different_text(number):
    return (
        f"{DIFFERENT[number % 5]}, chỗ {'abcdefghij'[number // 10]}{'klmnopqrst'[number % 10]} ơi"
    )


def test_forty_different_reports_of_one_line_from_many_places_ring_four_times(here):
    places = [make.place(f"Nơi {number}") for number in range(13)]
    called = []
    for number in range(40):
        report(here, place=places[number % 13], text=different_text(number))
        before = rounds()
        alarm_ringing.call_what_rings()
        if rounds() > before:
            called.append(number + 1)
    assert len(rings()) == 4
    # Three by themselves, the fourth for all that follow: again at its third, tenth and thirtieth.
    assert called == [1, 2, 3, 4, 6, 13, 33]
    assert Tip.objects.filter(urgency="P0", state="received").count() == 40


def test_a_cry_in_other_words_rings_at_once_though_somebody_has_just_come_for_another(here):
    """Who calls is the line of a whole village: a false alarm must not silence the next person."""
    false_alarms = [report(here) for _ in range(4)]
    alarm_ringing.call_what_rings()
    triage.accept_tip(false_alarms[0].pk, by=here.lan)
    same_again, cry = report(here), report(here, text=DIFFERENT[1])
    alarm_ringing.call_what_rings()
    assert cry.pk in rings()
    assert same_again.pk not in rings()


def test_whoever_waits_with_the_others_of_a_line_is_called_for_after_a_minute(here, clock):
    tips = [report(here, text=text) for text in DIFFERENT]
    alarm_ringing.call_what_rings()
    joint, cry = tips[3:]
    assert cry.pk not in rings()
    triage.accept_tip(joint.pk, by=here.lan)
    alarm_ringing.call_what_rings()
    assert cry.pk not in rings()
    clock.move(seconds=61)
    alarm_ringing.call_what_rings()
    assert cry.pk in rings()


def test_nobody_waits_longer_than_the_pause_however_many_others_their_line_sends(here, clock):
    for text in DIFFERENT[:3]:
        report(here, text=text)
    for number in range(12):
        report(here, text=different_text(number))
    for _ in range(12):
        alarm_ringing.call_what_rings()
        for tip in Tip.objects.filter(alarm__isnull=False, assigned_to=None):
            triage.accept_tip(tip.pk, by=here.lan)
        before = len(rings())
        clock.move(seconds=bundle_calls.BUNDLE_PAUSE.total_seconds() + 1)
        alarm_ringing.call_what_rings()
        assert len(rings()) > before or not Tip.objects.ringing().exists()


def unlike_text(number):
    """Danger told each time in other words, as an attacker would who knows what is bundled."""
    rest = " ".join(
        f"{'bcdghklmnp'[number % 10]}{chr(97 + number // 10)}{one}" for one in "aeiouy" * 4
    )
    return f"{DIFFERENT[number % 5]}. {rest}"


def simulate(here, clock, *, reports, every, takes_after, minutes):
    """One line sends reports; an officer takes the oldest that rings, after a while, as false.

    Returns how long each waited until it rang and somebody was called since it came.
    """
    tick = datetime.timedelta(seconds=15)
    start = taken_at = called_at = clock.now
    tips, waited = [], {}
    while clock.now < start + datetime.timedelta(minutes=minutes):
        while len(tips) < reports and clock.now >= start + every * len(tips):
            tips.append(
                report(here, text=unlike_text(len(tips)), urgency="P0", received_at=clock.now)
            )
        before = rounds()
        alarm_ringing.call_what_rings()
        called_at = clock.now if rounds() > before else called_at
        noted = set(AlarmCall.objects.values_list("alarm__tip", flat=True))
        for tip in tips:
            if tip.pk in noted and called_at >= tip.received_at:
                waited.setdefault(tip.pk, clock.now - tip.received_at)
        ringing = Alarm.objects.filter(ended_at=None, rounds__gt=0).order_by("tip").first()
        if ringing and clock.now >= taken_at + takes_after:
            triage.accept_tip(ringing.tip_id, by=here.lan)
            taken_at = clock.now
        clock.now += tick
    assert set(waited) == {tip.pk for tip in tips}
    return waited.values()


@pytest.mark.parametrize("seconds", [15, 120])
def test_no_false_reports_of_the_same_line_keep_a_true_one_from_its_call_for_five_minutes(
    here, clock, seconds
):
    """The attacker's table: seven false ones from the victim's own network, then the true one."""
    takes_after = datetime.timedelta(seconds=seconds)
    every = datetime.timedelta(seconds=10)
    waited = simulate(here, clock, reports=8, every=every, takes_after=takes_after, minutes=12)
    assert max(waited) <= bundle_calls.BUNDLE_PAUSE


def test_forty_false_reports_call_no_more_often_than_one_that_nobody_takes(here, clock):
    every = datetime.timedelta(seconds=20)
    waited = simulate(here, clock, reports=40, every=every, takes_after=every, minutes=20)
    assert max(waited) <= bundle_calls.BUNDLE_PAUSE
    # Three by themselves, one for all the rest every two minutes, and once more for so many.
    assert 10 <= rounds() <= 3 + 20 / 2 + 3


def test_nobody_stands_down_while_others_of_the_bundle_ring_and_the_story_says_so(here, clock):
    tips = [report(here, received_at=clock.now) for _ in range(3)]
    alarm_ringing.call_what_rings()
    clock.move(minutes=4)
    alarm_ringing.call_what_rings()
    assert rings() == [tip.pk for tip in tips]
    second = calls_of_alarm(Alarm.objects.get(tip=tips[1]))
    assert "gọi chung cho nhiều tin" in rounds_of(second)[0].people
    stood = AlarmCall.objects.filter(is_stand_down=True)
    for tip in tips[:2]:
        triage.accept_tip(tip.pk, by=here.lan)
        assert not stood.exists()
    triage.accept_tip(tips[2].pk, by=here.lan)
    assert {call.officer for call in stood} == {here.mai}


def test_where_a_joint_call_reached_nobody_every_tip_of_it_says_so(here, clock):
    tips = [report(here, received_at=clock.now) for _ in range(3)]
    clock.move(minutes=4)
    alarm_ringing.call_what_rings()
    Delivery.objects.update(state=Delivery.State.REJECTED, settled_at=clock.now)
    for tip in tips:
        alarm = Alarm.objects.get(tip=tip)
        steps = call_ladder(alarm, calls_of_alarm(alarm), reader=here.lan)
        assert steps
        assert all(step.is_to_be_phoned for step in steps)
    clock.move(minutes=61)
    bundle_calls.forget_bundles()
    assert not AlarmCall.objects.filter(is_joint=True, dispatch__isnull=False).exists()
    assert AlarmCall.objects.filter(is_joint=True).exists()


def test_calm_reports_of_one_line_that_tell_of_danger_later_ring_as_one(here, own_keys):
    calm = "Có số lạ gọi, xưng công an phường, bắt cài ứng dụng"
    tips = [report(here, text=f"{calm} {number}") for number in range(15)]
    for number, tip in enumerate(tips):
        reporter.add_reporter_message(tip.pk, text=different_text(number), sender_mark=HERE)
        examine.examine_messages()
        alarm_ringing.call_what_rings()
    assert Tip.objects.filter(danger_unheard=True).count() == 15
    # Three by themselves, and one for all the rest.
    assert len(rings()) <= 4


def test_all_that_one_line_does_within_an_hour_calls_twelve_times_at_most(here, own_keys):
    tips = [report(here, text=different_text(number)) for number in range(40)]
    alarm_ringing.call_what_rings()
    for number, tip in enumerate(tips):
        reporter.add_reporter_message(tip.pk, text=different_text(number + 50), sender_mark=HERE)
        examine.examine_messages()
        alarm_ringing.call_what_rings()
    assert 4 < len(rings()) <= 12


def test_later_danger_told_from_elsewhere_rings_by_itself(here, own_keys):
    for text in DIFFERENT:
        report(here, text=text)
    alarm_ringing.call_what_rings()
    hers = report(here, by=ELSEWHERE, text="Có số lạ gọi, xưng công an phường, bắt cài ứng dụng")
    reporter.add_reporter_message(hers.pk, text=WORDS, sender_mark=ELSEWHERE)
    examine.examine_messages()
    alarm_ringing.call_what_rings()
    assert hers.pk in rings()


def test_a_long_text_is_known_by_few_hashes_and_still_as_the_same(here):
    long = " ".join(f"{WORDS} {chr(97 + n % 26)}{n}" for n in range(300))
    first, again = report(here, text=long), report(here, text=f"{long} Cứu với.")
    alarm_ringing.call_what_rings()
    assert rings() == [first.pk]
    assert BundledCall.objects.get(tip=again).is_joint is False


def test_reports_without_a_sender_and_those_an_officer_rated_are_never_bundled(here):
    for more in ({"by": b""}, {"urgency": "P0", "urgency_is_rated": True}):
        tips = [report(here, **more) for _ in range(3)]
        alarm_ringing.call_what_rings()
        assert set(rings()) >= {tip.pk for tip in tips}


def test_what_is_not_critical_takes_no_place_in_a_bundle(here):
    calm = report(here, text="Có số lạ gọi, xưng công an phường, bắt cài ứng dụng")
    assert calm.urgency != "P0"
    tip = report(here)
    alarm_ringing.call_what_rings()
    assert rings() == [tip.pk]
    assert len(bundles) == 1


def test_while_one_rings_the_others_do_not_and_when_it_is_taken_the_next_rings_after_a_pause(
    here, clock
):
    first, second, third, fourth = (report(here) for _ in range(4))
    alarm_ringing.call_what_rings()
    triage.accept_tip(first.pk, by=here.lan)
    clock.move(minutes=2)
    alarm_ringing.call_what_rings()
    # The third made the bundle ring again: it was there when nobody had come.
    assert set(rings()) <= {first.pk, third.pk}
    for tip in (third, fourth):
        triage.accept_tip(tip.pk, by=here.lan)
    clock.move(minutes=6)
    alarm_ringing.call_what_rings()
    assert second.pk in rings()


def test_who_takes_a_report_back_makes_those_of_others_no_quieter(here):
    first, second = report(here), report(here)
    alarm_ringing.call_what_rings()
    Tip.objects.filter(pk=first.pk).update(
        state="closed", outcome="withdrawn", closed_at=times.now(), due_at=None
    )
    alarm_ringing.settle_alarm(Tip.objects.get(pk=first.pk), by="reporter")
    alarm_ringing.call_what_rings()
    assert second.pk in rings()


def test_one_whose_first_never_came_to_be_rings(here):
    bundles.bundle_of(
        HERE,
        unit_id=here.commune.pk,
        place_id=here.place.pk,
        kind=danger_in(WORDS).kind,
        text=WORDS,
        tip_id=new_id(),
    )
    tip = report(here)
    assert BundledCall.objects.filter(tip=tip).exists()
    alarm_ringing.call_what_rings()
    assert rings() == [tip.pk]


def test_one_that_went_to_another_desk_does_not_wait_for_the_calls_of_this_one(here):
    report(here)
    second = report(here)
    Tip.objects.filter(pk=second.pk).update(responsible_unit=here.province)
    alarm_ringing.call_what_rings()
    assert second.pk in rings()


def test_danger_in_a_later_message_rings_by_itself(here):
    report(here)
    second = report(here)
    alarm_ringing.call_what_rings()
    Tip.objects.filter(pk=second.pk).update(danger_unheard=True, danger_at=times.now())
    alarm_ringing.call_what_rings()
    assert second.pk in rings()


def test_no_number_of_reports_of_one_sender_holds_up_what_rings_by_itself(here, monkeypatch):
    """Somebody on the victim's own line sends more than the worker looks at in one portion."""
    monkeypatch.setattr(bundle_calls, "_MOST", 3)
    for _ in range(6):
        report(here)
    alarm_ringing.call_what_rings()
    hers, rated = report(here), report(here)
    Tip.objects.filter(pk=hers.pk).update(danger_at=times.now(), danger_unheard=True)
    Tip.objects.filter(pk=rated.pk).update(urgency_is_rated=True)
    other, again = report(here, by=ELSEWHERE), report(here, by=ELSEWHERE)
    alarm_ringing.call_what_rings()
    assert {hers.pk, rated.pk, other.pk} <= set(rings())
    assert again.pk not in rings()


def test_after_an_hour_no_row_says_that_two_reports_had_one_sender_and_each_rings(here, clock):
    for _ in range(3):
        report(here)
    alarm_ringing.call_what_rings()
    clock.move(minutes=61)
    bundle_calls.forget_bundles()
    assert not BundledCall.objects.exists()
    alarm_ringing.call_what_rings()
    assert len(rings()) == 3


def test_a_process_that_was_started_anew_knows_nobody_and_rings(here):
    report(here)
    bundles.forget()
    report(here)
    alarm_ringing.call_what_rings()
    assert len(rings()) == 2


def test_the_mark_of_a_sender_is_gone_within_the_hour_and_is_never_kept_as_it_is():
    class Now:
        at = 0.0

    known = LineBundles(clock=lambda: Now.at)
    of_one = {"unit_id": new_id(), "place_id": None, "kind": "fire", "text": FIRE}
    first, second = new_id(), new_id()
    assert known.bundle_of(b"203.0.113.7", **of_one, tip_id=first) is None
    assert known.bundle_of(b"203.0.113.7", **of_one, tip_id=second).first == first
    assert b"203.0.113.7" not in b"".join(known._lines)
    (line,) = known._lines.values()
    assert not any(word in repr(line) for word in ("chay", "nha", "fire"))
    key = known._key
    assert known._end.interval == LINE_REMEMBERED_SECONDS
    Now.at = LINE_REMEMBERED_SECONDS + 1
    assert known.bundle_of(b"203.0.113.7", **of_one, tip_id=second) is None
    assert known._key != key
    assert len(known) == 1
    known.forget()
    assert len(known) == 0


def test_no_row_and_no_entry_of_the_record_holds_the_mark(here):
    for _ in range(3):
        report(here, by=b"mark-of-nobody")
    alarm_ringing.call_what_rings()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM tips_tip t")
        rows = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT row_to_json(b)::text FROM tips_bundledcall b")
        rows += [row[0] for row in cursor.fetchall()]
    rows += [str(entry.detail) for entry in Entry.objects.all()]
    needle = b"mark-of-nobody"
    assert not any(needle.decode() in row or needle.hex() in row for row in rows)
    assert not any("bundle" in row for row in map(str, Entry.objects.values_list("detail")))


def test_the_officer_reads_on_the_tip_and_in_the_bar_that_calls_are_bundled_and_why(
    desk_client, here
):
    tips = [report(here) for _ in range(3)]
    alarm_ringing.call_what_rings()
    sign_in(desk_client, here.lan)
    for tip in tips:
        page = desk_client.get(reverse("tip", kwargs={"pk": tip.pk}), HTTP_ACCEPT_LANGUAGE="vi")
        assert "3 tin khẩn đến từ cùng một đường mạng" in page.content.decode()
    other = tips[0] if tips[0].pk != tip.pk else tips[1]
    assert reverse("tip", kwargs={"pk": other.pk}) in page.content.decode()


@pytest.mark.parametrize("above", [True, False])
def test_no_number_tells_a_desk_of_a_report_that_is_kept_from_it(desk_client, here, above):
    # From one line: one that only the province reads, or that is about this desk, and another.
    kept, shown = report(here), report(here)
    if above:
        Tip.objects.filter(pk=kept.pk).update(responsible_unit=here.province)
    else:
        TipConcern.objects.create(tip=kept, unit=here.commune)
    triage.make_critical(shown.pk, by=here.mai)
    alarm_ringing.call_what_rings()
    here.lan.refresh_from_db()
    at = bar.alarm_bar_for(here.lan)
    assert (at.tip, at.total, at.bundled) == (shown, 1, 1)
    page = sign_in(desk_client, here.lan).get(reverse("tip", kwargs={"pk": shown.pk}))
    assert "cùng một đường mạng" not in page.content.decode()
    calls = DispatchText.objects.filter(dispatch__in=shown.alarm.calls.values("dispatch"))
    assert calls.exists()
    assert not [call.text for call in calls if "bundled" in call.text or "gọi chung" in call.text]
    # The province sees both, and reads so.
    here.mai.refresh_from_db()
    assert bar.alarm_bar_for(here.mai, at=shown.pk).bundled == 2


def test_one_alone_says_nothing_of_a_bundle(desk_client, here):
    tip = report(here)
    alarm_ringing.call_what_rings()
    sign_in(desk_client, here.lan)
    page = desk_client.get(reverse("tip", kwargs={"pk": tip.pk})).content.decode()
    assert "gọi chung một lần" not in page
