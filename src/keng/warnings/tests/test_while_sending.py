"""Taking a warning back, or putting it right, in the middle of its being sent."""

import contextlib
import dataclasses
import datetime
import threading

import psycopg
import pytest
from django.db import connection, transaction

from keng.delivery.models import Delivery, SandboxMessage
from keng.delivery.sender import sql
from keng.delivery.sender.rows import LEASE_SECONDS
from keng.delivery.tests.conftest import as_sender  # noqa: F401 -- a fixture
from keng.delivery.tests.sending import sending, test_dsn, until
from keng.kit import times
from keng.kit.ids import new_id
from keng.warnings import actions
from keng.warnings.content import warning_content_of
from keng.warnings.models import Warning
from keng.warnings.tests.ward import CALM, Ward
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


@pytest.fixture
def ward():
    found = Ward()
    for _ in range(GROUPS - 1):
        make.group(unit=found.unit, place=found.hamlet, channel="sandbox")
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
    actions.approve_warning(
        version.pk,
        seen=version.digest_now,
        by=ward.commander,
    )
    version.refresh_from_db()
    return version


def recipients(dispatch):
    return set(Delivery.objects.filter(dispatch=dispatch).values_list("recipient_ref", flat=True))


def take_back(ward, version):
    return actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)


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
    words = {**CALM, "call": "Công an tỉnh 0204 000 0999, hoặc 113."}
    changed = dataclasses.replace(warning_content_of(version), texts={"vi": words})
    actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    again = actions.submit_warning(version.warning_id, by=ward.officer)
    seen = again.digest_now
    sender.lease(5)
    sender.end(sender.leased[:1], "gone")
    sender.end(sender.leased[1:2], "rejected")
    with sender.at_work():
        dispatch = actions.approve_warning(again.pk, seen=seen, by=ward.commander)
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
