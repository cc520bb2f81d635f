"""What every channel speaks: messages out, events in, and the wire between; values only, no I/O.

A channel is three pure things. `parse` verifies and reads what a provider posted to us. `steps` is
a generator that yields what must go over the wire and is sent back what came over it, until it
returns one Outcome; so an upload before a message, or the one permitted fall-back, is ordinary code
and only the sender owns sockets:

    wire = begin(steps)
    while not isinstance(wire, Outcome):
        wire = proceed(steps, talk(wire))

(When the connection breaks: outcome_of_transport_failure, and the steps are closed.)

`transport` says what `steps` yields and expects: http Request/Reply, smtp Mail/MailReply,
table Row/Written; a channel with transport none is carried by people and yields nothing.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar

from keng.channels.events import (
    CONTENT_KINDS,
    MAX_WEBHOOK_BODY,
    RECEIVES_NOTHING,
    Event,
    EventKind,
    Media,
    ParsedCall,
    header_value,
)
from keng.channels.facts import Facts
from keng.channels.outcomes import OUTCOME_KINDS, Outcome, OutcomeKind, outcome_of_transport_failure
from keng.channels.wire import (
    Address,
    Mail,
    MailReply,
    OutgoingMessage,
    RecordWritten,
    Reply,
    Request,
    SmtpStage,
    TableRecord,
)

__all__ = [
    "CONTENT_KINDS",
    "MAX_WEBHOOK_BODY",
    "OUTCOME_KINDS",
    "RECEIVES_NOTHING",
    "Address",
    "AnyChannel",
    "Capabilities",
    "Channel",
    "Credentials",
    "Event",
    "EventKind",
    "HandChannel",
    "HttpChannel",
    "Mail",
    "MailReply",
    "Media",
    "Outcome",
    "OutcomeKind",
    "OutgoingMessage",
    "ParsedCall",
    "RecordWritten",
    "Reply",
    "Request",
    "SmtpChannel",
    "SmtpStage",
    "TableChannel",
    "TableRecord",
    "begin_steps",
    "continue_steps",
    "header_value",
    "outcome_of_transport_failure",
]


class Credentials(dict[str, str]):
    """Settings and secrets of one channel account; printing it shows the names only."""

    def __repr__(self) -> str:
        return f"Credentials({', '.join(sorted(self))})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do."""

    can_person: bool = False
    can_group: bool = False
    can_receive: bool = False
    takes_receipts: bool = False
    """Each message has an address of its own, at which the provider says what became of it:
    `/hooks/<channel>/<account>/<rest>`, by GET or POST (`events.PATH_HEADER`)."""
    rate_per_minute: int = 0
    """How many messages an account of it may send, until an operator says otherwise; 0: any."""
    idempotent: bool = False
    """The recipient sees one message even if the same reference is sent twice."""
    any_account_reaches: bool = False
    """A person's address is good for every account of the channel, as a mailbox is; where each
    account knows people by numbers of its own, only the account that somebody wrote to."""
    open_for: timedelta | None = None
    """For how long after their last message people may be written to; None: for ever."""
    free_for: timedelta | None = None
    """For how much of that time the provider charges nothing; None: it never does."""
    closed_codes: tuple[str, ...] = ()
    """By which codes of a refusal it says that this time is over."""
    changes_posts_at: str = ""
    """At which addresses (as LIKE has them) what it posted can be changed and deleted: there a
    correction or a recall begins with that."""


WireT_co = TypeVar("WireT_co", covariant=True)
AnswerT_contra = TypeVar("AnswerT_contra", contravariant=True)


class Channel(Protocol[WireT_co, AnswerT_contra]):
    """One way to reach people; see the module's documentation."""

    code: str
    can: Capabilities
    facts: Facts

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall: ...

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[WireT_co, AnswerT_contra, Outcome]: ...


class HttpChannel(Channel[Request, Reply], Protocol):
    transport: Literal["http"]


class SmtpChannel(Channel[Mail, MailReply], Protocol):
    transport: Literal["smtp"]


class TableChannel(Channel[TableRecord, RecordWritten], Protocol):
    transport: Literal["table"]


class HandChannel(Channel[TableRecord, RecordWritten], Protocol):
    transport: Literal["none"]


AnyChannel = HttpChannel | SmtpChannel | TableChannel | HandChannel

W = TypeVar("W")
A = TypeVar("A")


def begin_steps(steps: Generator[W, A, Outcome]) -> W | Outcome:
    """The first thing to put on the wire, or the outcome when there is nothing to put there."""
    try:
        return next(steps)
    except StopIteration as end:
        return _outcome_in(end)


def continue_steps(steps: Generator[W, A, Outcome], answer: A) -> W | Outcome:
    """What follows this answer: more for the wire, or the outcome."""
    try:
        return steps.send(answer)
    except StopIteration as end:
        return _outcome_in(end)


def _outcome_in(end: StopIteration) -> Outcome:
    if not isinstance(end.value, Outcome):  # a channel that forgot to return is a bug, say so
        raise TypeError("a channel ended its steps without an outcome")
    return end.value
