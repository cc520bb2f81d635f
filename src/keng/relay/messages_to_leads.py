"""The machine's messages to leads: which there are of a task, what came of them, how they end.

Each is a delivery of its own beside those of the warning: nobody counts it among whom that reached.
"""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from keng.delivery.actions.calling_off import MESSAGES_TO_LEADS, call_off_deliveries
from keng.delivery.audience import channel_labels
from keng.delivery.models import Delivery, RelayTask
from keng.delivery.queries.outcomes import COLUMN_OF_STATE, QUIET_HOURS, reason_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

ABOUT_ERASING = "lead_erasing"
"""The `source_kind` of what a lead is told whose link asked for their erasing."""
_TO_LEADS = Q(recipient_kind=Delivery.RecipientKind.LEAD)
_ARRIVED = ("sent", "delivered", "read")
# What waits, is under way or arrived: nobody else has to tell the lead.
_ON_ITS_WAY = ("queued", "leased", *_ARRIVED)


@dataclass(frozen=True, slots=True)
class MessageToLead:
    """What became of the last message about one dispatch to one lead."""

    channel: str
    state: str
    code: str
    at: datetime.datetime

    @property
    def channel_words(self) -> str:
        return channel_labels().get(self.channel, self.channel)

    @property
    def column(self) -> str:
        """arrived, sent, waiting, later, unknown or failed, as other deliveries are counted."""
        return COLUMN_OF_STATE[self.state]

    @property
    def is_on_its_way(self) -> bool:
        """Whether no officer has to tell the lead.

        What the channel puts off is tried again by itself, and when it goes nobody knows; what
        waits for the hours that the lead chose goes then.
        """
        is_in_quiet_hours = self.state == Delivery.State.NOT_NOW and self.code == QUIET_HOURS
        return self.state in _ON_ITS_WAY or is_in_quiet_hours

    @property
    def words(self) -> str:
        """What became of it, and why where it did not arrive."""
        if self.column in ("later", "unknown", "failed"):
            return reason_words(self.state, self.code)
        return str(Delivery.State(self.state).label)


def messages_about_tasks() -> "QuerySet[Delivery]":
    """Of a row of tasks (OuterRef): the messages to its lead about its dispatch."""
    return Delivery.objects.filter(
        _TO_LEADS,
        recipient_ref=OuterRef("lead_id"),
        dispatch__source_kind=MESSAGES_TO_LEADS,
        dispatch__source_ref=OuterRef("dispatch_id"),
    )


def told_by_machine(*, before: datetime.datetime) -> Exists:
    """Of a row of tasks: whether a message about it left before this moment."""
    return Exists(messages_about_tasks().filter(state__in=_ARRIVED, settled_at__lt=before))


def put_off_and_told_by_hand() -> "QuerySet[Delivery]":
    """What a channel puts off, to leads whom an officer has told meanwhile."""
    told = RelayTask.objects.filter(
        dispatch=OuterRef("dispatch__source_ref"),
        lead=OuterRef("recipient_ref"),
        handed_out_at__isnull=False,
    )
    return Delivery.objects.filter(
        _TO_LEADS,
        Exists(told),
        dispatch__source_kind=MESSAGES_TO_LEADS,
        state=Delivery.State.NOT_NOW,
    ).exclude(code=QUIET_HOURS)


def last_messages(
    dispatches: Iterable[uuid.UUID],
) -> dict[tuple[uuid.UUID, uuid.UUID], MessageToLead]:
    """By dispatch and lead, the last message of each."""
    found = (
        Delivery.objects.filter(
            _TO_LEADS,
            dispatch__source_kind=MESSAGES_TO_LEADS,
            dispatch__source_ref__in=list(dispatches),
        )
        .order_by("id")
        .values_list(
            "dispatch__source_ref", "recipient_ref", "channel", "state", "code", "created_at"
        )
    )
    return {
        (source, lead): MessageToLead(channel, state, code, at)
        for source, lead, channel, state, code, at in found
        if source is not None
    }


def call_off_messages(lead_id: uuid.UUID) -> int:
    """What waits for a lead who takes part no more never leaves; how many."""
    return call_off_deliveries(Delivery.objects.filter(_TO_LEADS, recipient_ref=lead_id))


def no_message_words() -> str:
    """Of a lead whom the machine does not write to."""
    return _("an officer tells them")
