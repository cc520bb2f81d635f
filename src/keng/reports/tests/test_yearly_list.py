"""What worked where: each measure over what it says, nothing where there is too little."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keng.conftest import sign_in
from keng.delivery.models import Approval, Delivery, Dispatch
from keng.kit import times
from keng.model_offers.models import ModelCopy, ModelOffer
from keng.reports.yearly.measures import DeskCount
from keng.reports.yearly.place_list import last_year, yearly_list_of
from keng.surveys.models import Survey
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db


class Province:
    """Three communes, and somebody of the province who reads their list."""

    def __init__(self):
        self.unit = make.province_unit("Công an tỉnh")
        self.places = [make.place(f"Xã {name}") for name in ("Đá", "Dâu", "Ấm")]
        self.stone, self.berry, self.warm = (
            make.unit(f"Công an {place.name}", parent=self.unit, serves=place)
            for place in self.places
        )
        self.reader = make.officer(unit=self.unit, role="coordinator")
        self.year = last_year()

    def day(self, month=6, day=1, year=None):
        return dt.datetime(year or self.year, month, day, 8, tzinfo=times.VIETNAM)

    def tips(self, unit, number, *, late=False, is_open=False, at=None, **fields):
        """Tips that ended after two hours; the deadline was after one or after three."""
        at = at or self.day()
        hour = dt.timedelta(hours=1)
        if not is_open:
            fields |= {"state": "closed", "closed_at": at + 2 * hour, "outcome": "solved"}
        for _number in range(number):
            tip = make.tip(unit=unit, **fields)
            Tip.objects.filter(pk=tip.pk).update(received_at=at)
            stopped = None if is_open else at + 2 * hour
            due = at + hour if late else at + 3 * hour
            if is_open and not late:
                due = times.now() + hour
            make.clock(tip, starts_at=at, due_at=due, stopped_at=stopped)

    def warning(self, states, *, unit=None, lapsed=None, at=None, **fields):
        """One warning to a group for each state; it lapses a day after they are settled."""
        unit, at = unit or self.stone, at or self.day()
        approval = Approval.objects.create(
            text_hash=b"0" * 32, audience_hash=b"0" * 32, approved_by=self.reader
        )
        dispatch = Dispatch.objects.create(
            kind="warning",
            is_urgent=False,
            unit=self.unit,
            source_kind="warning_version",
            approval=approval,
            expires_at=lapsed or at + dt.timedelta(days=2),
            **fields,
        )
        Dispatch.objects.filter(pk=dispatch.pk).update(created_at=at)
        for state in states:
            group = make.group(unit=unit, place=self.places[0])
            Delivery.objects.create(
                dispatch=dispatch,
                channel="by_hand",
                recipient_kind="group",
                recipient_ref=group.pk,
                state=state,
                settled_at=at + dt.timedelta(days=1),
            )

    def survey(self, unit, *, state="closed", answers=5):
        at = self.day()
        Survey.objects.create(
            unit=unit,
            author=self.reader,
            code=f"AB{Survey.objects.count():04}",
            purpose="fraud",
            content={},
            state=state,
            released_by=make.officer(unit=unit, role="commander"),
            released_at=at,
            opened_at=at,
            closed_at=at,
            figures={"answers": answers},
            published_at=at if state == "published" else None,
        )

    def offer(self, unit, *takers, at=None):
        offer = ModelOffer.objects.create(
            unit=unit,
            kind="rota",
            source_ref=make.some_id(),
            content={},
            offered_by=self.reader,
        )
        for taker in takers:
            ModelCopy.objects.create(
                offer=offer, unit=taker, taken_by=self.reader, taken_at=at or self.day()
            )

    def listed(self):
        return yearly_list_of(self.reader, self.year)

    def cell(self, unit, key):
        """What stands at this desk; None where nothing is said of it."""
        rows = [row for row in self.listed().rows if row.unit == unit]
        cells = [cell for row in rows for cell in row.cells if cell.measure.key == key]
        return cells[0] if cells and cells[0].count else None


@pytest.fixture
def province():
    return Province()


def test_reports_count_that_ended_or_ran_late_and_those_before_any_deadline_worked(province):
    province.tips(province.stone, 18)
    province.tips(province.stone, 1, late=True)
    province.tips(province.stone, 1, late=True, is_open=True)
    # None of these counts: still in time, taken back, of another year.
    province.tips(province.stone, 1, is_open=True)
    province.tips(province.stone, 1, late=True, withdrawn_at=times.now())
    province.tips(province.stone, 1, late=True, at=province.day(12, 31, province.year - 1))
    province.tips(province.stone, 1, late=True, at=province.day(1, 1, province.year + 1))
    cell = province.cell(province.stone, "reporters")
    assert cell.count == DeskCount(total=20, worked=18)
    assert cell.has_worked


def test_of_fewer_than_twenty_reports_nothing_is_said(province):
    province.tips(province.stone, 19)
    listed = province.listed()
    assert not listed.rows
    assert province.stone in listed.too_few


def test_a_warning_worked_that_reached_nine_tenths_of_the_groups_before_it_lapsed(province):
    for _number in range(3):
        province.warning(["sent"] * 5 + ["relayed"] * 4 + ["queued"])
    province.warning(["sent"] * 8 + ["gone", "not_now"])
    # Too late for every group.
    province.warning(["read"], lapsed=province.day() + dt.timedelta(hours=1))
    # None of these counts: cancelled, not lapsed yet, of another year, no warning.
    province.warning(["gone"], cancelled_at=times.now())
    province.warning(["queued"], lapsed=times.now() + dt.timedelta(days=1))
    province.warning(["gone"], at=province.day(year=province.year - 1))
    cell = province.cell(province.stone, "warnings")
    assert cell.count == DeskCount(total=5, worked=3)
    assert not cell.has_worked


def test_a_survey_worked_whose_result_was_published(province):
    province.survey(province.stone, state="published")
    province.survey(province.stone, answers=4)
    province.survey(province.berry)
    assert province.cell(province.stone, "surveys").count == DeskCount(1, 1)
    assert province.cell(province.berry, "surveys").count == DeskCount(1, 0)


def test_a_model_counts_the_desks_that_took_it_over_each_once(province):
    province.offer(province.stone, province.berry, province.warm)
    province.offer(province.stone, province.berry)
    province.offer(province.berry, province.stone, at=province.day(year=province.year - 1))
    assert province.cell(province.stone, "models").count == DeskCount(2, 2)
    assert province.cell(province.berry, "models") is None


def test_a_rounded_share_never_looks_better_than_it_is():
    shares = [DeskCount(1000, worked).rounded_percent for worked in (0, 899, 900, 999, 1000)]
    assert shares == [0, 85, 90, 95, 100]


def test_places_stand_by_the_alphabet_whatever_their_numbers_are(province):
    province.offer(province.stone, province.berry, province.warm)
    province.offer(province.berry, province.stone)
    province.offer(province.warm, province.stone)
    names = [row.unit for row in province.listed().rows]
    assert names == [province.warm, province.berry, province.stone]


def test_places_of_another_province_are_not_in_it(province):
    other = Province()
    other.offer(other.stone, other.berry)
    listed = province.listed()
    units = [row.unit for row in listed.rows] + list(listed.too_few)
    assert set(units) == {province.stone, province.berry, province.warm}


def test_more_places_take_no_more_questions(province):
    province.listed()
    with CaptureQueriesContext(connection) as few:
        province.listed()
    for number in range(5):
        make.unit(f"Công an xã Mới {number}", parent=province.unit)
    with CaptureQueriesContext(connection) as more:
        province.listed()
    assert len(more) == len(few) <= 5


def test_the_page_says_where_it_worked_and_no_number_of_reports(desk, province):
    province.tips(province.stone, 37)
    province.tips(province.berry, 20, late=True)
    page = sign_in(desk, province.reader).get("/figures/year/").content.decode()
    assert "khoảng 100 trên 100" in page
    assert "khoảng 0 trên 100" in page
    assert ">37<" not in page
    worked = desk.get("/figures/year/?worked=reporters").content.decode()
    assert "Công an Xã Đá" in worked
    assert "Công an Xã Dâu" not in worked
