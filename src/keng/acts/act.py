"""An act: its row says who may and how it stands on record; its function does it.

    # network/acts.py
    ADD_GROUP = Act(WORKING, {"group.added": _("Added a group")})

    # network/actions/groups.py
    @act(ADD_GROUP)
    def add_group(entry: GroupEntry, *, by: Officer) -> Group: ...

Whoever acts is given as `by=`; an act by a receipt, a link or a code has none.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.utils.module_loading import autodiscover_modules

from keng.acts.work import Right, run_work

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Every function that is an act, by `module.function`, and how what is done stands on record.
ACTS: dict[str, "Act"] = {}
_WORDS: "dict[str, str | _StrPromise]" = {}


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """One row of who may do what."""

    may: Right
    records: "Mapping[str, str | _StrPromise]" = field(default_factory=dict)
    """What it puts on record, and the words in which an auditor reads that. What acts inside this
    one record stands with them."""
    is_look: bool = False
    """Noted beside what somebody does, such as that they opened a page."""

    def __post_init__(self) -> None:
        name_records(self.records)


def name_records(words: "Mapping[str, str | _StrPromise]") -> None:
    """Say how something stands on record that no act of a person does, or that several do."""
    for action, sentence in words.items():
        if action in _WORDS:
            message = f"{action} has its words already"
            raise ValueError(message)
        _WORDS[action] = sentence


def record_words() -> "dict[str, str | _StrPromise]":
    """Every action that may stand on record, with its words, of every area that is installed."""
    autodiscover_modules("acts")
    return dict(_WORDS)


def act(row: Act, *, retry: bool = True) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Make a function the act of this row: one transaction, permission, order, on record last.

    `retry=False` for what reads something to its end, which a second try would find empty.
    """

    def decorate(do: Callable[_P, _R]) -> Callable[_P, _R]:
        name = f"{do.__module__}.{do.__qualname__}"

        @functools.wraps(do)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            return run_work(
                name,
                lambda: do(*args, **kwargs),
                right=row.may,
                by=kwargs.get("by"),
                retry=retry,
                is_asked_for=not row.is_look,
            )

        ACTS[name] = row
        return run

    return decorate
