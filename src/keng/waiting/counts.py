"""How much waits for an officer, of each kind: one question, for the menu of every page."""

import datetime
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Value

from keng.accounts.models import Officer
from keng.accounts.sight import counting
from keng.accounts.who import HEARING_OBJECTIONS, VOUCHING
from keng.kit.compiled_queries import CompiledQuery
from keng.releases.reach import SETS, Reach, reach_of
from keng.waiting.kinds import KINDS, WaitingKind
from keng.waiting.listed import LISTED_KINDS

_BY_NAME = {kind.name: kind for kind in KINDS}


def kinds_for(officer: Officer) -> list[WaitingKind]:
    """The kinds that can wait for somebody of these posts."""
    are = {name for name, who in SETS.items() if who.includes(officer)}
    return [kind for kind in KINDS if are.intersection(kind.for_whom)]


def may_be_waited_for(officer: Officer) -> bool:
    """Whether anything can wait for somebody of these posts."""
    listed = (VOUCHING, HEARING_OBJECTIONS)
    return bool(kinds_for(officer)) or any(who.includes(officer) for who in listed)


@counting()
def counts_by_page(officer: Officer) -> Counter[str]:
    """How much waits, by the address (its name) that a menu shows it at."""
    if connection.needs_rollback:
        # The page of an error is drawn, too, where the database answers nothing more.
        return Counter()
    counted: Counter[str] = Counter()
    for name, count in _counts_by_kind(kinds_for(officer), reach_of(officer)):
        counted[_BY_NAME[name].page] += count
    for listed in LISTED_KINDS:
        counted[listed.page] += len(listed.lines(officer))
    return counted


def _counts_by_kind(kinds: Iterable[WaitingKind], reach: Reach) -> list[tuple[Any, ...]]:
    names = tuple(kind.name for kind in kinds)
    if not names:
        return []
    ends = {f"own_{name}": ids for name, ids in reach.own.items()}
    ends |= {f"above_{name}": ids for name, ids in reach.above.items()}
    return _COUNTS.fetch_rows(
        names,
        tied=reach.tied,
        officer=reach.officer,
        belongs_to=reach.belongs_to,
        now=reach.now,
        **ends,
    )


def _count_query(
    names: tuple[str, ...],
    *,
    tied: Collection[uuid.UUID],
    officer: uuid.UUID,
    belongs_to: Collection[uuid.UUID],
    now: datetime.datetime,
    **ends: Collection[uuid.UUID],
) -> QuerySet[Any, tuple[str, int]]:
    reach = Reach(
        own={name: ends[f"own_{name}"] for name in SETS},
        above={name: ends[f"above_{name}"] for name in SETS},
        tied=tied,
        officer=officer,
        belongs_to=belongs_to,
        now=now,
    )
    first: QuerySet[Any, tuple[str, int]]
    first, *others = (
        _BY_NAME[name]
        .rows(reach)
        .order_by()
        .annotate(waits_as=Value(name))
        .values("waits_as")
        .annotate(n=Count("pk"))
        .values_list("waits_as", "n")
        for name in names
    )
    return first.union(*others, all=True)


_COUNTS = CompiledQuery(_count_query)
