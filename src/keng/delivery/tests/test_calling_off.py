"""Rows that are called off: by whomever, what a sender holds is marked and not tried again."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from keng.delivery.actions import replies, subscribing
from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.models import Delivery
from keng.delivery.tests.sending import queue
from keng.duty import page_officers
from keng.kit import times
from keng.kit.ids import new_id
from tests import make

pytestmark = pytest.mark.django_db
STATES = ("queued", "not_now", "leased", "sent", "delivered", "unknown", "gone")


@pytest.fixture
def account():
    return make.channel_account(unit=make.unit())


def rows_in_every_state(account, kind="group", recipient=None):
    """One row in each of these states, to one recipient if it is named."""
    dispatches = [queue(account, ["one"]) for _ in STATES]
    until = times.now() + datetime.timedelta(minutes=1)
    for dispatch, state in zip(dispatches, STATES, strict=True):
        Delivery.objects.filter(dispatch=dispatch).update(
            state=state,
            leased_until=until,
            recipient_kind=kind,
            recipient_ref=recipient or new_id(),
        )
    return Delivery.objects.filter(dispatch__in=dispatches)


def ended(rows):
    return {
        before: (row.state, row.called_off_at is not None)
        for before, row in zip(STATES, rows.order_by("id"), strict=True)
    }


CALLED_OFF = {
    "queued": ("cancelled", True),
    "not_now": ("cancelled", True),
    "leased": ("leased", True),
    "sent": ("sent", False),
    "delivered": ("delivered", False),
    "unknown": ("unknown", False),
    "gone": ("gone", False),
}


def test_what_waits_ends_and_what_is_under_way_is_marked(account):
    rows = rows_in_every_state(account)
    with transaction.atomic():
        assert call_off_deliveries(rows) == 2
        assert call_off_deliveries(rows) == 0
    assert ended(rows) == CALLED_OFF


def test_a_report_that_is_taken_back_calls_its_answers_off(account):
    tip = make.tip(unit=account.unit)
    talk = make.conversation(tip, account=account)
    rows = rows_in_every_state(account, "conversation", talk.pk)
    assert replies.call_off_replies(tip.pk) == 2
    assert ended(rows) == CALLED_OFF


@pytest.mark.parametrize("kind", ["subscription", "asker"])
def test_whoever_stops_gets_no_second_try(account, become, kind):
    person = make.subscription(places=(make.place(),))
    rows = rows_in_every_state(account, kind, person.pk)
    become("public")
    subscribing.stop_subscription(person)
    become("owner")
    assert ended(rows) == CALLED_OFF


def test_officers_who_need_not_come_are_not_called_again(account):
    rows = rows_in_every_state(account)
    source = new_id()
    for row in rows.select_related("dispatch"):
        row.dispatch.kind, row.dispatch.source_kind = "page", "alarm"
        row.dispatch.source_ref = source
        row.dispatch.save()
    assert page_officers.cancel_calls("alarm", source) == 2
    assert ended(rows) == CALLED_OFF


def test_the_database_lets_no_such_row_wait_again(account):
    rows = rows_in_every_state(account)
    with transaction.atomic():
        call_off_deliveries(rows)
    for state in ("queued", "not_now"):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.filter(state="leased").update(state=state)
