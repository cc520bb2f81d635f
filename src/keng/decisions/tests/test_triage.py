"""Taking on, joining, passing on, sorting, rating: what changes, and who may."""

import datetime

import pytest
from django.utils import translation

from keng.audit.models import Entry
from keng.decisions import check_steps, triage, undo
from keng.kit import times
from keng.kit.time_words import moment_words
from keng.language.taxonomy import category_label
from keng.tips import errors
from keng.tips.models import Decision, Tip
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    province = make.province_unit()
    unit = make.unit(parent=province)
    return unit, make.officer(unit=unit)


def running(tip):
    return set(tip.clocks.filter(stopped_at__isnull=True).values_list("rule_code", flat=True))


def test_an_accepted_tip_is_in_progress_and_on_record(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = triage.accept_tip(tip.pk, by=officer)
    tip.refresh_from_db()
    assert (tip.state, tip.assigned_to) == (Tip.State.ACCEPTED, officer)
    entry = Entry.objects.get(action="tip.accepted", object_id=str(tip.pk))
    assert (entry.actor_id, entry.chain) == (str(officer.pk), f"unit:{unit.pk}")
    assert step.by == officer


def test_the_first_taker_owns_a_tip_until_somebody_takes_it_over(desk):
    unit, officer = desk
    other = make.officer(unit=unit)
    tip = make.tip(unit=unit)
    triage.accept_tip(tip.pk, by=officer)
    with pytest.raises(errors.AlreadyTaken) as caught:
        triage.accept_tip(tip.pk, by=other)
    assert caught.value.holder == officer
    triage.accept_tip(tip.pk, by=other, take_over=True)
    tip.refresh_from_db()
    assert tip.assigned_to == other


def test_nobody_decides_on_a_tip_of_another_unit(desk):
    _, officer = desk
    foreign = make.tip(unit=make.unit())
    with pytest.raises(errors.NotYours):
        triage.accept_tip(foreign.pk, by=officer)
    assert not foreign.decisions.exists()


def test_nobody_decides_on_a_tip_about_the_own_unit(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, concerns=(unit,))
    with pytest.raises(errors.NotYours):
        triage.sort_tip(tip.pk, category="theft", by=officer)


def test_a_decision_from_a_stale_page_is_refused(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    first = triage.sort_tip(tip.pk, category="theft", by=make.officer(unit=unit), seen="")
    with pytest.raises(errors.ChangedMeanwhile) as caught:
        triage.sort_tip(tip.pk, category="drugs", by=officer, seen="")
    assert caught.value.latest == first
    triage.sort_tip(tip.pk, category="drugs", by=officer, seen=str(first.pk))
    tip.refresh_from_db()
    assert tip.category == "drugs"


def test_a_duplicate_of_a_duplicate_points_at_the_first_tip(desk):
    unit, officer = desk
    first, second, third = (make.tip(unit=unit) for _ in range(3))
    triage.mark_duplicate(second.pk, of=first.pk, by=officer)
    triage.mark_duplicate(third.pk, of=second.pk, by=officer)
    third.refresh_from_db()
    assert third.duplicate_of == first
    assert third.incident == Tip.objects.get(pk=first.pk).incident


def test_joining_a_first_tip_brings_its_duplicates_along(desk):
    unit, officer = desk
    a, b, c = (make.tip(unit=unit) for _ in range(3))
    triage.mark_duplicate(b.pk, of=a.pk, by=officer)
    triage.mark_duplicate(a.pk, of=c.pk, by=officer)
    assert set(Tip.objects.filter(duplicate_of=c)) == {a, b}


def test_an_incident_is_named_by_the_number_of_its_first_tip_and_never_by_its_words(desk):
    unit, officer = desk
    first = make.tip(unit=unit, text="Em tên Hoa bị gọi", category="scam_impersonation")
    make.sighting(first, indicator=make.indicator("+84912000417"))
    make.sighting(first, indicator=make.indicator("+84912000418"), role="unknown")
    second = make.tip(unit=unit)
    triage.mark_duplicate(second.pk, of=first.pk, by=officer)
    first.refresh_from_db()
    assert first.incident.title == f"{category_label('scam_impersonation')}, 0912 000 417"
    assert first.state == Tip.State.RECEIVED


def test_an_incident_without_a_number_is_named_by_place_and_day(desk):
    unit, officer = desk
    first = make.tip(unit=unit, place=make.place("Phường Nếnh"), category="theft")
    second = make.tip(unit=unit)
    with translation.override("en"):
        triage.mark_duplicate(second.pk, of=first.pk, by=officer)
    first.refresh_from_db()
    day = moment_words(first.received_at, "date")
    assert first.incident.title == f"{category_label('theft')}, Phường Nếnh, {day}"


def test_what_was_mine_stays_mine_behind_the_tip_that_leads(desk):
    unit, officer = desk
    mine, leads = make.tip(unit=unit), make.tip(unit=unit)
    triage.accept_tip(mine.pk, by=officer)
    triage.mark_duplicate(mine.pk, of=leads.pk, by=officer)
    leads.refresh_from_db()
    assert (leads.assigned_to, leads.state) == (officer, Tip.State.ACCEPTED)
    assert Entry.objects.filter(action="tip.accepted", object_id=str(leads.pk)).exists()


def test_joining_takes_no_critical_tip_on(desk):
    unit, officer = desk
    mine, leads = make.tip(unit=unit), make.tip(unit=unit, urgency="P0")
    triage.accept_tip(mine.pk, by=officer)
    triage.mark_duplicate(mine.pk, of=leads.pk, by=officer)
    leads.refresh_from_db()
    assert leads.assigned_to is None


@pytest.mark.parametrize("is_taken", [False, True])
@pytest.mark.parametrize("leads_with", ["P1", "P2", "P3"])
def test_a_critical_tip_stands_behind_no_calmer_one(desk, leads_with, is_taken):
    unit, officer = desk
    tip, calmer = make.tip(unit=unit, urgency="P0"), make.tip(unit=unit, urgency=leads_with)
    if is_taken:
        triage.accept_tip(tip.pk, by=officer)
    with pytest.raises(errors.CriticalBehindCalm):
        triage.mark_duplicate(tip.pk, of=calmer.pk, by=officer)
    tip.refresh_from_db()
    assert (tip.duplicate_of, tip.rings) == (None, not is_taken)
    assert not Decision.objects.filter(kind="duplicate").exists()
    # The other way round they are joined.
    triage.mark_duplicate(calmer.pk, of=tip.pk, by=officer)
    tip.refresh_from_db()
    assert (tip.urgency, tip.duplicate_of, tip.rings) == ("P0", None, not is_taken)


@pytest.mark.parametrize(
    ("urgency", "leads_with"), [("P0", "P0"), ("P1", "P0"), ("P2", "P3"), ("P3", "P2")]
)
def test_behind_one_that_is_as_urgent_it_stands(desk, urgency, leads_with):
    unit, officer = desk
    tip, first = make.tip(unit=unit, urgency=urgency), make.tip(unit=unit, urgency=leads_with)
    triage.mark_duplicate(tip.pk, of=first.pk, by=officer)
    first.refresh_from_db()
    assert Tip.objects.get(pk=tip.pk).duplicate_of == first
    assert first.urgency == leads_with


def urgent_one_joined(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, urgency="P1")
    clock = make.clock(tip, rule_code="LOOK_P1")
    first = make.tip(unit=unit, urgency="P2")
    due = Tip.objects.get(pk=first.pk).due_at
    step = triage.mark_duplicate(tip.pk, of=first.pk, by=officer)
    first.refresh_from_db()
    return step, first, clock, due


def test_an_urgent_tip_makes_the_first_as_urgent_with_the_time_that_is_left(desk):
    _step, first, clock, _due = urgent_one_joined(desk)
    assert (first.urgency, first.urgency_is_rated) == ("P1", False)
    assert first.clocks.get(rule_code="LOOK_P1").starts_at == clock.starts_at
    assert first.due_at <= clock.starts_at + datetime.timedelta(hours=1)
    entry = Entry.objects.get(action="tip.duplicate")
    assert entry.detail["first_urgency"] == "P1"


def test_undoing_it_makes_the_first_as_calm_as_it_was(desk):
    step, first, _clock, due = urgent_one_joined(desk)
    undo.take_back_decision(step.pk, by=desk[1])
    first.refresh_from_db()
    assert (first.urgency, first.due_at) == ("P2", due)
    assert "LOOK_P1" not in running(first)
    assert "LOOK_P1" in running(step.tip)


def money_just_sent(unit, by):
    """Taken on, so that its clock runs until the bank was asked."""
    tip = make.tip(unit=unit, urgency="P1", money_moved=True, text="Tôi vừa chuyển 30 triệu cho nó")
    triage.accept_tip(tip.pk, by=by)
    return tip, tip.clocks.get(rule_code="HOLD_MONEY")


@pytest.mark.parametrize("leads_with", ["P1", "P2"])
def test_money_that_a_bank_may_hold_is_not_forgotten_behind_a_calm_tip(desk, leads_with):
    unit, officer = desk
    first = make.tip(unit=unit, urgency=leads_with)
    tip, clock = money_just_sent(unit, officer)
    step = triage.mark_duplicate(tip.pk, of=first.pk, by=officer)
    kept = Tip.objects.get(pk=first.pk).clocks.get(rule_code="HOLD_MONEY")
    assert (kept.starts_at, kept.stopped_at) == (clock.starts_at, None)
    assert Tip.objects.get(pk=first.pk).due_at == clock.due_at
    # Whoever sorts or takes on the first one does not stop it: it is not the first one's money.
    triage.sort_tip(first.pk, category="theft", by=officer)
    assert "HOLD_MONEY" in running(first)
    # The step stands on the page of the tip whose money it is.
    check_steps.tick_step(tip.pk, step="freeze", by=officer)
    assert "HOLD_MONEY" not in running(first)
    check_steps.untick_step(tip.pk, step="freeze", reason="Nhầm", by=officer)
    assert "HOLD_MONEY" in running(first)
    assert step.detail["before"]["raised"]["urgency"] == leads_with


def test_undone_or_taken_out_again_the_money_is_followed_where_it_was_told(desk):
    unit, officer = desk
    first = make.tip(unit=unit, urgency="P2")
    tip, clock = money_just_sent(unit, officer)
    undo.take_back_decision(triage.mark_duplicate(tip.pk, of=first.pk, by=officer).pk, by=officer)
    assert "HOLD_MONEY" not in running(first)
    assert "HOLD_MONEY" in running(tip)
    triage.mark_duplicate(tip.pk, of=first.pk, by=officer)
    triage.separate_tip(tip.pk, reason="Việc khác", by=officer)
    assert "HOLD_MONEY" not in running(first)
    assert tip.clocks.get(rule_code="HOLD_MONEY", stopped_at=None).starts_at == clock.starts_at


@pytest.mark.parametrize("urgency", ["P0", "P1"])
def test_undoing_it_lowers_no_first_tip_that_was_sorted_since(desk, urgency):
    step, first, _clock, _due = urgent_one_joined(desk)
    triage.sort_tip(first.pk, category="theft", urgency=urgency, by=desk[1])
    undo.take_back_decision(step.pk, by=desk[1])
    assert Tip.objects.get(pk=first.pk).urgency == urgency


def test_undoing_it_lowers_no_first_tip_behind_which_another_urgent_one_stands(desk):
    step, first, _clock, _due = urgent_one_joined(desk)
    unit, officer = desk
    triage.mark_duplicate(make.tip(unit=unit, urgency="P1").pk, of=first.pk, by=officer)
    undo.take_back_decision(step.pk, by=officer)
    assert Tip.objects.get(pk=first.pk).urgency == "P1"


def test_undoing_it_lowers_no_first_tip_whose_reporter_wrote_since(desk):
    step, first, _clock, _due = urgent_one_joined(desk)
    make.message(first, text="Nó vừa quay lại")
    undo.take_back_decision(step.pk, by=desk[1])
    assert Tip.objects.get(pk=first.pk).urgency == "P1"


def test_a_tip_is_no_duplicate_of_itself_nor_of_an_invisible_one(desk):
    unit, officer = desk
    tip, foreign = make.tip(unit=unit), make.tip(unit=make.unit())
    with pytest.raises(errors.SameTip):
        triage.mark_duplicate(tip.pk, of=tip.pk, by=officer)
    with pytest.raises(errors.NotYours):
        triage.mark_duplicate(tip.pk, of=foreign.pk, by=officer)


def test_a_duplicate_stays_open_with_a_clock_to_finish_it(desk):
    unit, officer = desk
    first, second = make.tip(unit=unit), make.tip(unit=unit)
    triage.mark_duplicate(second.pk, of=first.pk, by=officer)
    second.refresh_from_db()
    assert running(second) == {"FOLLOW_HOUSE"}
    assert second.due_at > times.now() + datetime.timedelta(days=6)


def test_a_separated_tip_stands_alone_and_its_24_hours_run_from_their_start(desk):
    unit, officer = desk
    first, second = make.tip(unit=unit), make.tip(unit=unit)
    start = second.clocks.get().starts_at
    triage.mark_duplicate(second.pk, of=first.pk, by=officer)
    triage.separate_tip(second.pk, reason="Khác số tài khoản", by=officer)
    second.refresh_from_db()
    assert (second.incident, second.duplicate_of) == (None, None)
    clock = second.clocks.get(stopped_at__isnull=True)
    assert (clock.rule_code, clock.starts_at) == ("CLASSIFY_HOUSE", start)


def test_when_the_first_tip_leaves_an_incident_the_next_takes_its_place(desk):
    unit, officer = desk
    a, b, c = (make.tip(unit=unit) for _ in range(3))
    make.sighting(a, indicator=make.indicator("+84912000417"))
    triage.mark_duplicate(b.pk, of=a.pk, by=officer)
    triage.mark_duplicate(c.pk, of=a.pk, by=officer)
    a.refresh_from_db()
    assert "0912 000 417" in a.incident.title
    triage.separate_tip(a.pk, reason="Việc khác", by=officer)
    for tip in (a, b, c):
        tip.refresh_from_db()
    assert (a.incident, b.duplicate_of, c.duplicate_of) == (None, None, b)
    assert b.incident.title
    assert "0912 000 417" not in b.incident.title


def test_a_routed_tip_leaves_the_old_unit_and_keeps_its_deadline(desk):
    unit, officer = desk
    tip, due = make.tip(unit=unit), None
    due = tip.due_at
    triage.route_tip(tip.pk, to=unit.parent, reason="Vượt thẩm quyền", by=officer)
    assert not Tip.objects.visible_to(officer).filter(pk=tip.pk).exists()
    tip.refresh_from_db()
    assert (tip.responsible_unit, tip.due_at, tip.state) == (unit.parent, due, "received")


def test_a_tip_goes_neither_outside_the_tree_nor_to_a_unit_it_is_about(desk):
    unit, officer = desk
    sibling = make.unit(parent=unit.parent)
    tip = make.tip(unit=unit, concerns=(sibling,))
    for target in (make.unit(), sibling, unit):
        with pytest.raises(errors.CannotGoThere):
            triage.route_tip(tip.pk, to=target, reason="thử", by=officer)


@pytest.mark.parametrize("act", ["route_tip", "separate_tip"])
def test_a_decision_that_needs_a_reason_is_refused_without_one(desk, act):
    unit, officer = desk
    tip = make.tip(unit=unit)
    more = {"to": unit.parent} if act == "route_tip" else {}
    with pytest.raises(errors.NoReason):
        getattr(triage, act)(tip.pk, reason="  ", by=officer, **more)


def test_sorting_stops_the_24_hours_and_starts_the_clock_to_finish(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    triage.sort_tip(tip.pk, category="theft", kind="tin_bao", urgency="P1", by=officer)
    tip.refresh_from_db()
    assert (tip.category, tip.kind, tip.urgency) == ("theft", "tin_bao", "P1")
    assert running(tip) == {"FOLLOW_HOUSE"}


def test_a_tip_sorted_as_p0_must_be_looked_at_now_until_somebody_takes_it(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    triage.sort_tip(tip.pk, category="child_safety", urgency="P0", by=officer)
    tip.refresh_from_db()
    assert "URGENT_NOW" in running(tip)
    assert tip.due_at <= times.now()
    triage.accept_tip(tip.pk, by=officer)
    assert "URGENT_NOW" not in running(tip)


def test_rating_is_possible_after_the_end_too(desk):
    unit, officer = desk
    tip = make.tip(unit=unit, state="closed")
    triage.rate_tip(tip.pk, value="of_value", by=officer)
    tip.refresh_from_db()
    assert tip.value == Tip.Value.OF_VALUE


@pytest.mark.parametrize("kind", ["accept", "duplicate", "route", "sort"])
def test_one_minute_to_take_a_decision_back(desk, kind):
    unit, officer = desk
    tip, other = make.tip(unit=unit), make.tip(unit=unit)
    before = {f: getattr(tip, f) for f in ("state", "due_at", "category", "responsible_unit_id")}
    step = {
        "accept": lambda: triage.accept_tip(tip.pk, by=officer),
        "duplicate": lambda: triage.mark_duplicate(tip.pk, of=other.pk, by=officer),
        "route": lambda: triage.route_tip(tip.pk, to=unit.parent, reason="nhầm", by=officer),
        "sort": lambda: triage.sort_tip(tip.pk, category="theft", by=officer),
    }[kind]()
    undo.take_back_decision(step.pk, by=officer)
    tip.refresh_from_db()
    assert {f: getattr(tip, f) for f in before} == before
    assert running(tip) == {"CLASSIFY_HOUSE"}
    assert Decision.objects.get(pk=step.pk).detail["taken_back"] is True


def test_a_decision_cannot_be_taken_back_after_a_minute_or_by_another(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = triage.accept_tip(tip.pk, by=officer)
    with pytest.raises(errors.NotYours):
        undo.take_back_decision(step.pk, by=make.officer(unit=unit))
    Decision.objects.filter(pk=step.pk).update(at=times.now() - datetime.timedelta(seconds=61))
    with pytest.raises(errors.TooLate):
        undo.take_back_decision(step.pk, by=officer)


def test_a_decision_cannot_be_taken_back_once_somebody_decided_after_it(desk):
    unit, officer = desk
    tip = make.tip(unit=unit)
    step = triage.accept_tip(tip.pk, by=officer)
    triage.sort_tip(tip.pk, category="theft", by=make.officer(unit=unit))
    with pytest.raises(errors.ChangedMeanwhile):
        undo.take_back_decision(step.pk, by=officer)
