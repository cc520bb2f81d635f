"""The periodic report: its identities, what makes them fail, and its opening balance."""

import ast
import datetime as dt
import inspect
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from keng.decisions import undo
from keng.reports.periodic import (
    blocks,
    boundaries,
    identities,
    identity_terms,
    spans,
    whose_report,
)
from keng.reports.tests import past
from keng.tips.models import Decision, TipConcern
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return past.busy()


def test_every_identity_holds_on_a_busy_month(desk):
    draft = desk.draft()
    assert [finding for finding in draft.findings if not finding.holds] == []
    found = past.lines(draft)
    assert {key: found[key] for key in ("carried_over", "received", "total")} == {
        "carried_over": 1,
        "received": 9,
        "total": 10,
    }
    assert {key: found.get(key) for key in identities.CLASS_TERMS} == {
        "of_value": 3,
        "not_of_value": 1,
        "duplicate": 1,
        "out_of_competence": 1,
        "withdrawn": 1,
        "unrated": 3,
    }
    assert {key: found.get(key) for key in ("ended_warned", "ended_unfounded", "pending")} == {
        "ended_warned": 1,
        "ended_unfounded": 2,
        "pending": 5,
    }


@pytest.mark.parametrize("how", ["deleted", "doubled"])
@pytest.mark.parametrize(
    ("kind", "detail", "line", "code"),
    [
        ("rated", {"value": "not_of_value"}, "not_of_value", "classes"),
        ("duplicate", {}, "duplicate", "classes"),
        ("declined", {"as_kind": "procedure"}, "out_of_competence", "classes"),
        ("closed", {"outcome": "warned"}, "ended_warned", "results"),
    ],
)
def test_a_decision_lost_or_told_twice_fails_its_line_and_names_the_tip(
    desk, how, kind, detail, line, code
):
    found = {f"detail__{key}": value for key, value in detail.items()}
    decision = Decision.objects.get(kind=kind, **found)
    tip = decision.tip_id
    if how == "deleted":
        decision.delete()
    else:
        past.double(decision)
    off = [finding for finding in desk.draft().findings if not finding.holds]
    named = {finding.code: finding for finding in off}
    assert named[code].tips == (tip,)
    assert (named[code].line, named[code].off) == (line, 1)
    assert all(finding.tips == (tip,) for finding in off)


@pytest.mark.parametrize("how", ["deleted", "doubled"])
def test_whichever_decision_is_lost_or_told_twice_no_figure_changes_unnoticed(desk, how):
    """Each decision by itself: the terms that it changes fail their identity, and name its tip."""
    desk.tip(10, "sort", "rate of_value", "suspend")
    desk.tip(11, "sort", "suspend", "resume")
    whole, noticed = counted(desk), set()
    for decision in Decision.objects.all():
        with put_back():
            decision.delete() if how == "deleted" else past.double(decision)
            changed = {key for key, tips in counted(desk).items() if tips != whole[key]}
            found = identities.examine_identities(identities.tips_by_term(desk.ask()))
        off = [finding for finding in found if not finding.holds]
        said = (decision.kind, decision.detail, changed, off)
        assert bool(off) == bool(changed & NAMED), said
        assert {finding.tips for finding in off} <= {(decision.tip_id,)}, said
        if off:
            noticed.add(decision.kind)
            # Lost before the period it was in no line of it: named is where the tip says it is.
            blamed = {finding.line for finding in off}
            assert blamed & changed or (decision.at < desk.ask().since and len(off) == 1), said
    assert noticed >= {"rated", "sorted", "duplicate", "declined", "closed", "suspended"}, noticed
    # A reopening told twice is the same reopening: the tip was begun again once.
    assert ("resumed" in noticed) == ("reopened" in noticed) == (how == "deleted")


NAMED = {part for each in identities.IDENTITIES for part in (*each.parts, each.whole)}


def counted(desk):
    """What each term counts, and how often."""
    return {key: Counter(tips) for key, tips in identities.tips_by_term(desk.ask()).items()}


@contextmanager
def put_back():
    """What is done meanwhile is undone."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def test_a_lost_reopening_makes_two_truths_of_one_tip(desk):
    decision = Decision.objects.get(kind="reopened")
    tip = decision.tip_id
    decision.delete()
    off = {f.code: f for f in desk.draft().findings if not f.holds}
    assert off["results"].tips == (tip,)


def test_two_errors_that_cancel_each_other_are_still_two(desk):
    lost = Decision.objects.get(kind="rated", detail__value="not_of_value")
    told = Decision.objects.filter(kind="rated", detail__value="of_value", at__gte=past.OCTOBER)
    past.double(told.earliest("at"))
    lost.delete()
    (off,) = [f for f in desk.draft().findings if f.code == "classes"]
    assert off.stated == off.due
    assert (off.holds, len(off.tips)) == (False, 2)


def test_what_was_taken_back_counts_nowhere(desk):
    tip = make.tip(unit=desk.unit)
    past.sql("UPDATE tips_tip SET received_at = %s WHERE id = %s", past.OCTOBER, tip.pk)
    before = past.lines(desk.draft())
    step = desk.step(tip, "sort", dt.datetime.now(dt.UTC))
    undo.take_back_decision(step.pk, by=desk.commander)
    Decision.objects.filter(pk=step.pk).update(at=past.OCTOBER + dt.timedelta(hours=1))
    draft = desk.draft()
    assert draft.holds
    assert past.lines(draft) == before


def test_the_opening_balance_is_the_closing_of_the_month_before(desk):
    october, november = past.lines(desk.draft()), past.lines(desk.draft("2026-11"))
    assert november["carried_over"] == october["closing_balance"] == 5


def test_a_leader_that_left_leaves_the_event_with_one_first_teller():
    desk = past.Desk()
    first = desk.tip(1, "sort", "rate of_value")
    others = [desk.tip(2, f"join {first.pk}") for _ in range(3)]
    assert past.lines(desk.draft())["duplicate"] == 3
    desk.step(first, "separate", past.OCTOBER + dt.timedelta(days=4))
    draft = desk.draft()
    assert draft.holds
    assert past.lines(draft)["duplicate"] == len(others) - 1


def test_a_leader_that_ended_stays_the_one_that_told_it_first():
    desk = past.Desk()
    first = desk.tip(1, "sort", "rate of_value")
    for _ in range(3):
        desk.tip(2, f"join {first.pk}")
    desk.step(first, "close solved", past.OCTOBER + dt.timedelta(days=4))
    draft = desk.draft()
    assert draft.holds
    found = past.lines(draft)
    assert (found["duplicate"], found["of_value"]) == (3, 1)


def test_each_term_asks_for_itself():
    """No term names another, counts, adds or takes away: only sets of tips are cut."""
    tree = ast.parse(inspect.getsource(identity_terms))
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    registered = {f.name: f for f in functions if f.decorator_list}
    assert set(registered) == set(identity_terms.TERMS)
    needed = {part for i in identities.IDENTITIES for part in (*i.parts, i.whole)}
    assert needed <= set(registered)
    for name, function in registered.items():
        used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
        assert not used & set(registered), name
        assert "TERMS" not in used, name
        calls = {
            n.func.attr
            for n in ast.walk(function)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
        }
        assert not calls & {"count", "aggregate"}, name


def test_a_tip_about_the_desk_or_the_province_is_in_no_figure(desk):
    before = desk.draft().figures
    for about in (desk.unit, desk.province):
        tip = desk.tip(10, "sort", "rate of_value")
        TipConcern.objects.create(tip=tip, unit=about)
    assert desk.draft().figures == before
    in_province = past.lines(desk.draft(of=desk.province))
    assert in_province["received"] == 10


def test_who_may_read_follows_from_posts_and_from_nothing_else(desk):
    twofold = make.officer(unit=desk.province, role="coordinator")
    make.post(twofold, unit=desk.unit, role="duty")
    other = make.officer(unit=make.unit(parent=desk.province), role="commander")
    assert whose_report.may_read_report(desk.coordinator, desk.province)
    assert whose_report.may_read_report(desk.coordinator, desk.unit)
    assert not whose_report.may_read_report(twofold, desk.province)
    assert not whose_report.may_sign_report(twofold, desk.province)
    assert not whose_report.may_read_report(desk.commander, desk.province)
    assert not whose_report.may_read_report(other, desk.unit)
    assert whose_report.may_sign_report(desk.commander, desk.unit)
    assert not whose_report.may_sign_report(desk.coordinator, desk.unit)


def test_old_boundaries_name_all_that_it_may_have_been_and_guess_none():
    desk = past.Desk()
    day = dt.date(2025, 7, 1)
    olds = [
        make.place(name, old_district="Huyện Việt Yên", valid_to=day) for name in ("Cũ A", "Cũ B")
    ]
    whole = make.place("Một thành một")
    alone = make.place("Cũ C", old_district="Huyện Yên Dũng", valid_to=day)
    for old, new in [(olds[0], desk.place), (olds[1], desk.place), (alone, whole)]:
        old.successions.create(new=new, kind="merge", on=day)
    desk.tip(2)
    past.sql("UPDATE tips_tip SET place_id = %s WHERE id = %s", whole.pk, desk.tip(3).pk)
    past.sql("UPDATE tips_tip SET place_id = NULL WHERE id = %s", desk.tip(4).pk)
    new = boundaries.place_rows(desk.ask(), boundaries.NEW_BOUNDARIES)
    old = boundaries.place_rows(desk.ask(), boundaries.OLD_BOUNDARIES)
    assert sum(row.count for row in old) == sum(row.count for row in new) == 3
    assert [(row.name, row.one_of) for row in old] == [
        ("Cũ C (Huyện Yên Dũng)", ()),
        ("Phường Nếnh", ("Cũ A (Huyện Việt Yên)", "Cũ B (Huyện Việt Yên)")),
        (boundaries.UNKNOWN_PLACE, ()),
    ]


@pytest.mark.parametrize(
    ("code", "first", "after", "before"),
    [
        ("2026-W01", "2025-12-29", "2026-01-05", "2025-W52"),
        ("2026-01", "2026-01-01", "2026-02-01", "2025-12"),
        ("2026-Q1", "2026-01-01", "2026-04-01", "2025-Q4"),
        ("2026", "2026-01-01", "2027-01-01", "2025"),
    ],
)
def test_periods_follow_each_other_without_a_gap(code, first, after, before):
    span = spans.read_span(code)
    assert (span.code, str(span.first), str(span.after)) == (code, first, after)
    assert spans.span_before(span).code == before
    assert spans.span_before(span).until == span.since


@pytest.mark.parametrize(
    "code", ["", "2026-13", "2026-W60", "2026-Q5", "x", "0000", "2026-00", "9999-12"]
)
def test_what_is_no_period_is_none(code):
    assert spans.read_span(code) is None


def test_a_figure_counted_together_with_others_is_as_long_as_its_own_list(desk):
    for each in (desk.ask(), desk.ask(of=desk.province)):
        for line in blocks.LINES_BY_KEY.values():
            if line.rows is not None:
                assert line.count(each) == line.rows(each).count(), line.key


def test_a_draft_asks_each_thing_once_however_much_there_is(desk, django_assert_max_num_queries):
    with CaptureQueriesContext(connection) as few:
        desk.draft(of=desk.province)
    assert len(few) <= 160, len(few)
    for day in range(10, 15):
        desk.tip(day, "sort", "rate of_value", "close solved")
    with django_assert_max_num_queries(len(few)):
        desk.draft(of=desk.province)


def test_the_many_that_were_over_before_are_not_carried_to_and_fro(desk):
    """What goes along with a question is what the span is about, not all that ended earlier."""
    ended = [desk.tip(-20 - day, "sort", "close solved") for day in range(12)]
    with CaptureQueriesContext(connection) as asked:
        assert desk.draft().holds
    most = max(sum(tip.pk.hex in query["sql"] for tip in ended) for query in asked)
    assert most == 0
