"""From an adapter's outcome to a row's state: one table, no exceptions elsewhere."""

import random
from collections.abc import Collection
from datetime import datetime, timedelta

from keng.channels.base import Outcome
from keng.delivery.models import Delivery
from keng.delivery.models.outbound import LONGEST_PROVIDER_ID
from keng.delivery.priorities import Priority
from keng.delivery.sender.rows import LONGEST_WAIT, MOST_TRIES, DeliveryChange, LeasedDelivery
from keng.kit import times
from keng.network.models import QUIET_FROM, QUIET_TO

# A conversation that is closed on this channel opens again when the person writes; look now and
# then, and more and more seldom.
_CLOSED_FOR = 6 * 3600.0
# They did not ask this moment: what the channel puts off into the night comes in the morning.
_NOT_AT_NIGHT = frozenset(
    {
        Delivery.RecipientKind.GROUP,
        Delivery.RecipientKind.SUBSCRIPTION,
        Delivery.RecipientKind.LEAD,
    }
)
_SETTLED = {
    "sent": "sent",
    "unknown": "unknown",
    "gone": "gone",
    "reject": "rejected",
}


def judge_outcome(
    row: LeasedDelivery,
    outcome: Outcome,
    *,
    now: datetime,
    idempotent: bool,
    closed_codes: Collection[str] = (),
    milliseconds: int = 0,
    http_status: int | None = None,
) -> DeliveryChange:
    """What becomes of the row. `idempotent`: sending the same reference again shows it once.

    By `closed_codes` the channel says that it is closed until the person writes.
    """
    kind = "retry" if outcome.kind == "unknown" and idempotent else outcome.kind
    code = _shortened(outcome.code or outcome.reason, 40)
    if row.recipient_kind == Delivery.RecipientKind.LEAD and outcome.code in closed_codes:
        # Their next way is an officer, who tells them now: a machine days later would tell them
        # twice.
        kind = "reject"
    if kind in _SETTLED:
        return DeliveryChange(
            row.id,
            _SETTLED[kind],
            outcome.kind,
            provider_id=_shortened(outcome.provider_id, LONGEST_PROVIDER_ID),
            code=code,
            milliseconds=milliseconds,
            http_status=http_status,
        )
    state, wait, counts = _put_off(row, outcome, kind, now)
    if wait is None:
        state, code = "rejected", "gave_up"
    elif row.expires_at and (row.expires_at - now).total_seconds() <= wait:
        state, code, wait = "rejected", "expired", None
    return DeliveryChange(
        row.id,
        state,
        outcome.kind,
        provider_id=_shortened(outcome.provider_id, LONGEST_PROVIDER_ID),
        code=code,
        again_after=wait,
        milliseconds=milliseconds,
        http_status=http_status,
        counts=counts,
    )


def _put_off(
    row: LeasedDelivery, outcome: Outcome, kind: str, now: datetime
) -> tuple[str, float | None, bool]:
    """State, seconds until the next try (None: no more), and whether this one counts as a try."""
    if kind == "not_now":
        if outcome.until:
            until = outcome.until
            # A correction and a recall wait for no morning, however urgent the text was.
            may_wait = not row.is_urgent and row.priority > Priority.URGENT_WARNING
            if may_wait and row.recipient_kind in _NOT_AT_NIGHT:
                until = _after_quiet_hours(until)
            return "not_now", max((until - now).total_seconds(), 1.0), True
        return "not_now", _CLOSED_FOR * 2 ** min(max(0, row.attempts - 1), 5), True
    if kind == "config" and outcome.scope == "account":
        # Nothing is wrong with this delivery: it waits until the account is mended.
        return "queued", 60.0, False
    if kind == "config":
        return "not_now", LONGEST_WAIT, True
    if outcome.blames_provider:
        return "queued", max(float(outcome.after_seconds or 0), 1.0), False
    if row.attempts >= MOST_TRIES:
        return "rejected", None, True
    return "queued", max(float(outcome.after_seconds or 0), retry_delay(row.attempts)), True


def _after_quiet_hours(moment: datetime) -> datetime:
    """The same, or the morning after: a quota of a day is open again just after midnight."""
    local = moment.astimezone(times.VIETNAM)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return moment
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_TO, times.VIETNAM)


def retry_delay(attempts: int) -> float:
    """Two seconds, doubled with every try, an hour at most, a fifth more or less."""
    doubled = 2.0 * 2.0 ** min(max(0, attempts - 1), 20)
    return min(doubled, LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311


def _shortened(said: str, most: int) -> str:
    """As much of a provider's words as the row has room for; PostgreSQL keeps no NUL."""
    return said.replace("\0", "")[:most]
