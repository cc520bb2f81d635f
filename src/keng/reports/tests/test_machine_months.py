"""What everybody reads of the machine's suggestions: rounded, written once, nobody's tip in it."""

import datetime

import pytest
from django.urls import reverse

from keng.kit import times
from keng.language.categories import Strength
from keng.reports.machine import agreement
from keng.reports.models import MachineMonth
from keng.reports.periodic import spans
from keng.tips.models import Suggestion, Tip
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def month():
    """The newest month that is due."""
    now = times.now() - datetime.timedelta(days=14)
    return spans.span_before(spans.span_around(times.local_date(now), "month"))


@pytest.fixture
def ward():
    return make.unit(parent=make.province_unit())


def decide(ward, month, count, *, suggested, decided, strength=Strength.VERY, **fields):
    at = month.since + datetime.timedelta(days=3)
    for _ in range(count):
        tip = make.tip(unit=ward, category=decided, received_at=at, **fields)
        categories = [{"code": suggested, "strength": strength, "reasons": []}]
        Suggestion.objects.create(tip=tip, categories=categories if suggested else [])


def lines(unit, month):
    figures = agreement.agreement_figures(unit, month)
    return {code: (so, other) for code, so, other in figures["lines"]}


def test_numbers_are_rounded_and_small_ones_not_said(ward, month):
    decide(ward, month, 13, suggested="theft", decided="theft")
    decide(ward, month, 4, suggested="theft", decided="robbery")
    decide(ward, month, 5, suggested="robbery", decided="theft")
    assert lines(ward.parent, month)["theft"] == (15, None)
    assert lines(ward.parent, month)["robbery"] == (None, 5)


@pytest.mark.parametrize("count", range(5, 60))
def test_of_a_number_that_is_said_three_remain_open_on_each_side(count):
    """So no sum of the page and another one leads back to a number below five."""
    same = [n for n in range(5, 70) if agreement.about(n) == agreement.about(count)]
    assert len(same) >= 3
    assert abs(agreement.about(count) - count) <= 2


def test_not_sure_is_counted_apart_and_agrees_with_nothing(ward, month):
    decide(ward, month, 6, suggested="theft", decided="theft", strength=Strength.UNSURE)
    decide(ward, month, 5, suggested="", decided="theft")
    figures = agreement.agreement_figures(ward.parent, month)
    assert figures["asked"] == 10
    assert lines(ward.parent, month)["theft"] == (None, None)


def test_a_share_is_said_of_a_hundred_decisions_only(ward, month):
    decide(ward, month, 90, suggested="theft", decided="theft")
    decide(ward, month, 9, suggested="theft", decided="robbery")
    assert agreement.agreement_figures(ward.parent, month)["share"] is None
    decide(ward, month, 1, suggested="theft", decided="robbery")
    assert agreement.agreement_figures(ward.parent, month)["share"] == 90


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": Tip.Kind.OUT_OF_SCOPE},
        {"withdrawn_at": times.now()},
    ],
    ids=["out of scope", "withdrawn"],
)
def test_what_left_the_desk_is_not_counted(ward, month, fields):
    decide(ward, month, 6, suggested="theft", decided="theft", **fields)
    assert lines(ward.parent, month)["theft"] == (None, None)


def test_what_could_expose_a_family_is_in_no_line(ward, month):
    decide(ward, month, 9, suggested="domestic_violence", decided="domestic_violence")
    assert "domestic_violence" not in lines(ward.parent, month)


def test_a_month_is_written_once_two_weeks_after_its_end(ward, month):
    decide(ward, month, 7, suggested="theft", decided="theft")
    assert agreement.write_machine_months() == 1
    kept = MachineMonth.objects.get()
    assert (kept.unit, kept.span) == (ward.parent, month.code)
    decide(ward, month, 9, suggested="theft", decided="theft")
    assert agreement.write_machine_months() == 0
    assert MachineMonth.objects.get().figures == kept.figures


def test_a_month_that_another_worker_writes_meanwhile_stays_as_that_one_wrote_it(
    ward, month, monkeypatch
):
    decide(ward, month, 7, suggested="theft", decided="theft")
    own = agreement.agreement_figures

    def figures(unit, span):
        MachineMonth.objects.create(unit=unit, span=span.code, figures={"format": 1})
        return own(unit, span)

    monkeypatch.setattr(agreement, "agreement_figures", figures)
    agreement.write_machine_months()
    assert MachineMonth.objects.get().figures == {"format": 1}


def test_everybody_reads_it(public_client, ward, month):
    page = reverse("machine", urlconf="keng.site.public_urls")
    assert "Chưa có tháng nào được đếm" in public_client.get(page).content.decode()
    decide(ward, month, 12, suggested="theft", decided="theft")
    agreement.write_machine_months()
    read = public_client.get(page).content.decode()
    assert "Trộm cắp tài sản" in read
    assert "khoảng 10" in read
    assert "ít hơn năm" in read
    other = reverse("machine-of", args=["1999-01"], urlconf="keng.site.public_urls")
    assert public_client.get(other).status_code == 404


def test_a_desk_of_its_own_province_alone(ward, month):
    other = make.province_unit(province_code="01")
    decide(ward, month, 7, suggested="theft", decided="theft")
    assert lines(other, month)["theft"] == (None, None)
