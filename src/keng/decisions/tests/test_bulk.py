"""One decision on many tips: each with its entry, none over somebody's head, all to take back."""

import datetime

import pytest
from django.urls import reverse

from keng.alarms import ringing
from keng.audit.models import Entry
from keng.decisions import bulk, putting_off, triage, undo
from keng.intake.examination.examine import examine_messages
from keng.kit import times
from keng.tips.errors import DeadlineFirst, NothingChosen
from keng.tips.models import Decision, Tip
from tests import make

pytestmark = pytest.mark.django_db
DESK = "keng.site.desk_urls"
BULK = reverse("bulk", DESK)


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def officer(unit):
    return make.officer(unit=unit, full_desk=True)


def chosen(tips, act, **fields):
    at = f"{times.now().timestamp():.3f}"
    return {"tip": [str(tip.pk) for tip in tips], "act": act, "at": at} | fields


def entries(action):
    return Entry.objects.filter(action=action)


def test_taking_on_many_is_one_entry_each_and_one_undo(desk, unit, officer):
    tips = [make.tip(unit=unit) for _ in range(4)]
    page = desk.post(BULK, chosen(tips, "accept"), follow=True)
    assert Tip.objects.filter(assigned_to=officer).count() == entries("tip.accepted").count() == 4
    undo_url, fields = page.context["undo_url"], page.context["undo_fields"]
    assert undo_url == reverse("bulk-undo", DESK)
    desk.post(undo_url, fields)
    assert not Tip.objects.filter(assigned_to=officer).exists()
    assert entries("tip.taken_back").count() == 4


def test_sorting_many_needs_a_category(desk, unit):
    tips = [make.tip(unit=unit) for _ in range(2)]
    desk.post(BULK, chosen(tips, "sort", category="none of ours"))
    assert not entries("tip.sorted").exists()
    desk.post(BULK, chosen(tips, "sort", category="theft"))
    assert set(Tip.objects.values_list("category", flat=True)) == {"theft"}
    assert entries("tip.sorted").count() == 2


def test_joining_makes_one_incident_of_the_oldest(desk, unit):
    tips = [make.tip(unit=unit) for _ in range(5)]
    answer = desk.post(BULK, chosen(tips[::-1], "join"))
    first = Tip.objects.get(pk=tips[0].pk)
    assert answer.headers["Location"] == reverse("incident", DESK, args=[first.incident_id])
    others = Tip.objects.filter(duplicate_of=first, incident=first.incident)
    assert others.count() == entries("tip.duplicate").count() == 4


def test_tips_join_the_incident_that_is_there_already(unit, officer):
    old = [make.tip(unit=unit) for _ in range(3)]
    there = make.incident(unit=unit, by=officer, tips=(old[1], old[2]))
    done, incident_id = bulk.join_tips([tip.pk for tip in old[:2]], by=officer, since=times.now())
    assert incident_id == there.pk
    assert len(done.steps) == 1


@pytest.mark.parametrize("act", ["join", "accept", "sort"])
def test_what_rings_is_left_ringing_by_every_decision_on_many_and_that_is_said(desk, unit, act):
    calm, other = make.tip(unit=unit), make.tip(unit=unit)
    critical = make.tip(unit=unit, urgency="P0", text="Nó đang cầm dao chém người")
    ringing.call_what_rings()
    page = desk.post(BULK, chosen([calm, other, critical], act, category="theft"), follow=True)
    critical.refresh_from_db()
    assert critical.rings
    assert (critical.state, critical.category, critical.assigned_to) == ("received", "", None)
    assert critical.alarm.ended_at is None
    assert "1 tin đang reo được để nguyên" in page.content.decode()
    assert Decision.objects.exclude(tip=critical).exists()
    assert not Decision.objects.filter(tip=critical).exists()


def test_where_all_that_was_chosen_rings_that_is_why_nothing_was_done(desk, unit):
    tips = [make.tip(unit=unit, urgency="P0") for _ in range(2)]
    page = desk.post(BULK, chosen(tips, "join"), follow=True)
    assert not Decision.objects.exists()
    assert "tin đang reo phải nhận riêng từng tin" in page.content.decode()


def test_the_most_urgent_of_those_that_become_one_incident_leads_it(desk, unit, officer):
    calm, urgent, critical = (
        make.tip(unit=unit, urgency=urgency) for urgency in ("P2", "P1", "P0")
    )
    triage.accept_tip(critical.pk, by=officer)
    desk.post(BULK, chosen([calm, urgent, critical], "join"))
    assert set(Tip.objects.filter(duplicate_of=critical)) == {calm, urgent}


def test_a_critical_one_is_left_out_of_a_calm_incident_that_is_there_and_that_is_said(
    desk, unit, officer
):
    calm, critical, leads, behind = (
        make.tip(unit=unit, urgency=level) for level in ("P2", "P0", "P2", "P2")
    )
    triage.accept_tip(critical.pk, by=officer)
    make.incident(unit=unit, by=officer, tips=(leads, behind))
    page = desk.post(BULK, chosen([calm, critical, leads], "join"), follow=True)
    assert "1 tin được để nguyên: khẩn hơn tin đứng đầu vụ" in page.content.decode()
    assert Tip.objects.get(pk=calm.pk).duplicate_of == leads
    assert Tip.objects.get(pk=critical.pk).duplicate_of is None


@pytest.mark.parametrize("count", [0, 1])
def test_one_tip_is_no_incident(unit, officer, count):
    tips = [make.tip(unit=unit).pk for _ in range(count)]
    with pytest.raises(NothingChosen):
        bulk.join_tips(tips, by=officer, since=times.now())


def test_what_others_decided_meanwhile_and_what_is_not_visible_is_left(unit, officer):
    mine, theirs, taken = (make.tip(unit=unit) for _ in range(3))
    elsewhere, hidden = make.tip(unit=make.unit()), make.tip(unit=unit, concerns=(unit,))
    colleague = make.officer(unit=unit)
    triage.accept_tip(taken.pk, by=colleague)
    since = times.now()
    triage.sort_tip(theirs.pk, category="theft", by=colleague)
    ids = [tip.pk for tip in (mine, theirs, taken, elsewhere, hidden)]
    done = bulk.accept_tips(ids, by=officer, since=since)
    assert [step.tip_id for step in done.steps] == [mine.pk]
    assert done.left == 4


def test_a_list_without_its_time_decides_on_nothing_that_was_decided(desk, unit):
    tip = make.tip(unit=unit)
    triage.sort_tip(tip.pk, category="theft", by=make.officer(unit=unit))
    desk.post(BULK, {"tip": [str(tip.pk)], "act": "accept"})
    assert not entries("tip.accepted").exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 404),
        ({"act": "burn"}, 404),
        ({"act": "accept", "tip": ["x"]}, 302),
        ({"act": "join", "at": "nan"}, 302),
    ],
)
def test_odd_choices_break_nothing(desk, sent, status):
    assert desk.post(BULK, sent).status_code == status
    assert desk.post(reverse("bulk-undo", DESK), {"decisions": "x"}).status_code == 404


def test_others_steps_cannot_be_taken_back(desk, unit):
    step = triage.accept_tip(make.tip(unit=unit).pk, by=make.officer(unit=unit))
    assert desk.post(reverse("bulk-undo", DESK), {"decisions": str(step.pk)}).status_code == 404
    assert Decision.objects.get(pk=step.pk).detail.get("taken_back") is None


def test_a_tip_is_put_off_no_further_than_two_hours_before_its_deadline(unit, officer):
    due = times.now() + datetime.timedelta(hours=10)
    tip = make.tip(unit=unit, due_at=due)
    week = times.now() + datetime.timedelta(days=7)
    step = putting_off.put_off_tip(tip.pk, until=week, by=officer)
    assert Tip.objects.get(pk=tip.pk).set_aside_until == due - putting_off.DEADLINE_AHEAD
    assert entries("tip.set_aside").count() == 1
    undo.take_back_decision(step.pk, by=officer)
    assert Tip.objects.get(pk=tip.pk).set_aside_until is None


@pytest.mark.parametrize("what", [{"urgency": "P0"}, {"due_at": "soon"}])
def test_what_is_critical_or_due_is_not_put_off(unit, officer, what):
    soon = times.now() + datetime.timedelta(hours=1)
    tip = make.tip(unit=unit, **(what if "urgency" in what else {"due_at": soon}))
    with pytest.raises(DeadlineFirst):
        putting_off.put_off_tip(tip.pk, until=times.now(), by=officer)


def test_the_reporter_brings_a_tip_back(unit, officer):
    tip = make.tip(unit=unit)
    later = times.now() + datetime.timedelta(hours=5)
    putting_off.put_off_tip(tip.pk, until=later, by=officer)
    make.message(tip, "Nó vừa gọi lại")
    examine_messages()
    assert Tip.objects.get(pk=tip.pk).set_aside_until is None


def test_putting_one_off_opens_the_next_of_the_folder(desk, unit, officer):
    mine, other, next_mine = (
        make.tip(unit=unit, due_at=times.now() + datetime.timedelta(hours=hours))
        for hours in (10, 11, 12)
    )
    Tip.objects.filter(pk__in=[mine.pk, next_mine.pk]).update(assigned_to=officer)
    desk.get(reverse("inbox", DESK), {"folder": "mine"})
    aside = reverse("tip-set-aside", DESK, args=[mine.pk])
    answer = desk.post(aside, {"from": "inbox", "until": "4h"})
    assert answer.headers["Location"].endswith(f"?folder=mine&tip={next_mine.pk}")
    assert other.pk != next_mine.pk
