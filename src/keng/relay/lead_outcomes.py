"""How the leads of one dispatch were told: counted by way, and by name those of the own desk.

Who answers to another lead is counted and not named: only their direct superior sees who it is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keng.delivery.models import Dispatch, RelayTask
from keng.kit.sql_names import by_given_name
from keng.network.models import Lead
from keng.relay.messages_to_leads import MessageToLead, last_messages, no_message_words

if TYPE_CHECKING:
    import uuid

    from keng.accounts.models import Officer

_SHOWN = 50


@dataclass(slots=True)
class WayCount:
    """One way of telling leads, and what came of it."""

    label: str
    told: int = 0
    waiting: int = 0
    failed: int = 0
    """Not arrived, or nobody knows: these stand on the hand-out list until an officer told them."""

    @property
    def total(self) -> int:
        return self.told + self.waiting + self.failed


@dataclass(frozen=True, slots=True)
class LeadOutcome:
    """One lead who answers to the desk itself."""

    lead: Lead
    message: MessageToLead | None
    is_handed_out: bool
    """An officer told them by hand."""

    @property
    def is_told(self) -> bool:
        return self.is_handed_out or _has_left(self.message)


@dataclass(frozen=True, slots=True)
class LeadOutcomes:
    """The whole of a dispatch."""

    ways: tuple[WayCount, ...]
    leads: tuple[LeadOutcome, ...]
    more: int
    """Leads of the desk beyond those that are listed."""
    below: int
    """Leads who answer to another lead, or to another desk: counted alone."""

    @property
    def leads_asked(self) -> int:
        return sum(way.total for way in self.ways)


def outcome_of_leads(dispatch: Dispatch, *, officer: "Officer") -> LeadOutcomes:
    """Three queries, whatever the number of leads."""
    tasks = (
        RelayTask.objects.visible_to(officer)
        .filter(dispatch=dispatch)
        .values_list("lead_id", "handed_out_at", "lead__above_id", "lead__unit_id")
        .order_by("id")
    )
    messages = last_messages([dispatch.pk])
    ways: dict[str, WayCount] = {}
    own: dict[uuid.UUID, bool] = {}
    asked: set[uuid.UUID] = set()
    for lead, handed_out_at, above, unit in tasks:
        if lead in asked:
            continue
        asked.add(lead)
        message = messages.get((dispatch.pk, lead))
        is_by_hand = handed_out_at is not None
        _count(ways, message, is_by_hand=is_by_hand)
        if above is None and unit in officer.own_unit_ids:
            own[lead] = is_by_hand
    named = Lead.objects.filter(pk__in=own).order_by(*by_given_name(), "pk")[:_SHOWN]
    leads = [
        LeadOutcome(lead, messages.get((dispatch.pk, lead.pk)), is_handed_out=own[lead.pk])
        for lead in named
    ]
    return LeadOutcomes(
        tuple(ways[label] for label in sorted(ways)),
        tuple(leads),
        len(own) - len(leads),
        len(asked) - len(own),
    )


def _count(ways: dict[str, WayCount], message: MessageToLead | None, *, is_by_hand: bool) -> None:
    label = message.channel_words if message else no_message_words()
    way = ways.setdefault(label, WayCount(label))
    if is_by_hand or _has_left(message):
        way.told += 1
    elif message and not message.is_on_its_way:
        way.failed += 1
    else:
        way.waiting += 1


def _has_left(message: MessageToLead | None) -> bool:
    return message is not None and message.column in ("arrived", "sent")
