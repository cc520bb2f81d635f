"""Writing down what somebody asked to be told, in the caller's transaction.

They are people alone: with the end of the row their address and the words are forgotten.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from keng.delivery.actions.sealed_messages import SealedMessage, write_sealed_messages
from keng.delivery.models import Dispatch
from keng.delivery.priorities import Priority
from keng.kit import times
from keng.network.models import Subscription

# As long as a provider holds it for a telephone that is off.
_WORTH_TELLING = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AskedMessage:
    """What one of them reads."""

    to: Subscription
    subject: str
    text: str = field(repr=False)


def write_asked_messages(
    notice: Dispatch, messages: Sequence[AskedMessage], *, priority: Priority
) -> int:
    """By the accounts that carry them; how many were written."""
    rows = [SealedMessage(one.to, one.to, one.subject, one.text) for one in messages]
    expires_at = times.now() + _WORTH_TELLING
    return write_sealed_messages(notice, rows, priority=priority, expires_at=expires_at)
