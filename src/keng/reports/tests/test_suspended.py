"""Suspended tips in the report: their own line, which a lost or doubled decision fails."""

import datetime as dt

import pytest

from keng.audit.models import Entry
from keng.decisions import suspension, triage, undo
from keng.reports.tests import past
from keng.tips.errors import AlreadySuspended, DeadlineFirst, NoReason, NoText, NotSuspended
from keng.tips.models import Decision, DialogueMessage, Tip

pytestmark = pytest.mark.django_db
SUSPENDED = ("sort", "rate of_value", "suspend")
LATER = past.OCTOBER + dt.timedelta(days=35)


@pytest.fixture
def desk():
    return past.busy()


def figures(desk, span=past.SPAN):
    draft = desk.draft(span)
    assert [finding for finding in draft.findings if not finding.holds] == []
    found = past.lines(draft)
    return tuple(found.get(key, 0) for key in ("suspended", "pending", "closing_balance"))


def test_it_is_suspended_and_no_longer_worked_on_but_carried_over(desk):
    assert figures(desk) == (0, 5, 5)
    tip = desk.tip(10, *SUSPENDED)
    assert figures(desk) == (1, 5, 6)
    assert figures(desk, "2026-11") == (1, 5, 6)
    desk.step(tip, "resume", LATER)
    assert figures(desk) == (1, 5, 6)
    assert figures(desk, "2026-11") == (0, 6, 6)


def test_what_ended_suspended_was_taken_up_again_by_a_decision(desk):
    tip = desk.tip(10, *SUSPENDED, "close solved")
    assert figures(desk)[0] == 0
    assert past.lines(desk.draft())["ended_solved"] == 1
    assert tip.suspended_at is None
    assert tip.decisions.filter(kind="resumed").count() == 1


def test_an_ending_that_is_taken_back_leaves_it_suspended_as_before(desk):
    tip = desk.tip(10, *SUSPENDED)
    triage.record_outcome(tip.pk, outcome="solved", by=desk.commander)
    step = triage.close_tip(tip.pk, by=desk.commander)
    assert Tip.objects.get(pk=tip.pk).suspended_at is None
    undo.take_back_decision(step.pk, by=desk.commander, secret=step.secret)
    again = Tip.objects.get(pk=tip.pk)
    assert (again.is_open, again.suspended_at) == (True, tip.suspended_at)
    assert figures(desk) == (1, 5, 6)


@pytest.mark.parametrize("how", ["deleted", "doubled"])
def test_a_lost_or_doubled_suspension_fails_its_line_alone_and_names_the_tip(desk, how):
    tip = desk.tip(10, *SUSPENDED)
    decision = Decision.objects.get(kind="suspended")
    decision.delete() if how == "deleted" else past.double(decision)
    (off,) = [finding for finding in desk.draft().findings if not finding.holds]
    assert (off.code, off.line, off.tips) == ("results", "suspended", (tip.pk,))


def test_a_lost_taking_up_again_makes_two_truths_of_one_tip(desk):
    tip = desk.tip(10, *SUSPENDED, "resume")
    Decision.objects.get(kind="resumed").delete()
    (off,) = [finding for finding in desk.draft().findings if not finding.holds]
    assert (off.code, off.line, off.tips) == ("results", "suspended", (tip.pk,))


def test_both_steps_are_on_record_and_the_reporter_is_told(desk):
    tip = desk.tip(10, *SUSPENDED, "resume")
    said = Entry.objects.filter(object_id=str(tip.pk), action__startswith="tip.")
    actions = list(said.order_by("id").values_list("action", flat=True))
    assert actions[-2:] == ["tip.suspended", "tip.resumed"]
    told = DialogueMessage.objects.filter(tip=tip).exclude(author="reporter")
    assert [one.author for one in told.order_by("id")] == ["desk", "automatic"]


def test_what_stands_in_the_way_is_an_error_of_its_own(desk):
    tip = desk.tip(10, "sort")
    given = {"ground": "force", "reason": "Bão", "text": "Tạm dừng.", "by": desk.commander}
    for missing, error in (("reason", NoReason), ("text", NoText)):
        with pytest.raises(error):
            suspension.suspend_tip(tip.pk, **given | {missing: " "})
    with pytest.raises(NotSuspended):
        suspension.resume_tip(tip.pk, reason="Xong", by=desk.commander)
    suspension.suspend_tip(tip.pk, **given)
    with pytest.raises(AlreadySuspended):
        suspension.suspend_tip(tip.pk, **given)
    critical = desk.tip(11, urgency="P0")
    with pytest.raises(DeadlineFirst):
        suspension.suspend_tip(critical.pk, **given)
