"""Whatever the desks do in whatever order, every report balances and the next one follows on."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from keng.dialogue import withdrawal
from keng.reports.tests import past
from keng.tips.errors import CannotDecide
from keng.tips.models import Tip
from tests import make

STEPS = (
    "sort",
    "rate of_value",
    "rate not_of_value",
    "rate unrated",
    "decline procedure",
    "decline municipal",
    "decline not_checkable",
    "decline official",
    "close solved",
    "close out_of_competence",
    "reopen",
    "suspend",
    "suspend",
    "resume",
    "separate",
    "join",
    "join",
    "route",
    "withdraw",
)
# Which tip, what is done with it, and to which other tip or desk.
HISTORIES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(STEPS), st.integers(0, 4)),
    min_size=6,
    max_size=18,
)


class Histories(TestCase):
    @given(HISTORIES)
    @settings(max_examples=12)
    def test_random_histories_balance(self, history):
        desk = past.Desk()
        other = make.unit("Công an phường khác", parent=desk.province)
        tips = [desk.tip(2 * number - 4) for number in range(5)]
        at = past.OCTOBER + dt.timedelta(days=8)
        for which, step, to in history:
            at += dt.timedelta(days=2)
            _done(desk, tips[which], step, (tips[to], [desk.unit, other][to % 2]), at)
        for unit in (desk.province, desk.unit, other):
            october, november = desk.draft(of=unit), desk.draft("2026-11", of=unit)
            for draft in (october, november):
                assert [f for f in draft.findings if not f.holds] == []
            assert len(october.open_tips) == past.lines(november).get("carried_over", 0)


def _done(desk, tip, step, to, at):
    """One step, if the desk allows it then."""
    try:
        if step == "withdraw":
            withdrawal.withdraw_tip(tip.pk)
            moved = {"withdrawn_at": at} | (
                {"closed_at": at} if Tip.objects.get(pk=tip.pk).closed_at else {}
            )
            Tip.objects.filter(pk=tip.pk).update(**moved)
            return
        value = {"join": to[0].pk, "route": to[1].pk}.get(step)
        desk.step(tip, f"{step} {value}" if value else step, at, by=desk.coordinator)
    except CannotDecide:
        pass
