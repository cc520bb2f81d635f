"""What each outcome makes of a delivery."""

import uuid
from datetime import datetime, timedelta

import pytest

from keng.channels.base import Outcome
from keng.delivery.models import Delivery
from keng.delivery.priorities import Priority
from keng.delivery.sender.judgement import judge_outcome
from keng.delivery.sender.rows import MOST_TRIES, LeasedDelivery
from keng.kit import times

NOW = times.now()


def row(**fields):
    values = {
        "id": uuid.uuid4(),
        "account_id": uuid.uuid4(),
        "recipient_kind": "group",
        "recipient_ref": uuid.uuid4(),
        "text_id": None,
        "text_sealed": None,
        "address": "g",
        "address_sealed": None,
        "is_urgent": False,
        "priority": 9,
        "attempts": 1,
        "expires_at": None,
    }
    return LeasedDelivery(**values | fields)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("sent", "sent"),
        ("unknown", "unknown"),
        ("gone", "gone"),
        ("reject", "rejected"),
        ("not_now", "not_now"),
        ("retry", "queued"),
        ("config", "queued"),
        ("moved", "queued"),
    ],
)
def test_every_outcome_has_one_state(kind, state):
    change = judge_outcome(row(), Outcome(kind), now=NOW, idempotent=False)
    assert change.state == state
    assert change.state in Delivery.State.values


def test_unknown_is_never_sent_again_unless_the_channel_shows_a_message_once():
    assert judge_outcome(row(), Outcome("unknown"), now=NOW, idempotent=False).again_after is None
    again = judge_outcome(row(), Outcome("unknown"), now=NOW, idempotent=True)
    assert (again.state, again.again_after is not None) == ("queued", True)


def test_the_providers_wait_is_kept_and_tries_end():
    change = judge_outcome(row(), Outcome("retry", after_seconds=90), now=NOW, idempotent=False)
    assert change.again_after >= 90
    last = judge_outcome(row(attempts=MOST_TRIES), Outcome("retry"), now=NOW, idempotent=False)
    assert (last.state, last.code) == ("rejected", "gave_up")


@pytest.mark.parametrize(("kind", "state"), [("lead", "rejected"), ("subscription", "not_now")])
def test_a_closed_chat_is_the_officers_for_a_lead_and_waits_for_a_subscriber(kind, state):
    closed = Outcome("not_now", code="-230")
    change = judge_outcome(
        row(recipient_kind=kind), closed, now=NOW, idempotent=False, closed_codes=("-230",)
    )
    assert (change.state, change.code) == (state, "-230")
    other = Outcome("not_now", code="-211")
    change = judge_outcome(
        row(recipient_kind=kind), other, now=NOW, idempotent=False, closed_codes=("-230",)
    )
    assert change.state == "not_now"


def test_nothing_is_put_off_beyond_its_time():
    soon = row(expires_at=NOW + timedelta(seconds=30))
    change = judge_outcome(soon, Outcome("retry", after_seconds=90), now=NOW, idempotent=False)
    assert (change.state, change.code) == ("rejected", "expired")
    later = judge_outcome(
        soon, Outcome("not_now", until=NOW + timedelta(hours=1)), now=NOW, idempotent=False
    )
    assert later.state == "rejected"


@pytest.mark.parametrize(
    ("until", "kind", "is_urgent", "comes"),
    [
        ((2, 0, 5), "subscription", False, (2, 6, 0)),
        ((2, 0, 5), "group", False, (2, 6, 0)),
        ((2, 0, 5), "lead", False, (2, 6, 0)),
        ((1, 22, 30), "subscription", False, (2, 6, 0)),
        ((2, 6, 0), "subscription", False, (2, 6, 0)),
        ((1, 21, 30), "subscription", False, (1, 21, 30)),
        ((2, 0, 5), "subscription", True, (2, 0, 5)),
        # A person who wrote, and officers who are called, wait for an answer.
        ((2, 0, 5), "conversation", False, (2, 0, 5)),
        ((2, 0, 5), "pager", False, (2, 0, 5)),
    ],
)
def test_what_a_quota_puts_off_to_midnight_comes_after_the_quiet_hours(
    until, kind, is_urgent, comes
):
    now = datetime(2026, 12, 1, 20, 0, tzinfo=times.VIETNAM)
    due, expected = (datetime(2026, 12, *moment, tzinfo=times.VIETNAM) for moment in (until, comes))
    change = judge_outcome(
        row(recipient_kind=kind, is_urgent=is_urgent),
        Outcome("not_now", until=due),
        now=now,
        idempotent=False,
    )
    assert change.state == "not_now"
    assert now + timedelta(seconds=change.again_after) == expected


def test_a_correction_that_is_put_off_waits_for_no_morning():
    now = datetime(2026, 12, 1, 20, 0, tzinfo=times.VIETNAM)
    change = judge_outcome(
        row(priority=Priority.CORRECTION),
        Outcome("not_now", until=now + timedelta(hours=4)),
        now=now,
        idempotent=False,
    )
    assert change.again_after == 4 * 3600
