"""A unit of work: one transaction that asks for permission, and puts on record last of all."""

import functools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import OperationalError, connection, transaction

from keng.acts.errors import NotAllowed, TryAgain
from keng.audit import actions as audit
from keng.kit import busy

_P = ParamSpec("_P")
_R = TypeVar("_R")

_DEADLOCK, _SERIALIZATION = "40P01", "40001"
# The other one is through by then, and nothing of the first try is left.
_ONCE_MORE = frozenset({_DEADLOCK, _SERIALIZATION})


class Right(Protocol):
    """Who may do something: asked with whoever acts."""

    @property
    def is_by_secret(self) -> bool:
        """Whether holding a secret (a receipt, a link, a code) is the permission."""

    def includes(self, actor: Any, /) -> bool:
        """Whether the actor is one of these anywhere."""

    def reaches(self, actor: Any, owner_id: uuid.UUID, /) -> bool:
        """Whether the actor is one of these for what this unit or partner owns."""


class PermissionNotAsked(AssertionError):
    """A fault of the code: an act came to its end and nobody had asked whether it may be done."""


class Work:
    """What one act, or one portion of the machine's work, has done so far."""

    def __init__(
        self,
        name: str,
        *,
        right: Right | None = None,
        by: object = None,
        outer: "Work | None" = None,
    ) -> None:
        self.name = name
        self.right = right
        self.by = by
        # How far the locks have come (keng.acts.locks): parts of an act share its transaction.
        self.locks: list[str] = outer.locks if outer else []
        self._has_asked = right is None or right.is_by_secret

    def ask_over(self, owner_id: uuid.UUID) -> None:
        """Raise NotAllowed unless whoever acts may do this over what the owner has."""
        if self.right is not None and not self.right.is_by_secret:
            self._refuse_unless(self.right.reaches(self.by, owner_id))

    def ask_anywhere(self) -> None:
        """Raise NotAllowed unless whoever acts may do this somewhere."""
        if self.right is not None and not self.right.is_by_secret:
            self._refuse_unless(self.right.includes(self.by))

    def must_have_asked(self) -> None:
        """Raise PermissionNotAsked: what was forgotten is nothing that anybody may do."""
        if not self._has_asked:
            raise PermissionNotAsked(self.name)

    def _refuse_unless(self, is_allowed: bool) -> None:
        self._has_asked = True
        if not is_allowed:
            raise NotAllowed


_current: ContextVar[Work | None] = ContextVar("keng.work", default=None)


def current_work() -> Work | None:
    """The innermost act or portion of work that goes on, if any."""
    return _current.get()


def permit_over(owner_id: uuid.UUID) -> None:
    """Ask whether this may be done over what the unit or partner owns. Raises NotAllowed.

    Ask with the row locked, or for a unit in whose name something new begins. What the machine does
    by itself asks nobody.
    """
    if work := current_work():
        work.ask_over(owner_id)


def permit_anywhere() -> None:
    """Ask whether whoever acts may do this at all: it is about no unit's rows, or about their own.

    Raises NotAllowed.
    """
    if work := current_work():
        work.ask_anywhere()


@contextmanager
def savepoint() -> Iterator[None]:
    """What may fail inside a unit of work and be caught: its writes and entries go together."""
    with audit.entries_of_savepoint(), transaction.atomic():
        yield


def work(*, retry: bool = True) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """For what the machine or the console does: one transaction, on record last, nobody asked."""

    def decorate(do: Callable[_P, _R]) -> Callable[_P, _R]:
        name = f"{do.__module__}.{do.__qualname__}"

        @functools.wraps(do)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            return run_work(name, lambda: do(*args, **kwargs), retry=retry)

        return run

    return decorate


def run_work(
    name: str,
    do: Callable[[], _R],
    *,
    right: Right | None = None,
    by: object = None,
    retry: bool = True,
) -> _R:
    """Do it in one transaction: this one, or the one that goes on already.

    What met a deadlock is tried once more, since the other one is through by then. Raises TryAgain
    where the database waited too long for somebody, and PermissionNotAsked.
    """
    if connection.in_atomic_block:
        return _run_once(name, do, right, by)
    for is_last in (False, True) if retry else (True,):
        try:
            return _run_once(name, do, right, by)
        except OperationalError as error:
            if not is_last and busy.sqlstate_of(error) in _ONCE_MORE:
                continue
            if busy.is_passing_error(error):
                raise TryAgain from error
            raise
    raise AssertionError(name)


def _run_once(name: str, do: Callable[[], _R], right: Right | None, by: object) -> _R:
    outer = _current.get()
    mine = Work(name, right=right, by=by, outer=outer)
    token = _current.set(mine)
    try:
        if outer is not None:
            # A savepoint of the other act: what is refused, and caught there, leaves nothing.
            with savepoint():
                return _do_asked(do, mine)
        with audit.entries_last(), transaction.atomic():
            result = _do_asked(do, mine)
            audit.write_entries()
            return result
    finally:
        _current.reset(token)


def _do_asked(do: Callable[[], _R], mine: Work) -> _R:
    result = do()
    mine.must_have_asked()
    return result
