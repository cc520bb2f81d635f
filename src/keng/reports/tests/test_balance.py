"""The identities of the figures, and that every number lists exactly what it counts."""

from datetime import timedelta

import pytest

from keng.conftest import sign_in
from keng.kit import times
from keng.reports.figures import dashboard_counts, definitions
from keng.reports.figures.periods import period_of
from keng.tips.models import TakenDown, Tip
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def commander(unit):
    return make.officer(unit=unit, role="commander")


def _age(tip, days, **fields):
    Tip.objects.filter(pk=tip.pk).update(received_at=times.now() - timedelta(days=days), **fields)


@pytest.fixture
def tips(unit):
    original = make.tip(unit=unit)
    _age(original, 1, value="of_value")
    again = make.tip(unit=unit)
    _age(again, 1, state="duplicate", duplicate_of=original, value="of_value")
    _age(make.tip(unit=unit), 2, value="not_of_value")
    _age(make.tip(unit=unit), 3, outcome="not_a_tip")
    _age(make.tip(unit=unit), 90)
    closed = {"state": "closed", "due_at": None}
    _age(make.tip(unit=unit), 90, closed_at=times.now() - timedelta(days=60), **closed)
    _age(make.tip(unit=unit), 90, closed_at=times.now() - timedelta(days=5), **closed)
    gone = {**closed, "withdrawn_at": times.now()}
    _age(make.tip(unit=unit), 2, outcome="withdrawn", closed_at=times.now(), **gone)
    _age(make.tip(unit=unit), 3, value="of_value", withdrawn_at=times.now())
    make.tip(unit=make.unit())


@pytest.mark.usefixtures("tips")
@pytest.mark.parametrize("code", ["7d", "30d", "month", "year", "all"])
def test_both_sides_of_the_identity_agree(commander, code):
    found = dashboard_counts.tip_balance(commander, period_of(code))
    assert found.holds
    assert found.owed == definitions.tips_in_period(commander, period_of(code)).count()


@pytest.mark.usefixtures("tips")
def test_tips_still_open_and_those_closed_meanwhile_are_carried_over(commander):
    found = dashboard_counts.tip_balance(commander, period_of("30d"))
    assert (found.carried_over, found.received) == (2, 6)
    counts = {line.value: line.count for line in found.classes}
    assert counts == {
        "of_value": 2,
        "not_of_value": 1,
        "duplicate": 1,
        "out_of_competence": 1,
        "withdrawn": 1,
        "unrated": 2,
    }


@pytest.mark.usefixtures("tips")
def test_every_number_lists_exactly_what_it_counts(commander):
    chosen = period_of("30d")
    tips = definitions.tips_in_period(commander, chosen)
    lines = [
        *dashboard_counts.tip_balance(commander, chosen).classes,
        *dashboard_counts.tips_by_state(tips),
        *dashboard_counts.tips_by_category(tips),
        *dashboard_counts.tips_by_place(tips),
    ]
    for line in lines:
        assert definitions.filter_tips(tips, line.by, line.value).count() == line.count, line


@pytest.mark.usefixtures("tips")
def test_a_filter_nobody_knows_lists_nothing(commander):
    tips = definitions.tips_in_period(commander, period_of("all"))
    assert not definitions.filter_tips(tips, "reporter", "x").exists()


def test_a_tip_about_the_own_unit_is_in_no_figure(unit, commander):
    make.tip(unit=unit, concerns=[unit])
    found = dashboard_counts.tip_balance(commander, period_of("all"))
    assert (found.owed, found.accounted) == (0, 0)


def test_waiting_times_are_those_of_people_not_of_the_machine(unit, commander):
    for minutes in (10, 20, 90):
        tip = make.tip(unit=unit)
        Tip.objects.filter(pk=tip.pk).update(
            first_answered_at=tip.received_at + timedelta(minutes=minutes)
        )
    make.tip(unit=unit)
    found = dashboard_counts.waiting_times(definitions.tips_in_period(commander, period_of("30d")))
    assert (found.answered, found.waiting) == (3, 1)
    assert found.median == timedelta(minutes=20)


@pytest.mark.usefixtures("tips")
def test_nobody_waits_for_an_answer_about_a_report_they_took_back(desk_client, commander):
    tips = definitions.tips_in_period(commander, period_of("30d"))
    waiting = definitions.filter_tips(tips, "answer", "waiting")
    assert dashboard_counts.waiting_times(tips).waiting == waiting.count() == 6
    sign_in(desk_client, commander)
    page = desk_client.get("/figures/tips/?period=30d&by=class&value=withdrawn").content.decode()
    assert "Người báo đã rút" in page


def test_tips_that_stood_in_a_group_are_counted_and_listed(unit, commander):
    tips = [make.tip(unit=unit) for _ in range(3)]
    for tip, members in zip(tips, (120, None, 8), strict=True):
        TakenDown.objects.create(tip=tip, officer=commander, manner="chat", seen_by=members)
    all_tips = definitions.tips_in_period(commander, period_of("30d"))
    listed = definitions.tips_behind_figure(commander, period_of("30d"), "exposure", "group")
    assert set(listed) == {tips[0], tips[2]}
    assert all_tips.filter(definitions.STOOD_IN_A_GROUP).count() == 2
