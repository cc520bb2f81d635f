"""What open pages of the desk are told to look at anew: topics, and what a stream may carry.

A topic is a kind of change (an alarm, the list of tips) at a unit, or a kind alone. It names no
tip and nobody: a page that hears of one asks for what its officer may see.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

CHANGES_CHANNEL = "keng_changes"
# In the environment of a WSGI request: what its view grants a stream for.
STREAM_GRANT = "keng.stream_grant"
# PostgreSQL takes no payload of 8,000 bytes.
_MOST_PAYLOAD = 7_900
_APART = " "


class ChangeKind(StrEnum):
    """What a page looks at anew."""

    ALARM = "alarm"
    """Which critical tips ring at a unit."""
    EMERGENCY = "emergency"
    """Whether an opening waits for a second yes this minute."""
    TIPS = "tips"
    """What came into a unit's list."""

    def topic_of(self, unit_id: uuid.UUID) -> str:
        """The topic of this kind at a unit."""
        return f"{self}:{unit_id.hex}"


# Said every few seconds by whoever looks for changes, so that silence is known for what it is.
NOTHING_NEW = "-"


@dataclass(frozen=True, slots=True)
class StreamGrant:
    """For whose session a stream is opened, and what it may be told of."""

    session: str
    """The key of the session's row."""
    mark: str
    """What was true of the session (`accounts.session_marks`): another one ends the stream."""
    topics: frozenset[str]


def kind_of_topic(topic: str) -> str:
    """What a browser is told: the kind alone."""
    return topic.partition(":")[0]


def payloads(topics: Iterable[str]) -> list[str]:
    """The topics as payloads of notifications, as few as they fit in."""
    found: list[str] = []
    for topic in sorted(topics):
        if found and len(found[-1]) + len(_APART) + len(topic) <= _MOST_PAYLOAD:
            found[-1] += _APART + topic
        else:
            found.append(topic)
    return found


def topics_of_payload(payload: str) -> frozenset[str]:
    """The topics that a notification names."""
    return frozenset(payload.split(_APART)) - {NOTHING_NEW, ""}
