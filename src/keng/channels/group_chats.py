"""Group chats that an account itself has at its provider: listed, looked at, and made.

Pure as everything here. A group is made in a slot that is paid for, and a slot takes one group: so
the slot is what keeps a try that was cut off from making a second one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keng.channels.outcomes import Outcome
from keng.channels.text import one_line
from keng.channels.wire import Reply, Request

LONGEST_GROUP_NAME = 100


def comparable_group_name(name: str) -> str:
    """The same for two spellings of one name: a provider composes its letters, and may cut it."""
    return one_line(name, LONGEST_GROUP_NAME).casefold()


@dataclass(frozen=True, slots=True)
class ProviderGroup:
    """One group as the provider describes it: a count of members, never who they are."""

    address: str
    name: str
    is_enabled: bool
    """False where what was paid for it has ended: nothing can be posted there."""
    member_count: int | None = None
    link: str = field(default="", repr=False)
    """By which people join."""


@dataclass(frozen=True, slots=True)
class ProviderGroupPage:
    """Some of the groups; `offset` of the next ones, None after the last."""

    groups: tuple[ProviderGroup, ...]
    next_offset: int | None


@dataclass(frozen=True, slots=True)
class GroupSlot:
    """Room for one group, and the address of the one that has it ("" where it is free)."""

    slot_id: str
    used_by: str


@dataclass(frozen=True, slots=True)
class GroupApi:
    """How a provider is asked about the groups of an account; each time of its credentials."""

    sizes: Mapping[str, int]
    """How many people each size that is sold takes, by the provider's word; the usual one first."""
    list_request: Callable[[Mapping[str, str], int], Request]
    read_list: Callable[[Reply, datetime, int], ProviderGroupPage | Outcome]
    look_request: Callable[[Mapping[str, str], str], Request]
    """At one group, by its address."""
    read_look: Callable[[Reply, datetime], ProviderGroup | Outcome]
    """An outcome "gone" says that the account has no such group."""
    slot_requests: Callable[[Mapping[str, str], str], tuple[Request, ...]]
    """Of one size; each answer lists some of them."""
    read_slots: Callable[[Reply, datetime], tuple[GroupSlot, ...] | Outcome]
    make_request: Callable[[Mapping[str, str], str, str, str], Request]
    """In a slot, with a name and a description. Raises CannotAsk."""
    read_made: Callable[[Reply, datetime], ProviderGroup | Outcome]
    slot_filled_codes: frozenset[str]
    """Of outcomes that say only that there is a group in the slot by now."""
