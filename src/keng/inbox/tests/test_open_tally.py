"""Counted by the tally, the list says what it would say of the tips, whatever was done to them."""

import datetime as dt
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from keng.inbox.list import inbox_query
from keng.inbox.list.inbox_query import inbox_page
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.tips import open_tally
from keng.tips.models import OpenTally, Tip, TipConcern
from tests import make

# Seven minutes into a quarter of an hour: "overdue" ends within a slot of the tally.
NOW = dt.datetime(2026, 11, 24, 3, 7, tzinfo=dt.UTC)
FOLDERS = ("open", "mine", "unassigned", "overdue", "waiting", "asked", "aside", "done")
OPEN = {"state": "received", "closed_at": None, "duplicate_of": None}
# What is done to a tip, by columns: whichever act or process does it.
CHANGES = {
    "take": {"assigned_to": "me", "state": "accepted"},
    "give": {"assigned_to": "other"},
    "leave": {"assigned_to": None},
    "wait": {"waiting_since": NOW - dt.timedelta(hours=1)},
    "answer": {"first_answered_at": NOW, "waiting_since": None},
    "raise": {"urgency": Urgency.P0},
    "lower": {"urgency": Urgency.P3},
    "send money": {"urgency": Urgency.P1, "money_moved": True, "gravity_band": 5},
    "tell of a life": {"gravity_band": 2},
    "be over": {"happening": "over"},
    "put off": {"set_aside_until": NOW + dt.timedelta(hours=9)},
    "was put off": {"set_aside_until": NOW - dt.timedelta(hours=9)},
    "take up": {"set_aside_until": None},
    "end": {"state": "closed", "closed_at": NOW, "due_at": None},
    "join": {"state": "duplicate", "duplicate_of": "first"},
    "write again": {"waiting_since": NOW, "first_answered_at": NOW},
    "move": {"responsible_unit": "elsewhere"},
    "back": {"responsible_unit": "own"},
}
# In the past, at the moment itself, around the ends of groups, and within their slots.
DUE = (-2000, -30, -8, -7, -1, 0, 1, 7, 8, 119, 120, 121, 130, 600, 833, 3000, 20000)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from((*CHANGES, "due", "tell of us", "gone", "another", "add up")),
        st.sampled_from(DUE),
    ),
    min_size=5,
    max_size=16,
)


class Histories(TestCase):
    @given(STEPS)
    @settings(max_examples=10)
    def test_after_any_history_every_count_is_that_of_the_tips(self, steps):
        desk = _Desk()
        with mock.patch.object(times, "now", return_value=NOW):
            for number, step, minutes in steps:
                desk.do(number, step, minutes)
            desk.check()
            before = OpenTally.objects.count()
            open_tally.recount_tally()
            assert OpenTally.objects.count() == before
            with mock.patch.object(open_tally, "_MOST_TO_ADD", 0):
                open_tally.add_up_tally()
            assert OpenTally.objects.filter(tips__lte=0).count() == 0
            desk.check()


class _Desk:
    def __init__(self) -> None:
        above = make.province_unit()
        self.own, self.elsewhere = make.unit(parent=above), make.unit(parent=above)
        self.me, self.other = make.officer(unit=self.own), make.officer(unit=self.own)
        self.province = make.officer(unit=above, role="coordinator")
        self.tips = [self._made(minutes) for minutes in (-60, 5, 100, 125, 700, 9000)]

    def _made(self, minutes):
        return make.tip(unit=self.own, due_at=NOW + dt.timedelta(minutes=minutes))

    def do(self, number, step, minutes):
        tip = Tip.objects.filter(pk=self.tips[number].pk)
        due = NOW + dt.timedelta(minutes=minutes)
        if step == "another":
            self.tips[number] = self._made(minutes)
        elif step == "add up":
            with mock.patch.object(open_tally, "_MOST_TO_ADD", 0):
                open_tally.add_up_tally()
        elif step == "tell of us":
            TipConcern.objects.get_or_create(tip=self.tips[number], unit=self.own)
        elif step == "gone":
            tip.filter(duplicates=None, clocks=None, concerns=None).delete()
            if not tip.exists():
                self.tips[number] = self._made(minutes)
        elif step == "due":
            tip.update(**OPEN, due_at=due)
        else:
            values = {name: self._value(value) for name, value in CHANGES[step].items()}
            if step != "join" or self.tips[0] != self.tips[number]:
                tip.exclude(state="closed").update(**values)

    def _value(self, value):
        known = {
            "me": self.me,
            "other": self.other,
            "elsewhere": self.elsewhere,
            "own": self.own,
            "first": self.tips[0],
        }
        return known.get(value, value) if isinstance(value, str) else value

    def check(self):
        for officer in (self.me, self.province):
            asker = inbox_query._Asker.of_officer(officer)
            folders = inbox_query._folders(asker)
            visible = Tip.objects.visible_to(officer)
            told = {name: visible.filter(folders[name]).count() for name in FOLDERS}
            for folder in ("open", "mine", "aside", "done"):
                found = inbox_page(officer, folder=folder)
                assert {name: found.counts[name] for name in FOLDERS} == told, folder
                if officer == self.me and folder != "done":
                    rows = [len(group.rows) for group in found.groups]
                    assert [group.count for group in found.groups] == rows, folder


@pytest.mark.django_db
def test_what_changes_nothing_that_is_counted_writes_nothing():
    tip = make.tip(unit=make.unit())
    before = OpenTally.objects.count()
    Tip.objects.filter(pk=tip.pk).update(text="Khác", first_read_at=NOW, urgency=tip.urgency)
    assert OpenTally.objects.count() == before


@pytest.mark.django_db
def test_a_unit_keeps_few_rows_however_often_its_tips_change():
    unit = make.unit()
    tips = [make.tip(unit=unit, due_at=NOW + dt.timedelta(days=n)) for n in range(-40, 3)]
    for _ in range(3):
        for state in ("accepted", "received"):
            Tip.objects.filter(pk__in=[tip.pk for tip in tips]).update(
                assigned_to=None, urgency="P1"
            )
            Tip.objects.filter(pk__in=[tip.pk for tip in tips]).update(state=state, urgency="P2")
    with mock.patch.object(times, "now", return_value=NOW):
        open_tally.add_up_tally()
    rows = OpenTally.objects.filter(unit_ref=unit.pk)
    # Those long over are alike; the others are due on days of their own.
    assert sorted(rows.values_list("tips", flat=True)) == [1, 1, 1, 1, 39]


@pytest.mark.django_db
def test_what_went_past_the_triggers_is_counted_by_the_worker_and_said(caplog):
    unit = make.unit()
    officer = make.officer(unit=unit)
    for days in (-40, -3, 1, 2):
        make.tip(unit=unit, due_at=times.now() + dt.timedelta(days=days))
    open_tally.add_up_tally()
    with caplog.at_level("WARNING"):
        open_tally.recount_tally()
    assert not caplog.records
    # One tip is counted by nobody, and two are that are not there.
    gone = OpenTally.objects.filter(due_slot__gt=times.now()).first()
    OpenTally.objects.filter(pk=gone.pk).delete()
    gone.pk, gone.is_critical, gone.tips = None, True, 2
    gone.save()
    counts = inbox_page(officer).counts
    assert (counts["open"], counts["group_live"]) == (5, 2)
    with caplog.at_level("WARNING"):
        open_tally.recount_tally()
    assert caplog.messages == [
        "The tally of open tips was off and is mended: 1 units, 1 tips more, 2 fewer."
    ]
    caplog.clear()
    counts = inbox_page(officer).counts
    assert (counts["open"], counts["group_live"]) == (4, 0)
    with mock.patch.object(open_tally, "_MOST_TO_ADD", 0):
        open_tally.add_up_tally()
    assert OpenTally.objects.filter(tips__lte=0).count() == 0
    with caplog.at_level("WARNING"):
        open_tally.recount_tally()
    assert not caplog.records
