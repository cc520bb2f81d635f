"""Who reads a matter for named officers: the list of the desk, an emergency, and recusal."""

import datetime

import pytest

from keng.accounts import naming
from keng.accounts.models import NamedOfficer, Notice, Post
from keng.accounts.tests.look import look_as
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.decisions import named_sight, triage, undo
from keng.kit import times
from keng.tips.errors import NoReason, NotNamedForIt, NotYours, NoWorkHere, ReadsItAnyway
from keng.tips.models import BreakIn, Decision, Recusal, Tip
from keng.waiting.counts import counts_by_page
from tests import make

pytestmark = pytest.mark.django_db
WHY = "Người được chỉ định không nghe máy"


def name(officer, unit):
    return NamedOfficer.objects.create(unit=unit, officer=officer, named_by=officer)


def afresh(officer):
    """As the next request has them."""
    return type(officer).objects.get(pk=officer.pk)


def reads(officer, tip):
    """Whether they read it, and whether they know that it is there."""
    fresh = afresh(officer)
    readable = Tip.objects.visible_to(fresh).filter(pk=tip.pk).exists()
    return readable, Tip.objects.listed_for(fresh).filter(pk=tip.pk).exists()


@pytest.fixture
def commune():
    return make.unit(parent=make.province_unit())


@pytest.fixture
def commander(commune):
    return make.officer(unit=commune, role="commander")


@pytest.fixture
def colleague(commune):
    return make.officer(unit=commune)


@pytest.fixture
def matter(commune):
    return make.tip(unit=commune, text="Cháu kể thầy giáo làm đau", is_for_named=True)


def test_where_nobody_is_named_everybody_of_the_desk_reads_it(matter, colleague):
    assert reads(colleague, matter) == (True, True)


def test_who_is_not_named_knows_of_it_and_reads_nothing(matter, commander, colleague, commune):
    naming.name_officer(commune.pk, commander.pk, by=commander)
    assert reads(commander, matter) == (True, True)
    assert reads(colleague, matter) == (False, True)


def test_who_has_it_in_hand_reads_on_whoever_is_named_meanwhile(
    matter, colleague, commander, commune
):
    Tip.objects.filter(pk=matter.pk).update(assigned_to=colleague)
    name(commander, commune)
    assert reads(colleague, matter) == (True, True)
    Tip.objects.filter(pk=matter.pk).update(assigned_to=commander)
    assert reads(colleague, matter) == (False, True)


def test_other_tips_are_everybodys(commander, colleague, commune):
    naming.name_officer(commune.pk, commander.pk, by=commander)
    assert reads(colleague, make.tip(unit=commune)) == (True, True)


def test_the_province_reads_it_by_its_own_list_or_where_neither_desk_has_one(matter, commune):
    above = make.officer(unit=commune.parent, role="coordinator")
    named_above = make.officer(unit=commune.parent)
    assert reads(above, matter) == (True, True)
    name(make.officer(unit=commune), commune)
    assert reads(above, matter) == (False, True)
    name(named_above, commune.parent)
    assert reads(above, matter) == (False, True)
    assert reads(named_above, matter) == (True, True)


def test_a_province_that_names_narrows_what_is_below_for_itself_alone(matter, commune, colleague):
    above = make.officer(unit=commune.parent)
    name(make.officer(unit=commune.parent), commune.parent)
    assert reads(above, matter) == (False, True)
    assert reads(colleague, matter) == (True, True)


def test_a_list_of_people_who_have_left_is_none(matter, colleague, commune):
    gone = make.officer(unit=commune)
    name(gone, commune)
    assert reads(colleague, matter) == (False, True)
    yesterday = times.local_date(times.now()) - datetime.timedelta(days=1)
    Post.objects.filter(officer=gone).update(valid_to=yesterday)
    assert reads(colleague, matter) == (True, True)


def test_the_list_is_kept_by_who_leads_and_told_to_the_province(commander, colleague, commune):
    overseer = make.officer(unit=commune.parent, role="data_protection")
    with pytest.raises(NotAllowed):
        naming.name_officer(commune.pk, colleague.pk, by=colleague)
    named = naming.name_officer(commune.pk, colleague.pk, by=commander)
    naming.end_naming(named.pk, by=commander)
    told = Notice.objects.filter(about=colleague).values_list("officer", "act")
    assert set(told) == {
        (officer.pk, act) for officer in (overseer, colleague) for act in ("named", "unnamed")
    }
    assert set(Entry.objects.values_list("action", flat=True)) >= {"named.added", "named.ended"}


def test_only_who_takes_reports_on_there_can_be_named(commander, commune):
    auditor = make.officer(unit=commune, role="auditor")
    with pytest.raises(naming.ReadsNoTips):
        naming.name_officer(commune.pk, auditor.pk, by=commander)


class TestBreakingIn:
    """In an emergency."""

    @pytest.fixture(autouse=True)
    def somebody_is_named(self, commander, commune):
        name(commander, commune)

    def test_it_opens_for_that_officer_and_that_tip_for_an_hour(self, matter, colleague, commune):
        other_tip = make.tip(unit=commune, is_for_named=True)
        other = make.officer(unit=commune)
        opened = named_sight.break_in(matter.pk, ground="life", words=WHY, by=colleague)
        assert reads(colleague, matter) == (True, True)
        assert reads(colleague, other_tip) == (False, True)
        assert reads(other, matter) == (False, True)
        earlier = times.now() - datetime.timedelta(hours=2)
        BreakIn.objects.filter(pk=opened.pk).update(
            at=earlier, until=earlier + named_sight.OPEN_FOR
        )
        assert reads(colleague, matter) == (False, True)

    def test_the_province_and_data_protection_are_told_and_it_is_on_record(
        self, matter, colleague, commune
    ):
        coordinator = make.officer(unit=commune.parent, role="coordinator")
        protector = make.officer(unit=commune.parent, role="data_protection")
        named_sight.break_in(matter.pk, ground="nobody", words=WHY, by=colleague)
        told = Notice.objects.filter(act="broke_in").values_list("officer", "about")
        assert set(told) == {(coordinator.pk, colleague.pk), (protector.pk, colleague.pk)}
        entry = Entry.objects.get(action="tip.broken_in")
        assert (entry.actor_id, entry.object_id) == (str(colleague.pk), str(matter.pk))
        assert entry.detail["ground"] == "nobody"
        assert list(named_sight.readable_break_ins(protector).unread()) == [BreakIn.objects.get()]

    def test_where_nobody_oversees_the_commander_is_told(self, matter, colleague, commander):
        named_sight.break_in(matter.pk, ground="life", words=WHY, by=colleague)
        assert Notice.objects.get(act="broke_in").officer == commander

    def test_it_takes_a_reason_and_something_to_open(self, matter, colleague, commander):
        with pytest.raises(NoReason):
            named_sight.break_in(matter.pk, ground="life", words=" ", by=colleague)
        with pytest.raises(ReadsItAnyway):
            named_sight.break_in(matter.pk, ground="life", words=WHY, by=commander)
        stranger = make.officer(unit=make.unit())
        with pytest.raises(NotYours):
            named_sight.break_in(matter.pk, ground="life", words=WHY, by=stranger)
        assert not BreakIn.objects.exists()

    def test_nobody_reads_of_their_own_or_of_what_is_about_their_unit(
        self, matter, colleague, commune
    ):
        coordinator = make.officer(unit=commune.parent, role="coordinator")
        name(make.officer(unit=commune.parent), commune.parent)
        opened = named_sight.break_in(matter.pk, ground="life", words=WHY, by=coordinator)
        with pytest.raises(NotAllowed):
            named_sight.read_break_in(opened.pk, by=coordinator)
        protector = make.officer(unit=commune.parent, role="data_protection")
        assert named_sight.read_break_in(opened.pk, by=protector).read_by == protector
        matter.concerns.create(unit=commune.parent)
        assert not named_sight.readable_break_ins(afresh(protector)).exists()

    def test_nothing_is_decided_on_it_without(self, matter, colleague):
        with pytest.raises(NotYours):
            triage.accept_tip(matter.pk, by=colleague)


def test_whoever_is_kept_from_the_tip_is_told_nothing_of_it(matter, colleague, commune, commander):
    """Recused from it, or of a desk that it concerns beside a post at the province."""
    name(commander, commune)
    kept, recused, told = (make.officer(unit=commune.parent, role="coordinator") for _ in range(3))
    about = make.unit(parent=commune.parent)
    make.post(kept, unit=about)
    matter.concerns.create(unit=about)
    Recusal.objects.create(tip=matter, officer=recused, by=told)
    named_sight.break_in(matter.pk, ground="life", words=WHY, by=colleague)
    assert Notice.objects.get(act="broke_in").officer == told
    for officer, reads_of_it in ((kept, 0), (recused, 0), (told, 1)):
        assert named_sight.readable_break_ins(afresh(officer)).count() == reads_of_it
        assert counts_by_page(afresh(officer))["break-ins"] == reads_of_it
    Notice.objects.all().delete()
    named_sight.recuse_oneself(matter.pk, reason="Người nhà", by=colleague)
    assert not Notice.objects.filter(officer__in=[kept, recused]).exists()


class TestDeciding:
    """Whether a tip is such a matter."""

    def test_sorting_it_as_one_narrows_it_and_taking_that_back_opens_it(self, commune, colleague):
        name(make.officer(unit=commune), commune)
        tip = make.tip(unit=commune)
        step = triage.sort_tip(tip.pk, category="child_safety", by=colleague)
        assert reads(colleague, tip) == (False, True)
        undo.take_back_decision(step.pk, by=colleague)
        assert reads(colleague, tip) == (True, True)

    def test_sorting_it_as_something_else_opens_nothing(self, matter, commander, commune):
        name(commander, commune)
        triage.sort_tip(matter.pk, category="theft", by=commander)
        assert Tip.objects.get(pk=matter.pk).is_for_named

    def test_an_officer_says_so_with_a_reason(self, commune, colleague, commander):
        name(commander, commune)
        tip = make.tip(unit=commune)
        named_sight.narrow_tip(tip.pk, reason="Có trẻ em", by=colleague)
        assert reads(colleague, tip) == (False, True)
        named_sight.widen_tip(tip.pk, reason="Không phải", by=commander)
        assert reads(colleague, tip) == (True, True)
        kinds = Decision.objects.filter(tip=tip).order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["narrowed", "widened"]


def test_who_broke_in_reads_for_an_hour_and_opens_it_to_nobody_else(matter, commune, colleague):
    name(make.officer(unit=commune), commune)
    named_sight.break_in(matter.pk, ground="life", words=WHY, by=colleague)
    with pytest.raises(NotNamedForIt):
        named_sight.widen_tip(matter.pk, reason="Cho cả đơn vị", by=afresh(colleague))
    other = make.officer(unit=commune)
    assert reads(other, matter) == (False, True)


class TestRecusal:
    """From one tip."""

    def test_oneself(self, commune, colleague, commander):
        tip = make.tip(unit=commune, assigned_to=colleague, state="accepted")
        named_sight.recuse_oneself(tip.pk, reason="Người nhà", by=colleague)
        assert reads(colleague, tip) == (False, False)
        tip.refresh_from_db()
        assert tip.assigned_to is None
        assert Notice.objects.get(act="recused").officer == commander

    def test_a_colleague_by_the_commander_and_back(self, commune, colleague, commander):
        tip = make.tip(unit=commune)
        named_sight.recuse_officer(tip.pk, colleague.pk, reason="Người nhà", by=commander)
        assert reads(colleague, tip) == (False, False)
        assert Notice.objects.get(act="recused").officer == colleague
        with pytest.raises(NoWorkHere):
            named_sight.recuse_officer(tip.pk, colleague.pk, reason="Lại", by=commander)
        named_sight.end_recusal(tip.recusals.get().pk, by=commander)
        assert reads(colleague, tip) == (True, True)

    def test_not_a_colleague_by_a_colleague(self, commune, colleague):
        tip, other = make.tip(unit=commune), make.officer(unit=commune)
        with pytest.raises(NotAllowed):
            named_sight.recuse_officer(tip.pk, other.pk, reason="Ghét", by=colleague)

    def test_an_emergency_opens_nothing_to_whoever_has_no_part(self, matter, commune, colleague):
        name(make.officer(unit=commune), commune)
        named_sight.break_in(matter.pk, ground="life", words=WHY, by=colleague)
        named_sight.recuse_oneself(matter.pk, reason="Người nhà", by=colleague)
        assert reads(colleague, matter) == (False, False)


def test_the_desk_and_the_worker_may_ask(become, matter, colleague):
    for role in ("desk", "worker"):
        become(role)
        if role == "desk":
            look_as(colleague)
        assert reads_with_columns(colleague, matter)
        become("owner")


def reads_with_columns(officer, tip):
    known = type(officer).objects.only("id", "name", "is_active").get(pk=officer.pk)
    return Tip.objects.visible_to(known).filter(pk=tip.pk).exists()
