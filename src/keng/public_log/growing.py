"""One step of the log: entries that wait and filler become leaves, and a checkpoint is signed.

Everything of a step is one transaction, and nothing is signed outside of it: a worker that is
killed has signed nothing that anybody could have seen, and two of them do each step once.
"""

import datetime as dt
import hashlib
import logging
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Sum

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.heads import sign_bytes
from keng.audit.models import Chain
from keng.kit import times
from keng.merkle.notes import LogCheckpointText
from keng.merkle.tiles import full_subtree_of_tiles, grown_tiles
from keng.merkle.trees import HASH_BYTES, MerkleTree
from keng.public_log.kept_head import KeptLogHead, LogIsBehind
from keng.public_log.log_key import configured_witnesses, log_key, log_origin
from keng.public_log.models import (
    Cosignature,
    LeafSalt,
    LogCheckpoint,
    LoggedChain,
    LogLeaf,
    LogPace,
    LogTile,
    OpenedLeaf,
)
from keng.public_log.pace import DayOfLog, pace_of_new_day, step_of

log = logging.getLogger(__name__)
# An entry that let out what everybody reads: its leaf is opened for everybody.
PUBLISHING_ACTS = frozenset({"warning.approved", "pattern.sent"})
_LOT = random.SystemRandom()
# Witnesses that are there cosign a checkpoint before it is shown; who is gone is not waited for.
_WITNESSES_ANSWER_WITHIN = dt.timedelta(minutes=11)
# What is older was replaced long ago; any root can be computed again from the tiles.
_KEPT_DAYS = 8
# Of each chain what waits, in its own order; chains beside each other by what waits longest.
_WAITING = """
SELECT waits.chain, waits.seq, waits.hash, waits.action, waits.object_kind, waits.object_id
FROM audit_chain AS chain
LEFT JOIN public_log_loggedchain AS logged ON logged.chain = chain.name
CROSS JOIN LATERAL (
  SELECT entry.chain, entry.seq, entry.hash, entry.action, entry.object_kind, entry.object_id,
         max(entry.at) OVER (ORDER BY entry.seq) AS since
  FROM audit_entry AS entry
  WHERE entry.chain = chain.name AND entry.seq > coalesce(logged.last_seq, 0)
  ORDER BY entry.seq LIMIT %(most)s
) AS waits
WHERE chain.last_seq > coalesce(logged.last_seq, 0)
ORDER BY waits.since, waits.chain, waits.seq LIMIT %(most)s
"""
_PUT_TILES = """
INSERT INTO public_log_logtile (level, number, hashes) VALUES (%s, %s, %s)
ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes
"""
_PUT_LOGGED = """
INSERT INTO public_log_loggedchain (chain, last_seq) VALUES (%s, %s)
ON CONFLICT (chain) DO UPDATE SET last_seq = excluded.last_seq
"""


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """An entry that stands in no leaf yet."""

    chain: str
    seq: int
    hash: bytes
    action: str
    object_kind: str
    object_id: str


@dataclass(frozen=True, slots=True)
class SaltedEntry:
    """An entry, the leaf that commits to it, and the salt without which the leaf says nothing."""

    leaf: int
    entry: WaitingEntry
    salt: bytes


def grow() -> int:
    """Do the step that is due, if it was not done yet. Always 0: the next one is due by the clock.

    Steps that were missed while nobody worked are not made up for.
    """
    step = step_of(times.now())
    if not LogPace.objects.filter(step__gte=step).exists():
        try:
            _grow_to(step)
        except LogIsBehind as error:
            log.error("The public log does not grow: %s.", error)  # noqa: TRY400 -- no fault of ours
    return 0


@work()
def _grow_to(step: int) -> None:
    LogPace.objects.bulk_create([LogPace()], ignore_conflicts=True)
    pace = lock(LogPace.objects.all()).get()
    if pace.step >= step:
        return
    with connection.cursor() as cursor:
        # What a witness has seen must outlast a machine that loses its power.
        cursor.execute("SET LOCAL synchronous_commit = on")
    kept = KeptLogHead.of_origin(log_origin())
    kept.require_reached(pace.size)
    _choose_pace(pace)
    pace.step = step
    _take_step(pace)
    transaction.on_commit(lambda: kept.keep(pace.size))


def commitment(salt: bytes, entry_hash: bytes) -> bytes:
    """The leaf of an entry: it says nothing to whoever lacks the salt."""
    return hashlib.sha256(salt + entry_hash).digest()


def newest_checkpoint() -> LogCheckpoint | None:
    """The one that was signed last, be it shown or not."""
    return LogCheckpoint.objects.order_by("-size").first()


def log_tree(size: int) -> MerkleTree:
    """The log as it was at one size."""
    return MerkleTree(size, full_subtree_of_tiles(tile_hashes))


def tile_hashes(level: int, number: int) -> bytes:
    """What stands in a tile by now."""
    found = LogTile.objects.filter(level=level, number=number).values_list("hashes", flat=True)
    return bytes(found.get())


def _choose_pace(pace: LogPace) -> None:
    today = times.local_date(times.now())
    if pace.chosen_on == today:
        return
    recorded = Chain.objects.aggregate(all=Sum("last_seq"))["all"] or 0
    logged = LoggedChain.objects.aggregate(all=Sum("last_seq"))["all"] or 0
    is_first = pace.chosen_on is None
    day = DayOfLog(
        recorded=0 if is_first else recorded - pace.recorded_before,
        waiting=recorded - logged,
        pace=pace.leaves_a_step,
        quiet_days=pace.quiet_days,
    )
    pace.leaves_a_step, pace.quiet_days = pace_of_new_day(day)
    pace.chosen_on, pace.recorded_before = today, recorded


def _take_step(pace: LogPace) -> None:
    entries = _waiting_entries(pace.leaves_a_step)
    # Filler, and among it the entries by lot: where a leaf stands does not tell how many came
    # before it.
    leaves = [os.urandom(HASH_BYTES) for _leaf in range(pace.leaves_a_step)]
    places = _LOT.sample(range(len(leaves)), len(entries))
    salted = [
        SaltedEntry(pace.size + place, entry, os.urandom(HASH_BYTES))
        for place, entry in zip(places, entries, strict=True)
    ]
    for place, each in zip(places, salted, strict=True):
        leaves[place] = commitment(each.salt, each.entry.hash)
    _put_leaves(salted)
    grown = list(grown_tiles(pace.size, leaves, tile_hashes))
    with connection.cursor() as cursor:
        cursor.executemany(_PUT_TILES, grown)
    pace.size += pace.leaves_a_step
    pace.save()
    _sign_checkpoint(pace.size)


def _waiting_entries(most: int) -> list[WaitingEntry]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"most": most})
        return [
            WaitingEntry(chain, seq, bytes(entry_hash), *rest)
            for chain, seq, entry_hash, *rest in cursor.fetchall()
        ]


def _put_leaves(salted: Sequence[SaltedEntry]) -> None:
    LogLeaf.objects.bulk_create(
        LogLeaf(leaf=each.leaf, chain=each.entry.chain, seq=each.entry.seq) for each in salted
    )
    LeafSalt.objects.bulk_create(LeafSalt(leaf=each.leaf, salt=each.salt) for each in salted)
    OpenedLeaf.objects.bulk_create(
        OpenedLeaf(
            leaf=each.leaf,
            object_kind=each.entry.object_kind,
            object_id=each.entry.object_id,
            entry_hash=each.entry.hash,
            salt=each.salt,
        )
        for each in salted
        if each.entry.action in PUBLISHING_ACTS
    )
    reached = {each.entry.chain: each.entry.seq for each in salted}
    with connection.cursor() as cursor:
        cursor.executemany(_PUT_LOGGED, sorted(reached.items()))


def _sign_checkpoint(size: int) -> None:
    text = LogCheckpointText(log_origin(), size, log_tree(size).root()).text
    line = log_key().line(sign_bytes(text.encode()))
    LogCheckpoint.objects.create(
        size=size,
        text=text,
        signature=line,
        made_at=times.now(),
        is_served=not (configured_witnesses() and _cosigned_of_late()),
    )
    old = times.now() - dt.timedelta(days=_KEPT_DAYS)
    Cosignature.objects.filter(at__lt=old).delete()
    LogCheckpoint.objects.filter(made_at__lt=old).delete()


def _cosigned_of_late() -> bool:
    return Cosignature.objects.filter(at__gt=times.now() - _WITNESSES_ANSWER_WITHIN).exists()
