"""A block list replaces what its source listed before: the whole of it, or nothing at all."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Q

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record
from keng.kit import times
from keng.kit.ids import new_id
from keng.lookup.actions import indicators
from keng.lookup.block_lists.reading import ListEntry, ListFault
from keng.lookup.keys import lookup_hash_of
from keng.lookup.models import BlockList, Listing

# Whoever reads them mends the file, and then sees the others.
_MOST_FAULTS = 20
# A decision about an objection outlives the list: for two years no source brings it back.
_STRUCK_REASONS = (Listing.End.MISTAKE, Listing.End.RECYCLED, Listing.End.SPOOFED)

_REMOVED_AT_ONCE = 10_000
_CREATE_INCOMING = """
CREATE TEMPORARY TABLE incoming (
  indicator uuid, listing uuid, type text, value text, hash bytea
) ON COMMIT DROP
"""
_COPY_INCOMING = (
    "COPY incoming (indicator, listing, type, value, hash) FROM STDIN WITH (FORMAT BINARY)"
)
_DROP_REPEATED = (
    "DELETE FROM incoming a USING incoming b WHERE a.hash = b.hash AND a.listing > b.listing"
)
_DROP_STRUCK = """
DELETE FROM incoming USING lookup_listing l
WHERE l.lookup_hash = incoming.hash AND l.status = 'ended' AND l.end_reason = ANY(%(struck)s)
  AND (l.grade = 'imported' OR l.released_at IS NOT NULL)
  AND l.ended_at > now() - interval '730 days'
"""
# What is there already and named by nothing may not go before its listing is there.
_HOLD_INDICATORS = """
SELECT count(*) FROM (
  SELECT FROM lookup_indicator i
  JOIN incoming ON (i.type, i.value) = (incoming.type, incoming.value)
  FOR KEY SHARE OF i) AS held
"""
_INSERT_INDICATORS = """
INSERT INTO lookup_indicator (id, type, value) SELECT indicator, type, value FROM incoming
ON CONFLICT (type, value) DO NOTHING
"""
_EXTEND_LISTED = """
UPDATE lookup_listing l SET expires_on = %(expires)s FROM incoming
WHERE l.block_list_id = %(source)s AND l.status = 'listed' AND l.lookup_hash = incoming.hash
  AND l.expires_on <> %(expires)s
"""
_INSERT_LISTINGS = """
INSERT INTO lookup_listing
  (id, indicator_id, lookup_hash, block_list_id, grade, status, expires_on)
SELECT incoming.listing, i.id, incoming.hash, %(source)s, 'imported', 'listed', %(expires)s
FROM incoming JOIN lookup_indicator i ON (i.type, i.value) = (incoming.type, incoming.value)
WHERE NOT EXISTS (
  SELECT FROM lookup_listing l WHERE l.lookup_hash = incoming.hash
    AND l.block_list_id = %(source)s AND l.status = 'listed')
"""
# Objections and what was decided about them stay, with the row that they are about.
_END_UNLISTED = """
UPDATE lookup_listing l SET status = 'ended', end_reason = 'replaced', ended_at = now()
WHERE l.block_list_id = %(source)s AND l.status = 'listed'
  AND NOT EXISTS (SELECT FROM incoming WHERE incoming.hash = l.lookup_hash)
"""
_DELETE_ENDED = """
DELETE FROM lookup_listing l
WHERE l.block_list_id = %(source)s AND l.status = 'ended' AND l.end_reason <> ALL(%(struck)s)
  AND NOT EXISTS (SELECT FROM lookup_dispute d WHERE d.listing_id = l.id)
RETURNING l.indicator_id
"""


@dataclass(slots=True)
class ImportResult:
    """What came of it."""

    source: BlockList
    listed: int = 0
    left_out: list[ListFault] = field(default_factory=list)
    left_out_count: int = 0
    struck: int = 0


class FaultyList(Exception):
    """Lines cannot be taken, so nothing was; `faults` are the first of `count`."""

    def __init__(self, faults: list[ListFault], count: int) -> None:
        super().__init__(f"{count} lines cannot be taken")
        self.faults, self.count = faults, count


class NothingListed(Exception):
    """The file lists nothing: rather the wrong file than an empty list."""


@work(retry=False)
def import_block_list(
    entries: Iterable[ListEntry | ListFault],
    *,
    source: str,
    licence: str,
    origin: str,
    expires_on: dt.date,
    leave_out_faulty: bool = False,
) -> ImportResult:
    """Replace what `source` listed. Raises FaultyList, NothingListed, and then nothing changed."""
    block_list, _made = BlockList.objects.get_or_create(
        name=source, defaults={"expires_on": expires_on}
    )
    block_list = lock(BlockList.objects.all()).get(pk=block_list.pk)
    result = ImportResult(block_list)
    taken = _copy_entries(entries, result)
    if result.left_out_count and not leave_out_faulty:
        raise FaultyList(result.left_out, result.left_out_count)
    if not taken:
        raise NothingListed
    result.struck = _replace_listings(block_list, expires_on)
    result.listed = Listing.objects.filter(
        block_list=block_list, status=Listing.Status.LISTED
    ).count()
    block_list.licence, block_list.origin = licence, origin
    block_list.expires_on, block_list.imported_at = expires_on, times.now()
    block_list.save(update_fields=["licence", "origin", "expires_on", "imported_at"])
    record(
        "block_list.imported",
        by="operator",
        on=block_list,
        chain=_chain_of(block_list),
        detail={"name": source, "listed": result.listed, "expires_on": expires_on.isoformat()},
    )
    return result


@work()
def remove_block_list(block_list: BlockList) -> bool:
    """Nothing of it is listed any more. False when its name stays, for objections to it."""
    block_list = lock(BlockList.objects.all(), to_delete=True).get(pk=block_list.pk)
    record(
        "block_list.removed",
        by="operator",
        on=block_list,
        chain=_chain_of(block_list),
        detail={"name": block_list.name},
    )
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_INCOMING)
        _end_unlisted(cursor, {"source": block_list.pk, "struck": list(_STRUCK_REASONS)})
        cursor.execute("DROP TABLE incoming")
    if block_list.listings.exists():
        block_list.expires_on = times.local_date(times.now()) - dt.timedelta(days=1)
        block_list.save(update_fields=["expires_on"])
        return False
    block_list.delete()
    return True


def block_list_sources() -> list[tuple[BlockList, int]]:
    """Every source with how much of it is listed."""
    listed = Count("listings", filter=Q(listings__status=Listing.Status.LISTED))
    return [
        (each, each.listed) for each in BlockList.objects.annotate(listed=listed).order_by("name")
    ]


def _copy_entries(entries: Iterable[ListEntry | ListFault], result: ImportResult) -> int:
    taken = 0
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_INCOMING)
        with cursor.copy(_COPY_INCOMING) as copy:
            copy.set_types(["uuid", "uuid", "text", "text", "bytea"])
            for entry in entries:
                if isinstance(entry, ListFault):
                    result.left_out_count += 1
                    if len(result.left_out) < _MOST_FAULTS:
                        result.left_out.append(entry)
                    continue
                taken += 1
                digest = lookup_hash_of(entry.type, entry.key)
                copy.write_row((new_id(), new_id(), entry.type, entry.key, digest))
    return taken


def _replace_listings(block_list: BlockList, expires_on: dt.date) -> int:
    values: dict[str, Any] = {
        "source": block_list.pk,
        "expires": expires_on,
        "struck": list(_STRUCK_REASONS),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE incoming")
        cursor.execute(_DROP_REPEATED)
        cursor.execute(_DROP_STRUCK, values)
        struck: int = cursor.rowcount
        cursor.execute(_HOLD_INDICATORS)
        cursor.execute(_INSERT_INDICATORS)
        cursor.execute(_EXTEND_LISTED, values)
        cursor.execute(_INSERT_LISTINGS, values)
        _end_unlisted(cursor, values)
        cursor.execute("DROP TABLE incoming")
    return struck


def _end_unlisted(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    """End what the source lists no longer, and remove whatever nothing refers to."""
    cursor.execute(_END_UNLISTED, values)
    cursor.execute(_DELETE_ENDED, values)
    candidates = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(candidates), _REMOVED_AT_ONCE):
        indicators.remove_unused_among(candidates[start : start + _REMOVED_AT_ONCE])


def _chain_of(block_list: BlockList) -> str:
    return f"block_list:{block_list.pk}"
