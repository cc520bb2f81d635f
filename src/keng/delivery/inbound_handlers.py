"""Who deals with an incoming message: the first handler that takes it has it.

Areas write handlers; which is asked first stands in keng.site.inbound_order.

A handler works in two steps, so that sealing is done while the database is busy with the batch
before: `prepare` turns one message into values (no I/O; what it needs was read by `refresh`), and
`statements` turns the prepared ones of a batch, in their order, into SQL that whoever owns a
connection runs in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from keng.delivery.inbound_message import InboundMessage


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

    def statements(self, prepared: Sequence[Any]) -> list[SqlStatement]:
        """One statement alone takes a row at most for each of the prepared ones.

        As many rows as messages then tell the edge that each of them was new.
        """
        ...


@cache
def handlers_in_order() -> tuple[InboundHandler, ...]:
    """Every handler of this process, made when the first of them is needed."""
    made: tuple[InboundHandler, ...] = import_string(settings.INBOUND_HANDLERS)()
    return made


def refresh_handlers() -> None:
    """Let every handler read what it needs; again from time to time."""
    for handler in handlers_in_order():
        handler.refresh()


def handler_of(message: InboundMessage, *, after: InboundHandler | None = None) -> InboundHandler:
    """The first handler that takes the message; the last one takes everything.

    With `after` the first behind that one: for whoever may find that a message is not for it.
    """
    handlers = handlers_in_order()
    first = handlers.index(after) + 1 if after else 0
    return next(handler for handler in handlers[first:] if handler.takes(message))
