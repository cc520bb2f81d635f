"""Ordinary chat groups that no interface reaches: a person carries the message and confirms it."""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from keng.channels.base import (
    RECEIVES_NOTHING,
    Address,
    Capabilities,
    Outcome,
    OutgoingMessage,
    ParsedCall,
    RecordWritten,
    TableRecord,
)
from keng.channels.facts import Facts

BY_HAND = "by_hand"
"""What a group that no machine reaches has as its channel; rules of the database ask for it."""


class ByHand:
    """A delivery here waits for a lead; the sender never leases one."""

    code = BY_HAND
    transport: Literal["none"] = "none"
    can = Capabilities(can_person=True, can_group=True)
    facts = Facts(
        name=_("Ordinary groups, passed on by hand"),
        origin=_("an officer's hand"),
        group_name=_("Ordinary chat group: a lead posts there by hand"),
        cell_words=("by hand", "chuyen tay"),
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return RECEIVES_NOTHING

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[TableRecord, RecordWritten, Outcome]:
        """Nothing to send: ends at once, and says that a person has to."""
        yield from ()
        return Outcome("not_now", reason="a person carries this")
