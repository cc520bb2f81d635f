"""Writing audit entries of the past in bulk.

Only the loader of a fictional province may date an entry back; the product has no such door. Each
chain is written in the order of its moments, every entry bound to the one before it.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

from keng.audit.chain import GENESIS, entry_hash
from keng.audit.models import Chain, Entry, kind_and_id
from keng_dev.demo.province.bulk import copy_in
from keng_dev.demo.province.clockwork import id_at


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did."""

    at: dt.datetime
    action: str
    by: object
    on: tuple[str, str]
    """Kind and id of what it was done to."""
    detail: dict[str, Any] = field(default_factory=dict)


class Record:
    """Collects acts by chain, and writes all chains at once into tables that have none of them."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._acts: defaultdict[str, list[Act]] = defaultdict(list)

    def note(self, chain: str, act: Act) -> None:
        self._acts[chain].append(act)

    def write(self) -> int:
        """Every entry and every head; how many entries."""
        heads, entries = [], []
        for name, acts in sorted(self._acts.items()):
            made = self._chain(name, sorted(acts, key=lambda act: act.at))
            entries += made
            heads.append(Chain(name=name, last_seq=len(made), last_hash=made[-1].hash))
        copy_in(heads)
        copy_in(entries)
        self._acts.clear()
        return len(entries)

    def _chain(self, name: str, acts: list[Act]) -> list[Entry]:
        previous, made = GENESIS, []
        for seq, act in enumerate(acts, start=1):
            actor = kind_and_id(act.by)
            hashed = entry_hash(previous, name, seq, act.at, act.action, actor, act.on, act.detail)
            made.append(
                Entry(
                    id=id_at(act.at, self._dice),
                    chain=name,
                    seq=seq,
                    at=act.at,
                    action=act.action,
                    actor_kind=actor[0],
                    actor_id=actor[1],
                    object_kind=act.on[0],
                    object_id=act.on[1],
                    detail=act.detail,
                    previous_hash=previous,
                    hash=hashed,
                )
            )
            previous = hashed
        return made
