"""Whether the chains that an auditor reads are whole: read again, a long one in portions."""

import json
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db.models import QuerySet

from keng.audit.models import Chain, Entry
from keng.audit.verify import NOTHING_READ, ChainFault, LastRead, read_portion
from keng.audit_page.entries import chains_of_units, hash_mark, reads_no_unit
from keng.kit.cursors import closed_cursor, opened_cursor
from keng.places.models import Unit

# Below this many entries the whole chain is read again at every visit.
CHECKED_AT_ONCE = 3000
# How many of a longer one are read before the page tells how far it is.
READ_AT_ONCE = 4000


@dataclass(frozen=True, slots=True)
class ChainState:
    """Whether the chains hold, as far as they were read again just now."""

    entries: int
    units: int
    with_no_unit: bool
    """Whether what belongs to no unit is among them."""
    last_hash: str
    faults: list[ChainFault] = field(default_factory=list)
    """Of the portion that this page read."""
    faults_before: int = 0
    """How many the portions before it found."""
    read: int = 0
    go_on: str = ""
    """Where the next portion begins; empty when all was read, or nothing."""
    is_checked: bool = False
    """Whether all of it was read."""

    @property
    def faults_so_far(self) -> int:
        """With those of the portions before."""
        return self.faults_before + len(self.faults)


class _ReadSoFar(NamedTuple):
    """Where one portion ends and the next begins, and what was found until there."""

    chain: str
    last: LastRead
    read: int
    faults: int


def chain_state(units: list[Unit], known: QuerySet[Entry], *, check: str) -> ChainState:
    """How long the chains are and, if asked or short, whether they hold.

    Its last mark is that of the newest of `known`, what the auditor may know of: the mark at the
    end of a chain would tell that something about their own unit was put on record.

    Read again in portions, since a page is not waited for: `check` says where the next one begins,
    or is anything else to begin.
    """
    chains = Chain.objects.filter(name__in=chains_of_units(units))
    heads = sorted(chains, key=lambda head: head.name)
    total = sum(head.last_seq for head in heads)
    newest = known.order_by("-id").values_list("hash", flat=True).first()
    mark = hash_mark(bytes(newest)) if newest else ""
    state = ChainState(total, len(units), reads_no_unit(units), mark)
    if not check and total > CHECKED_AT_ONCE:
        return state
    return _read_on(state, heads, _opened(check))


def _read_on(state: ChainState, heads: list[Chain], before: _ReadSoFar) -> ChainState:
    faults: list[ChainFault] = []
    read = 0
    go_on = ""
    for head in (each for each in heads if each.name >= before.chain):
        after = before.last if head.name == before.chain else NOTHING_READ
        portion = read_portion(head, after, READ_AT_ONCE - read)
        read += portion.entries
        faults += portion.faults
        if portion.last is not None:
            found = before.faults + len(faults)
            go_on = _closed(_ReadSoFar(head.name, portion.last, before.read + read, found))
            break
    return replace(
        state,
        faults=faults,
        faults_before=before.faults,
        read=before.read + read,
        go_on=go_on,
        is_checked=not go_on,
    )


def _closed(so_far: _ReadSoFar) -> str:
    chain, last, read, faults = so_far
    return closed_cursor(json.dumps([chain, last.seq, last.hash.hex(), read, faults]))


def _opened(check: str) -> _ReadSoFar:
    try:
        chain, seq, mark, read, faults = json.loads(opened_cursor(check))
        return _ReadSoFar(chain, LastRead(seq, bytes.fromhex(mark)), read, faults)
    except (ValueError, TypeError):
        # None of ours, or the place of another list.
        return _ReadSoFar("", NOTHING_READ, 0, 0)
