"""What came of a dispatch: a table by channel that balances, and why something did not arrive."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.delivery.audience import channel_labels
from keng.delivery.models import Attempt, Delivery, Dispatch, RelayTask
from keng.delivery.models.relay import CLOSING_REASONS

NO_ACCOUNT = "no_account"
"""The code of a row that no account could carry."""
QUIET_HOURS = "quiet_hours"
"""Of one that waits until somebody wants messages again; it stays when the row was called off."""
NOT_DELIVERED = "not_delivered"
"""Of one that a gateway took, and of which it said later that it did not arrive."""
PUT_OFF = "put_off"
"""Of an urgent one that its channel put off for too long: another way took it."""
OUTCOME_COLUMNS = ("arrived", "sent", "waiting", "later", "unknown", "failed")
# Every state of a delivery belongs to exactly one column: a test holds it.
COLUMN_OF_STATE = {
    "delivered": "arrived",
    "read": "arrived",
    "relayed": "arrived",
    "sent": "sent",
    "queued": "waiting",
    "leased": "waiting",
    "not_now": "later",
    "unknown": "unknown",
    "gone": "failed",
    "rejected": "failed",
    "cancelled": "failed",
}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One channel of the table, or its sum."""

    label: str
    arrived: int = 0
    sent: int = 0
    waiting: int = 0
    later: int = 0
    unknown: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, name) for name in OUTCOME_COLUMNS)


@dataclass(frozen=True, slots=True)
class OutcomeReason:
    """Why some recipients have nothing yet, or never will."""

    column: str
    state: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class DispatchOutcome:
    """The whole of a dispatch."""

    rows: tuple[OutcomeRow, ...]
    total: OutcomeRow
    reasons: tuple[OutcomeReason, ...]
    by_hand_waiting: int
    """Groups by hand in which it is not posted yet, whoever should do it."""
    by_hand_leadless: int
    """Of these, those for whom nobody is asked, or whoever was asked has refused."""
    last_change: datetime.datetime | None
    posts: tuple[tuple[str, int], ...] = ()
    """What became of earlier posts on pages, and of how many."""
    may_have_come_twice: int = 0
    """Recipients whom it may have reached twice."""

    @property
    def is_moving(self) -> bool:
        """A machine still sends. Who passes it on by hand may take days: nothing waits for that."""
        return self.total.waiting > self.by_hand_waiting

    @property
    def unsent(self) -> int:
        """What can still be stopped."""
        return self.total.waiting + self.total.later

    @property
    def for_leads(self) -> int:
        """Groups that a lead still has to post it in."""
        return self.by_hand_waiting - self.by_hand_leadless

    @property
    def reached(self) -> int:
        """Arrived, or handed to a channel that tells no more."""
        return self.total.arrived + self.total.sent


def outcome_of_dispatch(dispatch: Dispatch) -> DispatchOutcome:
    """The outcome of one dispatch. Only first parts count, so nobody counts twice."""
    return outcome_of_dispatches([dispatch.pk])


def outcome_of_dispatches(dispatch_ids: list[uuid.UUID]) -> DispatchOutcome:
    """The same for several dispatches together."""
    counted = list(
        Delivery.objects.filter(dispatch__in=dispatch_ids, part=1)
        .values("channel", "recipient_kind", "state", "code")
        .annotate(count=Count("id"), changed=Max("settled_at"))
        .order_by("channel", "recipient_kind", "state", "code")
    )
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for one in counted:
        row = cells.setdefault(
            (one["channel"], one["recipient_kind"]), dict.fromkeys(OUTCOME_COLUMNS, 0)
        )
        row[COLUMN_OF_STATE[one["state"]]] += one["count"]
    rows = tuple(OutcomeRow(_row_label(*key), **cell) for key, cell in cells.items())
    sums = {name: sum(getattr(row, name) for row in rows) for name in OUTCOME_COLUMNS}
    changed = [one["changed"] for one in counted if one["changed"]]
    return DispatchOutcome(
        rows,
        OutcomeRow(_("Sum"), **sums),
        _reasons(counted),
        sum(
            one["count"]
            for one in counted
            if one["channel"] == BY_HAND and one["state"] == Delivery.State.QUEUED
        ),
        _leadless(dispatch_ids),
        max(changed, default=None),
        _posts_changed(counted),
        may_have_come_twice(dispatch_ids).count(),
    )


def may_have_come_twice(dispatch_ids: list[uuid.UUID]) -> QuerySet[Delivery]:
    """What may have arrived twice: nobody knows of one try, and a later one was made.

    That is what a killed sender left, where it was urgent, and what a person sent again. Where a
    channel shows one reference once, no second message is seen.
    """
    tries = Attempt.objects.filter(delivery_ref=OuterRef("pk"))
    # Of each row that was tried more than once, by its key: as a condition the database would join
    # it, and read every try of everybody.
    unknown = tries.filter(outcome="unknown").order_by().values("pk")[:1]
    may_have_arrived = (
        tries.filter(outcome__in=("sent", "unknown"))
        .alias(began_at=F("at") - F("milliseconds") * datetime.timedelta(milliseconds=1))
        # A slow sender's own late word is of the try whose lease ended, and counts with it.
        .exclude(Exists(_lease_ended_meanwhile()), outcome="sent")
        .order_by()
        .values("delivery_ref")
        .annotate(count=Count("id"))
        .values("count")
    )
    return (
        Delivery.objects.filter(dispatch__in=dispatch_ids, part=1, attempts__gt=1)
        .exclude(channel__in=channels.codes_where(lambda channel: channel.can.idempotent))
        .alias(unknown=Subquery(unknown))
        .filter(unknown__isnull=False)
        .annotate(arrivals=Subquery(may_have_arrived))
        .filter(arrivals__gt=1)
    )


def _lease_ended_meanwhile() -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        delivery_ref=OuterRef("delivery_ref"),
        code="lease_ended",
        at__gt=OuterRef("began_at"),
        at__lte=OuterRef("at"),
    )


def groups_without_account(dispatch: Dispatch) -> list[uuid.UUID]:
    """Those that no working account reached."""
    return list(
        Delivery.objects.filter(
            dispatch=dispatch,
            recipient_kind=Delivery.RecipientKind.GROUP,
            state=Delivery.State.REJECTED,
            code=NO_ACCOUNT,
        ).values_list("recipient_ref", flat=True)
    )


def _leadless(dispatch_ids: list[uuid.UUID]) -> int:
    asked = RelayTask.objects.filter(
        dispatch=OuterRef("dispatch"),
        group=OuterRef("recipient_ref"),
        lead__stopped_at__isnull=True,
    ).exclude(cannot_reason__in=CLOSING_REASONS)
    return Delivery.objects.filter(
        ~Exists(asked),
        dispatch__in=dispatch_ids,
        part=1,
        channel=BY_HAND,
        state=Delivery.State.QUEUED,
    ).count()


def _reaching_groups_and_people() -> list[str]:
    """By hand nobody but groups is reached."""
    return channels.codes_where(
        lambda channel: channel.can.can_group and channel.can.can_person and channel.code != BY_HAND
    )


def _row_label(channel: str, recipient_kind: str) -> str:
    label = channel_labels().get(channel, channel)
    if channel not in _reaching_groups_and_people():
        return label
    if recipient_kind == Delivery.RecipientKind.GROUP:
        return _("%(channel)s, groups") % {"channel": label}
    return _("%(channel)s, people") % {"channel": label}


def _reasons(counted: list[Any]) -> tuple[OutcomeReason, ...]:
    found: dict[tuple[str, str], int] = {}
    for one in counted:
        state = one["state"]
        if COLUMN_OF_STATE[state] in {"later", "unknown", "failed"}:
            key = (state, one["code"])
            found[key] = found.get(key, 0) + one["count"]
    return tuple(
        OutcomeReason(COLUMN_OF_STATE[state], state, reason_words(state, code), count)
        for (state, code), count in sorted(found.items())
    )


def _posts_changed(counted: list[Any]) -> tuple[tuple[str, int], ...]:
    words = {
        "post_changed": _("The post on the page says it now"),
        "post_replaced": _("The post on the page was deleted, and a new post says it"),
        "post_deleted": _("The post on the page was deleted"),
        "post_missing": _("The post was not on the page any more"),
        "article_changed": _("The article says it now; its readers are not told again"),
        "article_removed": _("The article was removed; its readers are not told again"),
    }
    found: dict[str, int] = {}
    for one in counted:
        if one["state"] == Delivery.State.SENT and one["code"] in words:
            found[one["code"]] = found.get(one["code"], 0) + one["count"]
    return tuple((words[code], count) for code, count in sorted(found.items()))


def reason_words(state: str, code: str) -> str:
    """Why a row ended as it did."""
    known = {
        ("not_now", QUIET_HOURS): _(
            "a time in which these people want no message; sent when it is over"
        ),
        ("rejected", NO_ACCOUNT): _("no working account of this channel"),
        ("rejected", NOT_DELIVERED): _("the gateway took it, and says that it did not arrive"),
        ("rejected", PUT_OFF): _("the channel put it off for longer than an urgent text waits"),
    }
    general = {
        "not_now": _("the channel does not take it at present; tried again by itself"),
        "unknown": _("the connection broke after it was handed over; it may have arrived"),
        "gone": _("the address exists no more"),
        "rejected": _("the channel refused it"),
        "cancelled": _("taken back before it was sent"),
    }
    if (state, code) in known:
        return known[state, code]
    words = general.get(state, state)
    return f"{words} ({code})" if code and code != QUIET_HOURS else words
