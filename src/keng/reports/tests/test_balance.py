"""The identities of the figures, and that every number lists exactly what it counts."""

from datetime import timedelta

import pytest

from keng.conftest import sign_in
from keng.kit import times
from keng.reports import definitions, queries
from keng.reports.periods import period
from keng.tips.models import Tip
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
    found = queries.balance(commander, period(code))
    assert found.holds
    assert found.owed == definitions.in_period(commander, period(code)).count()


@pytest.mark.usefixtures("tips")
def test_tips_still_open_and_those_closed_meanwhile_are_carried_over(commander):
    found = queries.balance(commander, period("30d"))
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
    chosen = period("30d")
    tips = definitions.in_period(commander, chosen)
    lines = [
        *queries.balance(commander, chosen).classes,
        *queries.by_state(tips),
        *queries.by_category(tips),
        *queries.by_place(tips),
    ]
    for line in lines:
        assert definitions.filtered(tips, line.by, line.value).count() == line.count, line


@pytest.mark.usefixtures("tips")
def test_a_filter_nobody_knows_lists_nothing(commander):
    tips = definitions.in_period(commander, period("all"))
    assert not definitions.filtered(tips, "reporter", "x").exists()


def test_a_tip_about_the_own_unit_is_in_no_figure(unit, commander):
    make.tip(unit=unit, concerns=[unit])
    found = queries.balance(commander, period("all"))
    assert (found.owed, found.accounted) == (0, 0)


def test_waiting_times_are_those_of_people_not_of_the_machine(unit, commander):
    for minutes in (10, 20, 90):
        tip = make.tip(unit=unit)
        Tip.objects.filter(pk=tip.pk).update(
            first_answered_at=tip.received_at + timedelta(minutes=minutes)
        )
    make.tip(unit=unit)
    found = queries.answers(definitions.in_period(commander, period("30d")))
    assert (found.answered, found.waiting) == (3, 1)
    assert found.median == timedelta(minutes=20)


@pytest.mark.usefixtures("tips")
def test_nobody_waits_for_an_answer_about_a_report_they_took_back(desk_client, commander):
    tips = definitions.in_period(commander, period("30d"))
    waiting = definitions.filtered(tips, "answer", "waiting")
    assert queries.answers(tips).waiting == waiting.count() == 6
    sign_in(desk_client, commander)
    page = desk_client.get("/figures/tips/?period=30d&by=class&value=withdrawn").content.decode()
    assert "Người báo đã rút" in page
