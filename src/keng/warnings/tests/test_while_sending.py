"""Taking a warning back, or putting it right, in the middle of its being sent."""

import contextlib
import dataclasses
import datetime
import os
import queue
import threading
import time

import psycopg
import pytest
from django.db import connection, transaction

from keng.delivery.actions import dispatch as sending_actions
from keng.delivery.actions import materialising
from keng.delivery.audience import plan_audience
from keng.delivery.models import Delivery, RelayTask, SandboxMessage
from keng.delivery.sender import sql
from keng.delivery.sender.rows import LEASE_SECONDS
from keng.delivery.tests.conftest import as_sender  # noqa: F401 -- a fixture
from keng.delivery.tests.rows import make_rows
from keng.delivery.tests.sending import sending, test_dsn, until
from keng.kit import times
from keng.kit.ids import new_id
from keng.network.models import Group
from keng.warnings import actions
from keng.warnings.content import audience_of, warning_content_of
from keng.warnings.models import Version, Warning
from keng.warnings.tests.ward import CALM, NOTE, Ward, looked_at
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
GROUPS = 120


class LeasingSender:
    """A sender in a connection of its own that takes one row more before each of our statements."""

    def __init__(self, account):
        self.name = new_id()
        self.account = account
        self.leased = []
        self._connection = psycopg.connect(test_dsn(), autocommit=True)

    def lease(self, count=1):
        wish = {
            "accounts": [self.account.pk],
            "counts": [count],
            "sender": self.name,
            "lease": LEASE_SECONDS,
        }
        rows = self._connection.execute(sql.LEASE, wish).fetchall()
        self.leased += [row[0] for row in rows]
        return len(rows)

    def end(self, ids, state, wait=None):
        """What came of these rows; with `wait` they are to be tried again."""
        values = {
            "sender": self.name,
            "ids": ids,
            "states": [state] * len(ids),
            "outcomes": ["retry" if wait is not None else "sent"] * len(ids),
            "provider_ids": [""] * len(ids),
            "codes": [""] * len(ids),
            "waits": [wait] * len(ids),
            "times": [1] * len(ids),
            "statuses": [None] * len(ids),
            "uncounted": [0] * len(ids),
        }
        self._connection.execute(sql.RECORD, values)

    def give_back(self, ids):
        self._connection.execute(sql.GIVE_BACK, {"ids": ids, "sender": self.name})

    @contextlib.contextmanager
    def at_work(self):
        def also_lease(execute, *statement):
            self.lease()
            return execute(*statement)

        with connection.execute_wrapper(also_lease):
            yield

    def close(self):
        self._connection.close()


class BusySenders:
    """Senders in threads of their own that take rows and settle them, one way after the other.

    Before each of our statements one more row is taken, so that no two of our steps follow each
    other without a lease; what comes of it is told from another thread, which may have to wait for
    us.
    """

    OUTCOMES = (
        ("sent", None),
        ("unknown", None),
        ("queued", 0.0),
        ("not_now", 0.0),
        ("gone", None),
        ("rejected", None),
        ("delivered", None),
    )

    def __init__(self, account, count=2):
        self._senders = [LeasingSender(account) for _ in range(count + 1)]
        self._settling = LeasingSender(account)
        self._stop = threading.Event()
        self._to_settle = queue.SimpleQueue()
        self._failed = []
        self.ended = {}
        self._threads = [
            threading.Thread(target=self._run, args=(self._send, each))
            for each in self._senders[1:]
        ]
        self._threads.append(threading.Thread(target=self._run, args=(self._settle,)))

    @contextlib.contextmanager
    def at_work(self):
        ours = self._senders[0]

        def also_lease(execute, *statement):
            ours.lease()
            self._to_settle.put((ours.name, ours.leased[-1:]))
            return execute(*statement)

        for each in self._threads:
            each.start()
        try:
            with connection.execute_wrapper(also_lease):
                yield
        finally:
            self._stop.set()
            for each in self._threads:
                each.join()
            for each in [*self._senders, self._settling]:
                each.close()
        assert not self._failed, self._failed

    @property
    def leased(self):
        return {key for each in self._senders for key in each.leased}

    def _run(self, do, *arguments):
        try:
            do(*arguments)
        except Exception as error:  # noqa: BLE001 -- told to the test below
            self._failed.append(error)

    def _send(self, sender):
        number = 0
        while not self._stop.is_set():
            before = len(sender.leased)
            if not sender.lease(3):
                time.sleep(0.01)
            for key in sender.leased[before:]:
                number += 1
                self._end(sender, key, number)

    def _settle(self):
        number = 0
        while not (self._stop.is_set() and self._to_settle.empty()):
            with contextlib.suppress(queue.Empty):
                self._settling.name, keys = self._to_settle.get(timeout=0.05)
                for key in keys:
                    number += 1
                    self._end(self._settling, key, number)

    def _end(self, sender, key, number):
        state, wait = self.OUTCOMES[number % len(self.OUTCOMES)]
        sender.end([key], state, wait=wait)
        self.ended[key] = state


@pytest.fixture
def ward():
    found = Ward()
    Group.objects.bulk_create(
        Group(
            name=f"Máy {n}",
            unit=found.unit,
            place=found.hamlet,
            kind="residents",
            member_count=10,
            channel="sandbox",
            channel_address=f"nhóm-{n}",
        )
        for n in range(GROUPS - 1)
    )
    found.account.rate_per_minute = 0
    found.account.save(update_fields=["rate_per_minute"])
    return found


@pytest.fixture
def sender(ward):
    found = LeasingSender(ward.account)
    yield found
    found.close()


def sent_out(ward):
    version = ward.submitted()
    actions.approve_warning(version.pk, **looked_at(version), by=ward.commander)
    make_rows()
    version.refresh_from_db()
    return version


def recipients(dispatch):
    return set(Delivery.objects.filter(dispatch=dispatch).values_list("recipient_ref", flat=True))


def take_back(ward, version):
    """The recall, and the rows that the worker makes of it."""
    dispatch = actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)
    make_rows()
    return dispatch


def test_a_warning_is_taken_back_while_a_sender_takes_row_after_row(ward, sender):
    version = sent_out(ward)
    sender.lease(5)
    with sender.at_work():
        dispatch = take_back(ward, version)
    first = Delivery.objects.filter(dispatch=version.dispatch, channel="sandbox")
    under_way = set(first.filter(pk__in=sender.leased).values_list("recipient_ref", flat=True))
    assert 5 <= len(under_way) < GROUPS
    # Whoever may get it is told, the lead who has the text as well, and nobody else.
    assert recipients(dispatch) == under_way | {ward.by_hand.pk}
    assert first.exclude(pk__in=sender.leased).exclude(state="cancelled").count() == 0


def test_what_was_called_off_while_it_was_tried_is_not_tried_again(ward, sender):
    version = sent_out(ward)
    sender.lease(3)
    take_back(ward, version)
    failed, put_off, unsent = sender.leased
    sender.end([failed], "queued", wait=0.0)
    sender.end([put_off], "not_now", wait=0.0)
    sender.give_back([unsent])
    first = Delivery.objects.filter(dispatch=version.dispatch, channel="sandbox")
    assert set(first.values_list("state", flat=True)) == {"cancelled"}
    ours = set(sender.leased)
    sender.lease(GROUPS * 2)
    again = Delivery.objects.filter(pk__in=set(sender.leased) - ours)
    assert set(again.values_list("dispatch__kind", flat=True)) == {"recall"}


def test_a_row_cannot_slip_back_into_the_queue_while_it_is_being_taken_back(ward, sender):
    """Its failure comes in between the end of the old text and the making of the new one."""
    version = sent_out(ward)
    sender.lease(1)
    [failed] = sender.leased
    reported = threading.Thread(target=sender.end, args=([failed], "queued", 0.0))
    with transaction.atomic():
        dispatch = take_back(ward, version)
        reported.start()
        reported.join(0.3)
        told = recipients(dispatch)
    reported.join()
    row = Delivery.objects.get(pk=failed)
    assert row.state == "cancelled"
    assert row.recipient_ref in told


def test_a_correction_goes_to_everybody_while_a_sender_takes_row_after_row(ward, sender):
    version = sent_out(ward)
    again = corrected(ward, version)
    seen = looked_at(again)
    sender.lease(5)
    sender.end(sender.leased[:1], "gone")
    sender.end(sender.leased[1:2], "rejected")
    with sender.at_work():
        dispatch = actions.approve_warning(again.pk, **seen, by=ward.commander)
        make_rows()
    unreachable = set(
        Delivery.objects.filter(pk__in=sender.leased[:2]).values_list("recipient_ref", flat=True)
    )
    assert recipients(dispatch) == recipients(version.dispatch) - unreachable
    first = Delivery.objects.filter(dispatch=version.dispatch, channel="sandbox")
    assert not first.filter(state__in=["queued", "not_now"]).exists()


@pytest.mark.usefixtures("as_sender")
def test_nobody_is_left_with_a_warning_that_was_taken_back(ward):
    for _ in range(270):
        make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    version = sent_out(ward)
    with sending(2):
        until(lambda: SandboxMessage.objects.count() > 20)
        dispatch = take_back(ward, version)
        until(
            lambda: (
                not Delivery.objects.filter(state__in=["queued", "leased"])
                .exclude(channel="by_hand")
                .exists()
            )
        )
    sent = Delivery.objects.filter(channel="sandbox", state="sent")
    got = set(sent.filter(dispatch=version.dispatch).values_list("recipient_ref", flat=True))
    told = set(sent.filter(dispatch=dispatch).values_list("recipient_ref", flat=True))
    assert got
    assert got <= told


# Enough that the senders are busy from the first to the last step; KENG_TEST_NIGHTLY takes 20,000.
MANY = 20_000 if os.environ.get("KENG_TEST_NIGHTLY") else 1_500


@pytest.fixture
def crowd(ward):
    """A ward with many groups, and what was sent to them."""
    Group.objects.bulk_create(
        Group(
            name=f"Tổ {n}",
            unit=ward.unit,
            place=ward.hamlet,
            kind="residents",
            member_count=10,
            channel="sandbox",
            channel_address=f"tổ-{n}",
        )
        for n in range(MANY - GROUPS)
    )
    ward.version = sent_out(ward)
    ward.first = Delivery.objects.filter(dispatch=ward.version.dispatch, channel="sandbox")
    assert ward.first.count() == MANY
    return ward


def groups_of(rows, **where):
    return set(rows.filter(**where).values_list("recipient_ref", flat=True))


GOT_IT = ["sent", "delivered", "unknown"]
FAILED = ["gone", "rejected"]


def test_with_a_lease_between_every_two_steps_who_got_it_is_told_and_nobody_else(crowd):
    senders = BusySenders(crowd.account)
    with senders.at_work():
        time.sleep(0.3)
        recall = actions.recall_warning(
            crowd.version.warning_id, reason="wrong_number", by=crowd.commander
        )
        taken_by_then = {*senders.leased}
        make_rows()
        time.sleep(0.3)
    told = recipients(recall)
    first = crowd.first
    got = groups_of(first, state__in=GOT_IT)
    assert got
    assert got <= told
    # Told without having it for certain: what was being tried when it was called off, and the lead.
    tried = first.filter(state__in=["cancelled", *FAILED], called_off_at__isnull=False)
    assert told - got - {crowd.by_hand.pk} <= groups_of(tried)
    assert told <= groups_of(first, pk__in=taken_by_then) | {crowd.by_hand.pk}
    failed = groups_of(first, state__in=FAILED, called_off_at__isnull=True)
    assert failed
    assert not failed & told
    # Nothing of the first waits or left after it was called off.
    assert not first.filter(state__in=["queued", "not_now", "leased"]).exists()
    assert {row.dispatch_id for row in Delivery.objects.filter(pk__in=senders.leased)} == {
        crowd.version.dispatch_id,
        recall.pk,
    }


def test_with_a_lease_between_every_two_steps_everybody_gets_the_corrected_text(crowd):
    again = corrected(crowd, crowd.version)
    seen = looked_at(again)
    senders = BusySenders(crowd.account)
    with senders.at_work():
        time.sleep(0.3)
        correction = actions.approve_warning(again.pk, **seen, by=crowd.commander)
        make_rows()
        time.sleep(0.3)
    everybody, told = recipients(crowd.version.dispatch), recipients(correction)
    failed = groups_of(crowd.first, state__in=FAILED, called_off_at__isnull=True)
    assert failed
    assert told <= everybody - failed
    assert everybody - groups_of(crowd.first, state__in=FAILED) <= told
    assert not crowd.first.filter(state__in=["queued", "not_now", "leased"]).exists()


def corrected(ward, version, call="Công an tỉnh 0204 000 0999, hoặc 113."):
    """A correction of it that waits for approval."""
    texts = {"vi": {**CALM, **NOTE, "call": call}}
    changed = dataclasses.replace(warning_content_of(version), texts=texts)
    actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    return actions.submit_warning(version.warning_id, by=ward.officer)


def approved(ward, version):
    """Approved, and the worker has not come to it."""
    return actions.approve_warning(version.pk, **looked_at(version), by=ward.commander)


def test_what_is_taken_back_before_it_has_rows_reaches_nobody(ward):
    first = approved(ward, ward.submitted())
    recall = actions.recall_warning(
        Version.objects.get(dispatch=first).warning_id, reason="wrong_number", by=ward.commander
    )
    make_rows()
    assert recipients(first) == recipients(recall) == set()


def test_what_is_taken_back_while_its_rows_are_made_waits_for_none_of_them(ward, monkeypatch):
    version = ward.submitted()
    first = approved(ward, version)
    inserted, recalled = threading.Event(), threading.Event()
    insert = materialising._insert_tasks

    def insert_tasks(*arguments):
        inserted.set()
        assert recalled.wait(20)
        return insert(*arguments)

    monkeypatch.setattr(materialising, "_insert_tasks", insert_tasks)
    done = []

    def work():
        try:
            done.append(materialising.materialise_next_dispatch())
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert inserted.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    recall = actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)
    recalled.set()
    worker.join(20)
    make_rows()
    first.refresh_from_db()
    assert first.materialised_at is None
    assert recipients(first) == recipients(recall) == set()
    assert not Delivery.objects.exists()


def test_the_correction_of_what_has_no_rows_yet_goes_to_those_it_was_for(ward):
    version = ward.submitted()
    first = approved(ward, version)
    again = corrected(ward, version)
    assert plan_audience(audience_of(again)).groups == GROUPS + 1
    second = approved(ward, again)
    third = approved(ward, corrected(ward, version, call="113"))
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    make_rows()
    assert recipients(first) == recipients(second) == set()
    assert len(recipients(third)) == GROUPS + 1
    assert RelayTask.objects.get(dispatch=third).lead == ward.lead


def test_a_correction_that_has_no_rows_yet_is_itself_corrected(ward, sender):
    version = sent_out(ward)
    sender.lease(3)
    sender.end(sender.leased[:2], "sent")
    sender.end(sender.leased[2:], "gone")
    unreachable = groups_of(Delivery.objects, pk=sender.leased[2])
    second = approved(ward, corrected(ward, version))
    third = approved(ward, corrected(ward, version, call="113"))
    make_rows()
    assert recipients(second) == set()
    assert recipients(third) == recipients(version.dispatch) - unreachable


def test_whoever_a_person_kept_from_it_does_not_get_its_correction(ward):
    version = ward.submitted()
    first = approved(ward, version)
    sending_actions.cancel_dispatch(first.pk, by=ward.officer)
    with pytest.raises(actions.NobodyThere):
        corrected(ward, version)


def test_two_who_take_it_back_at_once_send_one_recall(ward):
    version = sent_out(ward)
    second = make.officer(unit=ward.unit, role="commander")
    start, ended = threading.Barrier(2), []

    def run(officer):
        start.wait()
        try:
            actions.recall_warning(version.warning_id, reason="wrong_number", by=officer)
            ended.append(None)
        except actions.AlreadyRecalled as error:
            ended.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in (ward.commander, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, ended)) == sorted(map(str, [None, actions.AlreadyRecalled]))
    assert Warning.objects.get().recall_dispatch is not None
    assert (
        Delivery.objects.filter(dispatch__kind="recall").values("recipient_ref").distinct().count()
        == Delivery.objects.filter(dispatch__kind="recall").count()
    )


def test_what_waits_until_later_is_called_off_as_well(ward):
    version = sent_out(ward)
    row = Delivery.objects.filter(dispatch=version.dispatch, channel="sandbox").first()
    later = times.now() + datetime.timedelta(hours=1)
    Delivery.objects.filter(pk=row.pk).update(state="not_now", not_before=later)
    take_back(ward, version)
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert row.called_off_at is not None
