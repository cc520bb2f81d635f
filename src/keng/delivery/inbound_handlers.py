"""Who deals with an incoming message: areas register a handler, the first that takes it has it.

A handler works in two steps, so that sealing is done while the database is busy with the batch
before: `prepare` turns one message into values (no I/O; what it needs was read by `refresh`), and
`statements` turns the prepared ones of a batch, in their order, into SQL that whoever owns a
connection runs in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from keng.delivery.inbound_message import InboundMessage

HANDLER_ORDER = ("receipt", "survey", "stop", "look_up", "new_tip", "tip", "kept")
"""Which kinds of handler there may be, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """SQL with its values; the values hold sealed and hashed things, and never show themselves."""

    sql: str = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)


class InboundHandler(Protocol):
    """See the module's documentation."""

    name: str

    def refresh(self) -> None: ...

    def takes(self, message: InboundMessage) -> bool: ...

    def prepare(self, message: InboundMessage) -> Any: ...

    def statements(self, prepared: Sequence[Any], *, lane: int) -> list[SqlStatement]: ...


_handlers: dict[str, InboundHandler] = {}


def register_handler(handler: InboundHandler) -> None:
    """Add an area's handler, from its AppConfig.ready."""
    if handler.name not in HANDLER_ORDER:
        raise ValueError(f"no place for {handler.name} in the order of handlers")
    _handlers[handler.name] = handler


def refresh_handlers() -> None:
    """Let every handler read what it needs; again from time to time."""
    for handler in _handlers.values():
        handler.refresh()


def handler_of(message: InboundMessage, *, after: str = "") -> InboundHandler:
    """The first handler that takes the message; the last one takes everything.

    With `after` the first behind that one: for whoever may find that a message is not for it.
    """
    for name in HANDLER_ORDER[HANDLER_ORDER.index(after) + 1 :] if after else HANDLER_ORDER:
        handler = _handlers.get(name)
        if handler is not None and handler.takes(message):
            return handler
    raise LookupError("no handler is registered")
