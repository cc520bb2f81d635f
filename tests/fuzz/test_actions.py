"""Officers, reporters and the clock do anything in any order: the books balance after each step."""

import contextlib

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from keng.acts.errors import Refused
from keng.decisions import out_of_scope, triage, undo, undo_ending
from keng.decisions.closing import DECLINED_AS
from keng.dialogue import answering, reporter
from keng.incidents import incident_acts
from keng.reports.figures import dashboard_counts
from keng.reports.figures.periods import period_of
from keng.tips.errors import CannotDecide, CannotSeal
from keng.tips.models import Decision, Incident, Tip
from keng.vault import keys, seal
from tests import make
from tests.fuzz.chance import examples, junk
from tests.fuzz.whole import complaints

pytestmark = pytest.mark.django_db
# The forms refuse a null character before any action sees it.
said = junk.map(lambda text: text.replace("\x00", ""))
tip_number = st.integers(0, 5)
who = st.integers(0, 2)
_REFUSALS = (Refused, CannotDecide, CannotSeal, out_of_scope.CannotObject)


@pytest.fixture(autouse=True)
def _sealed(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    keys.make_sender_key()
    keys.make_unit_keys("words-for-a-test")
    yield
    seal.forget_public_keys()


class Desk(RuleBasedStateMachine):
    """Two wards below a province, six tips, and everybody does what they like."""

    @initialize()
    def begin(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        make.clock_rules()
        province = make.province_unit()
        self.wards = [make.unit(parent=province), make.unit(parent=province)]
        self.officers = [
            make.officer(unit=self.wards[0]),
            make.officer(unit=self.wards[1], role="commander"),
            make.officer(unit=province, role="coordinator"),
        ]
        self.ended = None
        self.tips = [make.tip(unit=self.wards[n % 2], text=f"tin {n}").pk for n in range(6)]

    def teardown(self):
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @rule(n=tip_number, by=who, take_over=st.booleans())
    def accept(self, n, by, take_over):
        self._try(triage.accept_tip, self.tips[n], by=by, take_over=take_over)

    @rule(n=tip_number, of=tip_number, by=who, why=said)
    def join(self, n, of, by, why):
        self._try(triage.mark_duplicate, self.tips[n], of=self.tips[of], by=by, reason=why)

    @rule(n=tip_number, to=st.integers(0, 1), by=who, why=said)
    def route(self, n, to, by, why):
        self._try(triage.route_tip, self.tips[n], to=self.wards[to], reason=why, by=by)

    @rule(n=tip_number, by=who, why=said)
    def separate(self, n, by, why):
        self._try(triage.separate_tip, self.tips[n], reason=why, by=by)

    @rule(n=tip_number, by=who, category=st.sampled_from(["theft", "scam_bank", "noise", ""]))
    def sort(self, n, by, category):
        self._try(triage.sort_tip, self.tips[n], category=category, by=by)

    @rule(n=tip_number, by=who, value=st.sampled_from(Tip.Value.values))
    def rate(self, n, by, value):
        self._try(triage.rate_tip, self.tips[n], value=value, by=by)

    @rule(
        n=tip_number,
        by=who,
        kind=st.sampled_from(sorted(DECLINED_AS)),
        words=said,
    )
    def decline(self, n, by, kind, words):
        self.ended = self._try(triage.decline_tip, self.tips[n], kind=kind, reply=words, by=by)

    @rule(n=tip_number, by=who, outcome=st.sampled_from(Tip.Outcome.values), words=said)
    def outcome(self, n, by, outcome, words):
        self._try(triage.record_outcome, self.tips[n], outcome=outcome, note=words, by=by)

    @rule(n=tip_number, by=who)
    def close(self, n, by):
        self.ended = self._try(triage.close_tip, self.tips[n], by=by)

    @rule(n=tip_number, by=who, why=said)
    def reopen(self, n, by, why):
        self._try(triage.reopen_tip, self.tips[n], reason=why, by=by)

    @rule(n=tip_number, by=who, words=said)
    def answer(self, n, by, words):
        self._try(answering.answer_reporter, self.tips[n], text=words, by=by)

    @rule(n=tip_number, words=said)
    def write(self, n, words):
        self._try(reporter.add_reporter_message, self.tips[n], text=words)

    @rule(n=tip_number)
    def object_to(self, n):
        self._try(out_of_scope.object_to_sealing, self.tips[n])

    @rule(by=who)
    def take_back(self, by):
        last = Decision.objects.order_by("-id").first()
        if last:
            self._try(undo.take_back_decision, last.pk, by=by)

    @rule()
    def take_an_end_back(self):
        if self.ended:
            by = self.officers.index(self.ended.by)
            self._try(undo.take_back_decision, self.ended.pk, by=by, secret=self.ended.secret)

    @rule()
    def let_go(self):
        undo_ending.forget_held_endings()

    @rule(by=who, words=said)
    def answer_all(self, by, words):
        for found in Incident.objects.all()[:1]:
            self._try(incident_acts.close_incident, found.pk, by=by, text=words)

    @invariant()
    def nothing_is_half_done(self):
        if hasattr(self, "block"):
            assert complaints() == []

    @invariant()
    def the_figures_balance(self):
        if hasattr(self, "block"):
            for officer in self.officers:
                assert dashboard_counts.tip_balance(officer, period_of("all")).holds

    def _try(self, action, *args, by=None, **kwargs):
        """A refusal is fine, if it is one of ours and leaves nothing behind."""
        if by is not None:
            kwargs["by"] = self.officers[by]
        with contextlib.suppress(*_REFUSALS), transaction.atomic():
            return action(*args, **kwargs)
        return None


def test_whatever_people_do_in_whatever_order_the_books_balance():
    run_state_machine_as_test(Desk, settings=settings(examples(10), stateful_step_count=20))
