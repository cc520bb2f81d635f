"""A unit of work: permission asked or nothing kept, parts and savepoints, the record last."""

import pytest
from django.db import connection, transaction

from keng.accounts.who import HOLDER, Who
from keng.acts import act as kernel
from keng.acts.act import Act, act, name_records
from keng.acts.errors import NotAllowed, TryAgain
from keng.acts.work import (
    PermissionNotAsked,
    current_work,
    permit_anywhere,
    permit_over,
    savepoint,
    work,
)
from keng.audit.actions import record
from keng.audit.models import Entry
from keng.network.models import Lead
from tests import make


class Right:
    """A right over the owners that it names."""

    is_by_secret = False

    def __init__(self, *owners):
        self.owners = owners

    def includes(self, actor):
        return bool(self.owners)

    def reaches(self, actor, owner_id):
        return owner_id in self.owners


class Secret(Right):
    is_by_secret = True


@pytest.fixture(autouse=True)
def no_act_of_a_test_stays(monkeypatch):
    monkeypatch.setattr(kernel, "ACTS", {})


def put(unit, action="tip.accepted"):
    record(action, by="worker", on=unit, chain=f"unit:{unit.pk}")


def entries():
    return list(Entry.objects.order_by("chain", "seq").values_list("action", flat=True))


def raise_in_the_database(sqlstate):
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$")


@pytest.mark.django_db
def test_an_act_that_never_asked_is_a_fault_and_keeps_nothing():
    unit = make.unit()

    @act(Act(Right(unit.pk)))
    def forget_to_ask(*, by):
        make.lead(unit=unit)
        put(unit)

    with pytest.raises(PermissionNotAsked, match="forget_to_ask"):
        forget_to_ask(by="officer")
    assert not Lead.objects.exists()
    assert entries() == []
    assert current_work() is None


@pytest.mark.django_db
def test_whoever_may_not_is_refused_and_nothing_is_kept():
    unit, other = make.unit(), make.unit()

    @act(Act(Right(unit.pk)))
    def rename(of, *, by):
        make.lead(unit=of)
        permit_over(of.pk)

    with pytest.raises(NotAllowed):
        rename(other, by="officer")
    assert not Lead.objects.exists()
    rename(unit, by="officer")
    assert Lead.objects.get().unit == unit


@pytest.mark.django_db
def test_what_is_about_no_unit_asks_whether_it_may_be_done_at_all():
    @act(Act(Right()))
    def nobody_may(*, by):
        permit_anywhere()

    @act(Act(Right("anything")))
    def somebody_may(*, by):
        permit_anywhere()

    with pytest.raises(NotAllowed):
        nobody_may(by="officer")
    somebody_may(by="officer")


@pytest.mark.django_db
def test_a_secret_is_the_permission_and_the_machine_asks_nobody():
    unit = make.unit()

    @act(Act(Secret()))
    def by_a_link():
        permit_over(unit.pk)
        return "done"

    @work()
    def by_the_worker():
        permit_over(unit.pk)
        permit_anywhere()
        return "done"

    assert (by_a_link(), by_the_worker()) == ("done", "done")


@pytest.mark.django_db
def test_a_part_of_an_act_asks_for_its_own_permission():
    unit = make.unit()

    @act(Act(Right()))
    def part(*, by):
        permit_over(unit.pk)

    @act(Act(Right(unit.pk)))
    def whole(*, by):
        permit_over(unit.pk)
        part(by=by)

    with pytest.raises(NotAllowed):
        whole(by="officer")


@pytest.mark.django_db
def test_a_part_that_is_refused_and_caught_leaves_neither_rows_nor_entries():
    unit = make.unit()

    @act(Act(Right()))
    def part(*, by):
        make.lead(unit=unit)
        put(unit, "tip.closed")
        permit_over(unit.pk)

    @act(Act(Right(unit.pk)))
    def whole(*, by):
        permit_over(unit.pk)
        put(unit)
        with pytest.raises(NotAllowed):
            part(by=by)

    whole(by="officer")
    assert not Lead.objects.exists()
    assert entries() == ["tip.accepted"]


def fail(unit):
    with savepoint():
        put(unit, "tip.closed")
        message = "half done"
        raise ValueError(message)


@pytest.mark.django_db
def test_a_savepoint_takes_its_entries_with_it():
    unit = make.unit()

    @work()
    def portion():
        put(unit)
        with pytest.raises(ValueError, match="half done"):
            fail(unit)
        put(unit, "tip.rated")

    portion()
    assert entries() == ["tip.accepted", "tip.rated"]


@pytest.mark.django_db
def test_chains_are_written_last_and_in_the_order_of_their_names():
    units = sorted((make.unit() for _ in range(3)), key=lambda unit: str(unit.pk), reverse=True)
    seen = []

    def watch(execute, sql, *rest):
        if "audit_append" in sql:
            seen.append(rest[0][1])
        elif sql.startswith("INSERT"):
            seen.append("row")
        return execute(sql, *rest)

    @work()
    def portion():
        for unit in units:
            put(unit)
        make.lead(unit=units[0])

    with connection.execute_wrapper(watch):
        portion()
    chains = [f"unit:{unit.pk}" for unit in reversed(units)]
    assert seen[-3:] == chains
    assert set(seen[:-3]) == {"row"}


@pytest.mark.django_db
def test_two_acts_do_not_give_one_record_two_names(monkeypatch):
    monkeypatch.setattr(kernel, "_WORDS", {})
    name_records({"thing.done": "Did a thing"})
    with pytest.raises(ValueError, match=r"thing\.done has its words already"):
        Act(Right(), {"thing.done": "Did something"})


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_once_more_and_done_once():
    unit, tries = make.unit(), []

    @work()
    def portion(name):
        tries.append(name)
        make.lead(unit=unit)
        put(unit)
        if len(tries) == 1:
            raise_in_the_database("40P01")
        return name

    assert portion("a") == "a"
    assert tries == ["a", "a"]
    assert Lead.objects.count() == 1
    assert entries() == ["tip.accepted"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("sqlstate", "tries"), [("40P01", 2), ("55P03", 2), ("57014", 1)])
def test_what_waits_too_long_says_try_again_and_nothing_is_half_done(sqlstate, tries):
    unit, done = make.unit(), []

    @work()
    def portion():
        done.append(1)
        make.lead(unit=unit)
        raise_in_the_database(sqlstate)

    with pytest.raises(TryAgain):
        portion()
    assert len(done) == tries
    assert not Lead.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_reads_something_to_its_end_is_not_tried_twice():
    done = []

    @work(retry=False)
    def portion():
        done.append(1)
        raise_in_the_database("40P01")

    with pytest.raises(TryAgain):
        portion()
    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_an_act_is_a_transaction_of_its_own():
    unit = make.unit()

    @work()
    def portion():
        make.lead(unit=unit)
        assert connection.in_atomic_block
        transaction.on_commit(lambda: None)

    portion()
    assert not connection.in_atomic_block
    assert Lead.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_part_that_may_not_be_done_twice_keeps_the_whole_from_a_second_try():
    done = []

    @work(retry=False)
    def part():
        done.append(1)

    @work()
    def whole():
        part()
        raise_in_the_database("40P01")

    with pytest.raises(TryAgain):
        whole()
    assert done == [1]


@pytest.mark.django_db
def test_many_rows_of_one_owner_are_one_question():
    class Counting(Right):
        asked = 0

        def reaches(self, actor, owner_id):
            self.asked += 1
            return super().reaches(actor, owner_id)

    right = Counting("unit")

    @act(Act(right))
    def part(*, by):
        permit_over("unit")

    @act(Act(right))
    def whole(*, by):
        permit_over("unit")
        part(by=by)
        part(by=by)

    whole(by="officer")
    assert right.asked == 1


def test_a_set_without_rules_is_nobody_and_no_secret():
    nobody = Who("Nobody at all.", ())
    assert not nobody.is_by_secret
    assert HOLDER.is_by_secret


def actor_named():
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('keng.actor', true), '')")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_an_act_inside_nobodys_work_writes_in_the_name_of_whoever_acts():
    @act(Act(Right("mine")))
    def inner(*, by, fails=False):
        permit_anywhere()
        if fails:
            raise TryAgain
        return actor_named()

    @work()
    def whole():
        yields = [actor_named(), inner(by="chief"), actor_named()]
        with pytest.raises(TryAgain):
            inner(by="other", fails=True)
        return [*yields, actor_named()]

    assert whole() == ["", "chief", "", ""]
