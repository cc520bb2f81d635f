"""What goes first where several rows wait for one account: the lower number.

One ladder for everybody who makes a delivery, statements of the edge included; see
docs/decisions/0042-what-goes-first.md.
"""

from enum import IntEnum


class Priority(IntEnum):
    """The rungs, first to last. Between two of them there is room for another."""

    CALL_OR_REPLY = 0
    """Officers called to a danger; a person's answer to a reporter."""
    FIRST_ANSWER = 5
    """What the machine answers whoever writes: how to reach 113, a receipt, a look-up."""
    CORRECTION = 6
    """A wrong text stands with somebody: its correction or recall, however urgent it was."""
    URGENT_WARNING = 7
    BULK = 9
    LETTER = 10
    """What anybody can have sent to an address: no warning waits behind it."""


REPLACES_A_TEXT = ("correction", "recall")
"""Kinds of dispatch to whoever got something before."""


def priority_to_many(kind: str, *, is_urgent: bool) -> Priority:
    """Of a dispatch to an audience."""
    if kind in REPLACES_A_TEXT:
        return Priority.CORRECTION
    return Priority.URGENT_WARNING if is_urgent else Priority.BULK
