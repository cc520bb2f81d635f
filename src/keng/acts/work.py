"""A unit of work: one transaction that asks for permission, and puts on record last of all."""

import functools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import DatabaseError, connection, transaction

from keng.acts.errors import NotAllowed, TryAgain
from keng.audit import actions as audit
from keng.kit import busy
from keng.kit.refused_tries import RefusedTry, note_refused_try

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Deadlock, serialization, lock timeout: whoever stood in the way may be through by then, and
# nothing of the first try is left.
_ONCE_MORE = frozenset({"40P01", "40001", "55P03"})


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
        # In whose name rows are written: of whoever acts in it, else of what it is part of.
        self.actor: object = by if by is not None or outer is None else outer.actor
        # Parts of an act share its transaction, and so what this one keeps.
        self.whole: Work = outer.whole if outer else self
        self.locked: set[str] = set()
        self.may_repeat = True
        self._answers: dict[tuple[Right, object, uuid.UUID], bool] = {}
        self._has_asked = right is None or right.is_by_secret

    def ask_over(self, owner_id: uuid.UUID) -> None:
        """Raise NotAllowed unless whoever acts may do this over what the owner has."""
        right = self.right
        if right is None or right.is_by_secret:
            return
        # Two hundred tips of one desk are one question.
        known = self.whole._answers  # noqa: SLF001 -- its own class
        question = (right, self.by, owner_id)
        if question not in known:
            known[question] = right.reaches(self.by, owner_id)
        self._refuse_unless(known[question])

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
_has_committed: ContextVar[bool] = ContextVar("keng.has_committed", default=False)


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
    is_asked_for: bool = False,
) -> _R:
    """Do it in one transaction: this one, or the one that goes on already.

    What met a deadlock, or waited too long for a lock, is tried once more. Raises TryAgain where
    the database gave up again, or took too long, and PermissionNotAsked.
    """
    try:
        return _run(name, do, right=right, by=by, retry=retry, is_asked_for=is_asked_for)
    except NotAllowed as error:
        _note_refused(error, name, by)
        raise


def _note_refused(error: NotAllowed, name: str, by: object) -> None:
    """Once for what is refused, by the innermost act: an outer one may go on without it."""
    if error.is_noted:
        return
    error.is_noted = True
    # Which posts they hold may still have to be read, and the database may be what gave up.
    with suppress(DatabaseError):
        role = getattr(by, "role_names", "")
        note_refused_try(RefusedTry.NO_RIGHT, name.removeprefix("keng."), role=role)


def _run(
    name: str,
    do: Callable[[], _R],
    *,
    right: Right | None,
    by: object,
    retry: bool,
    is_asked_for: bool,
) -> _R:
    outer = _current.get()
    if outer is not None:
        # A savepoint of the other act: what is refused, and caught there, leaves nothing.
        outer.whole.may_repeat = outer.whole.may_repeat and retry
        part = Work(name, right=right, by=by, outer=outer)
        with savepoint(), _named_actor_of(part, outer):
            return _do_asked(do, part)
    for is_last in (False, True):
        work = Work(name, right=right, by=by)
        work.may_repeat = retry
        try:
            return _run_whole(do, work, is_asked_for=is_asked_for)
        except DatabaseError as error:
            # A transaction of the tests' cannot be begun again.
            may_repeat = work.may_repeat and not connection.in_atomic_block
            if may_repeat and not is_last and busy.sqlstate_of(error) in _ONCE_MORE:
                continue
            if busy.is_passing_error(error):
                raise TryAgain from error
            raise
    raise AssertionError(name)


def has_committed() -> bool:
    """Whether the last act that was begun since forget_commits came to its end."""
    return _has_committed.get()


def forget_commits() -> None:
    """A request begins: what comes to its end from now on was done for it."""
    _has_committed.set(False)


def _run_whole(do: Callable[[], _R], work: Work, *, is_asked_for: bool) -> _R:
    # Beside it a code is counted or a first look noted: nothing that anybody sent a form for.
    _has_committed.set(_has_committed.get() and not is_asked_for)
    with audit.entries_last(), transaction.atomic():
        if work.by is not None:
            name_actor(work.by)
        result = _do_asked(do, work)
        audit.write_entries()
    _has_committed.set(_has_committed.get() or is_asked_for)
    return result


@contextmanager
def _named_actor_of(part: Work, outer: Work) -> Iterator[None]:
    """An act inside what nobody or somebody else does is in the name of whoever acts there."""
    if part.actor == outer.actor:
        yield
        return
    name_actor(part.actor)
    yield
    # What failed takes its name with its savepoint.
    name_actor(outer.actor)


def name_actor(by: object) -> None:
    """Say to the database in whose name rows are written, until the transaction ends.

    What the machine does, or somebody with a receipt, is in no officer's name. The policies ask
    (keng.site.row_policies).
    """
    actor_id = "" if by is None else getattr(by, "pk", by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keng.actor', %s, true)", [str(actor_id)])


def _do_asked(do: Callable[[], _R], work: Work) -> _R:
    token = _current.set(work)
    try:
        result = do()
        work.must_have_asked()
    finally:
        _current.reset(token)
    return result
