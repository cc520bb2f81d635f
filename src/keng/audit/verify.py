"""Reading every chain again and finding what was changed or is missing."""

import datetime as dt
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from keng.audit.chain import GENESIS, entry_hash
from keng.audit.heads import is_genuine
from keng.audit.models import Chain, Entry, SignedHead
from keng.audit.reading import read_safely, with_readable_moment, with_safe_columns

if TYPE_CHECKING:
    from django.db.models import QuerySet

_Row = TypeVar("_Row", Entry, SignedHead)


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One place where a chain does not hold, in words for the auditor."""

    chain: str
    seq: int
    what: str
    signed_at: dt.datetime | None = None
    """When what is missing now was signed: a restore on record may have lost it."""


def chain_faults() -> Iterator[ChainFault]:
    """Every fault of every chain, in the order of the chains' names."""
    for head in Chain.objects.order_by("name").iterator():
        yield from faults_of_chain(head)
    orphans = Entry.objects.exclude(chain__in=Chain.objects.values("name"))
    for entry in orphans.only("chain", "seq").order_by("chain", "seq").iterator():
        yield ChainFault(entry.chain, entry.seq, "the head of this chain is missing")


@dataclass(frozen=True, slots=True)
class LastRead:
    """The last entry of a chain that was read: its number and the hash that stands there."""

    seq: int
    hash: bytes


NOTHING_READ = LastRead(0, GENESIS)


@dataclass(frozen=True, slots=True)
class ChainPortion:
    """So many entries of a chain, and the faults that were found in them."""

    faults: list[ChainFault]
    entries: int
    last: LastRead | None
    """None where the chain was read to its end."""


def faults_of_chain(head: Chain) -> Iterator[ChainFault]:
    """The faults of one chain: a changed or unreadable entry, a gap, a cut end, another head."""
    yield from _read_chain(head, NOTHING_READ, None)


def read_portion(head: Chain, after: LastRead, most: int) -> ChainPortion:
    """The same of no more than so many entries, and of the end only where they reach it.

    The next portion begins after the last entry of this one.
    """
    faults: list[ChainFault] = []
    reading = _read_chain(head, after, most)
    while True:
        try:
            faults.append(next(reading))
        except StopIteration as end:
            entries, last = end.value
            return ChainPortion(faults, entries, last)


def _read_chain(
    head: Chain, after: LastRead, most: int | None
) -> Generator[ChainFault, None, tuple[int, LastRead | None]]:
    """Returns how many entries it read, and the last of them unless it read to the end."""
    last = after
    entries = 0
    hash_at_head = after.hash if head.last_seq == after.seq else b""
    accepted_at = new_key_accepted_at()
    # Both are read in one order side by side: nothing is kept, however long the chain is.
    signed = _after(SignedHead.objects.filter(chain=head.name), after).order_by("seq", "id")
    heads = signed.iterator()
    next_signed = next(heads, None)
    found = _after(with_safe_columns(Entry.objects.filter(chain=head.name)), after).order_by("seq")
    for entry, is_readable in read_safely(found[:most].iterator()):
        yield from _faults_of_entry(entry, last, is_readable=is_readable)
        last = LastRead(entry.seq, bytes(entry.hash))
        entries += 1
        if entry.seq == head.last_seq:
            hash_at_head = last.hash
        while next_signed is not None and next_signed.seq <= entry.seq:
            yield from _faults_of_signed(next_signed, entry, accepted_at)
            next_signed = next(heads, None)
    if entries == most:
        return entries, last
    if hash_at_head != (bytes(head.last_hash) or GENESIS) or not _reaches(head, last.seq):
        yield ChainFault(head.name, head.last_seq, "the end of the chain is missing or was changed")
    while next_signed is not None:
        yield from _faults_of_signed(next_signed, None, accepted_at)
        next_signed = next(heads, None)
    return entries, None


def _after(rows: "QuerySet[_Row]", last: LastRead) -> "QuerySet[_Row]":
    # From the beginning whatever number stands there: also what was put before the first one.
    return rows if last == NOTHING_READ else rows.filter(seq__gt=last.seq)


def _faults_of_entry(entry: Entry, before: LastRead, *, is_readable: bool) -> Iterator[ChainFault]:
    if entry.seq != before.seq + 1:
        missing = f"entry missing; the next one is {entry.seq}"
        yield ChainFault(entry.chain, before.seq + 1, missing)
    elif bytes(entry.previous_hash) != before.hash:
        yield ChainFault(entry.chain, entry.seq, "does not follow from the entry before it")
    if not is_readable:
        yield ChainFault(entry.chain, entry.seq, "cannot be read")
    elif bytes(entry.hash) != recomputed_hash(entry):
        yield ChainFault(entry.chain, entry.seq, "was changed after it was written")


def _reaches(head: Chain, seq: int) -> bool:
    """Whether a head stands at an entry, or has moved there while the chain was read."""
    return head.last_seq >= seq or Chain.objects.filter(name=head.name, last_seq__gte=seq).exists()


def _faults_of_signed(
    signed: SignedHead, entry: Entry | None, accepted_at: dt.datetime | None
) -> Iterator[ChainFault]:
    """Of one signed head, beside the entry with its number or the first one after it."""
    is_of_lost_key = accepted_at is not None and signed.signed_at < accepted_at
    if not is_genuine(signed) and not is_of_lost_key:
        yield ChainFault(signed.chain, signed.seq, "bears a signature that is not ours")
    if entry is None or entry.seq != signed.seq or bytes(entry.hash) != bytes(signed.hash):
        yield ChainFault(signed.chain, signed.seq, "differs from the head that was signed then")


def new_key_accepted_at() -> dt.datetime | None:
    """When a lost signing key was given up last: what is older may bear the lost key's signature.

    None where `keng keys accept` never gave one up.
    """
    acts = Entry.objects.filter(action="keys.accepted", detail__keys__contains="audit")
    accepted = with_readable_moment(acts)
    return accepted.order_by("-id").values_list("at", flat=True).first()


def recomputed_hash(entry: Entry) -> bytes:
    """The hash an untouched entry has."""
    return entry_hash(
        bytes(entry.previous_hash),
        entry.chain,
        entry.seq,
        entry.at,
        entry.action,
        (entry.actor_kind, entry.actor_id),
        (entry.object_kind, entry.object_id),
        entry.detail,
    )
