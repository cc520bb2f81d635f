"""Two officers at the same moment: one decision counts, and the other is told."""

import threading
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from keng.acts.errors import NotAllowed, Refused
from keng.decisions import named_sight, triage, undo
from keng.dialogue import answering
from keng.tips import errors
from keng.tips.models import DialogueMessage, Tip
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run these in threads that start together; what each of them raised, or None."""
    start, ended = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        start.wait()
        try:
            act()
        except (errors.CannotDecide, Refused) as error:
            ended[place] = type(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_of_two_officers_who_take_a_tip_at_once_one_owns_it():
    make.clock_rules()
    unit = make.unit()
    tip = make.tip(unit=unit)
    one, two = make.officer(unit=unit), make.officer(unit=unit)
    ended = at_once(
        lambda: triage.accept_tip(tip.pk, by=one), lambda: triage.accept_tip(tip.pk, by=two)
    )
    assert sorted(map(str, ended)) == sorted(map(str, [None, errors.AlreadyTaken]))
    tip.refresh_from_db()
    assert tip.assigned_to == (one if ended[0] is None else two)


def test_two_tips_joined_to_each_other_at_once_do_not_wait_for_ever():
    make.clock_rules()
    unit = make.unit()
    left, right = make.tip(unit=unit), make.tip(unit=unit)
    officer = make.officer(unit=unit)
    ended = at_once(
        lambda: triage.mark_duplicate(left.pk, of=right.pk, by=officer),
        lambda: triage.mark_duplicate(right.pk, of=left.pk, by=officer),
    )
    assert ended.count(None) == 1
    assert ended.count(errors.SameTip) == 1
    assert Tip.objects.filter(duplicate_of__isnull=False).count() == 1


def test_an_end_undone_and_its_answer_withdrawn_at_once_do_not_wait_for_ever():
    make.clock_rules()
    unit = make.unit()
    officer = make.officer(unit=unit)
    for _ in range(5):
        tip = make.tip(unit=unit)
        step = triage.decline_tip(tip.pk, kind="civil", reply="Chào bạn.", by=officer)
        message = tip.messages.get()
        ended = at_once(
            partial(undo.take_back_decision, step.pk, by=officer, secret=step.secret),
            partial(answering.withdraw_answer, message.pk, by=officer),
        )
        assert ended[0] is None
        assert ended[1] in {None, NotAllowed}
        assert Tip.objects.get(pk=tip.pk).is_open


def test_who_withdraws_an_answer_waits_at_the_tip_and_holds_nothing_meanwhile():
    make.clock_rules()
    unit = make.unit()
    officer = make.officer(unit=unit)
    tip = make.tip(unit=unit)
    message = answering.answer_reporter(tip.pk, text="Chào bạn.", by=officer)
    waits = threading.Thread(target=withdrawn, args=(message.pk, officer))
    with transaction.atomic():
        Tip.objects.select_for_update(no_key=True).get(pk=tip.pk)
        waits.start()
        while not _is_waiting():
            assert waits.is_alive()
        DialogueMessage.objects.select_for_update(nowait=True).get(pk=message.pk)
    waits.join()
    assert not tip.messages.exists()


def test_who_is_taken_out_of_a_tip_while_they_wait_for_it_decides_nothing():
    make.clock_rules()
    unit = make.unit()
    commander = make.officer(unit=unit, role="commander")
    officer = make.officer(unit=unit)
    tip = make.tip(unit=unit)
    ended = []
    waits = threading.Thread(target=lambda: ended.extend(at_once(partial(take_on, tip, officer))))
    with transaction.atomic():
        named_sight.recuse_officer(tip.pk, officer.pk, reason="Người nhà", by=commander)
        waits.start()
        while not _is_waiting():
            assert waits.is_alive()
    waits.join()
    assert ended == [errors.NotYours]
    tip.refresh_from_db()
    assert tip.assigned_to is None


@pytest.mark.parametrize("decide", ["separate", "decline"])
def test_a_tip_that_leaves_is_locked_with_those_behind_it_and_then_its_incident(decide):
    make.clock_rules()
    unit = make.unit()
    officer = make.officer(unit=unit)
    # The first has the greatest key: tip by tip, it would be locked before those behind it.
    behind, first = make.tip(unit=unit), make.tip(unit=unit)
    triage.mark_duplicate(behind.pk, of=first.pk, by=officer)
    with CaptureQueriesContext(connection) as asked:
        if decide == "separate":
            triage.separate_tip(first.pk, reason="Việc khác", by=officer)
        else:
            triage.decline_tip(first.pk, kind="civil", reply="Chào bạn.", by=officer)
    locks = [each["sql"] for each in asked if "FOR NO KEY UPDATE" in each["sql"]]
    assert "duplicate_of_id" in locks[0].partition("WHERE")[2]
    tables = [sql.rpartition(" OF ")[2].strip('"') for sql in locks]
    tables = list(dict.fromkeys(tables))
    assert tables[:2] == ["tips_tip", "tips_incident"]
    behind.refresh_from_db()
    assert behind.duplicate_of is None


def take_on(tip, officer):
    triage.accept_tip(tip.pk, by=officer)


def withdrawn(message_id, officer):
    try:
        answering.withdraw_answer(message_id, by=officer)
    finally:
        connection.close()


def _is_waiting():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0]
