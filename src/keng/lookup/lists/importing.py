"""A block list replaces what its source listed before: the whole of it, or nothing at all."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Q

from keng.audit.actions import record
from keng.kit import times
from keng.kit.ids import new_id
from keng.lookup.actions import indicators
from keng.lookup.keys import hash_of
from keng.lookup.lists.reading import Entry, Fault
from keng.lookup.models import BlockList, Listing

# Whoever reads them mends the file, and then sees the others.
_MOST_FAULTS = 20
# A decision about an objection outlives the list: for two years no source brings it back.
_STRUCK = (Listing.End.MISTAKE, Listing.End.RECYCLED, Listing.End.SPOOFED)

_AT_ONCE = 10_000
_INCOMING = """
CREATE TEMPORARY TABLE incoming (
  indicator uuid, listing uuid, type text, value text, hash bytea
) ON COMMIT DROP
"""
_COPY = "COPY incoming (indicator, listing, type, value, hash) FROM STDIN WITH (FORMAT BINARY)"
_ONCE = "DELETE FROM incoming a USING incoming b WHERE a.hash = b.hash AND a.listing > b.listing"
_STRIKE = """
DELETE FROM incoming USING lookup_listing l
WHERE l.lookup_hash = incoming.hash AND l.status = 'ended' AND l.end_reason = ANY(%(struck)s)
  AND (l.grade = 'imported' OR l.checked_at IS NOT NULL)
  AND l.ended_at > now() - interval '730 days'
"""
# What is there already and named by nothing may not go before its listing is there.
_HOLD = """
SELECT count(*) FROM (
  SELECT FROM lookup_indicator i
  JOIN incoming ON (i.type, i.value) = (incoming.type, incoming.value)
  FOR KEY SHARE OF i) AS held
"""
_INDICATORS = """
INSERT INTO lookup_indicator (id, type, value) SELECT indicator, type, value FROM incoming
ON CONFLICT (type, value) DO NOTHING
"""
_STAY = """
UPDATE lookup_listing l SET expires_on = %(expires)s FROM incoming
WHERE l.block_list_id = %(source)s AND l.status = 'listed' AND l.lookup_hash = incoming.hash
  AND l.expires_on <> %(expires)s
"""
_ADD = """
INSERT INTO lookup_listing
  (id, indicator_id, lookup_hash, block_list_id, grade, status, expires_on)
SELECT incoming.listing, i.id, incoming.hash, %(source)s, 'imported', 'listed', %(expires)s
FROM incoming JOIN lookup_indicator i ON (i.type, i.value) = (incoming.type, incoming.value)
WHERE NOT EXISTS (
  SELECT FROM lookup_listing l WHERE l.lookup_hash = incoming.hash
    AND l.block_list_id = %(source)s AND l.status = 'listed')
"""
# Objections and what was decided about them stay, with the row that they are about.
_OVER = """
UPDATE lookup_listing l SET status = 'ended', end_reason = 'replaced', ended_at = now()
WHERE l.block_list_id = %(source)s AND l.status = 'listed'
  AND NOT EXISTS (SELECT FROM incoming WHERE incoming.hash = l.lookup_hash)
"""
_GONE = """
DELETE FROM lookup_listing l
WHERE l.block_list_id = %(source)s AND l.status = 'ended' AND l.end_reason <> ALL(%(struck)s)
  AND NOT EXISTS (SELECT FROM lookup_dispute d WHERE d.listing_id = l.id)
RETURNING l.indicator_id
"""


@dataclass(slots=True)
class Imported:
    """What came of it."""

    source: BlockList
    listed: int = 0
    left_out: list[Fault] = field(default_factory=list)
    left_out_count: int = 0
    struck: int = 0


class Faulty(Exception):
    """Lines cannot be taken, so nothing was; `faults` are the first of `count`."""

    def __init__(self, faults: list[Fault], count: int) -> None:
        super().__init__(f"{count} lines cannot be taken")
        self.faults, self.count = faults, count


class NothingListed(Exception):
    """The file lists nothing: rather the wrong file than an empty list."""


@transaction.atomic
def import_list(
    entries: Iterable[Entry | Fault],
    *,
    source: str,
    licence: str,
    origin: str,
    expires_on: dt.date,
    leave_out_faulty: bool = False,
) -> Imported:
    """Replace what `source` listed. Raises Faulty or NothingListed, and then nothing changed."""
    block_list, _made = BlockList.objects.get_or_create(
        name=source, defaults={"expires_on": expires_on}
    )
    block_list = BlockList.objects.select_for_update(no_key=True).get(pk=block_list.pk)
    result = Imported(block_list)
    taken = _copy(entries, result)
    if result.left_out_count and not leave_out_faulty:
        raise Faulty(result.left_out, result.left_out_count)
    if not taken:
        raise NothingListed
    result.struck = _replace(block_list, expires_on)
    result.listed = Listing.objects.filter(block_list=block_list, status="listed").count()
    block_list.licence, block_list.origin = licence, origin
    block_list.expires_on, block_list.imported_at = expires_on, times.now()
    block_list.save(update_fields=["licence", "origin", "expires_on", "imported_at"])
    record(
        "block_list.imported",
        by="operator",
        on=block_list,
        chain=_chain(block_list),
        detail={"name": source, "listed": result.listed, "expires_on": expires_on.isoformat()},
    )
    return result


@transaction.atomic
def remove_list(block_list: BlockList) -> bool:
    """Nothing of it is listed any more. False when its name stays, for objections to it."""
    block_list = BlockList.objects.select_for_update(no_key=True).get(pk=block_list.pk)
    record(
        "block_list.removed",
        by="operator",
        on=block_list,
        chain=_chain(block_list),
        detail={"name": block_list.name},
    )
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING)
        _let_go(cursor, {"source": block_list.pk, "struck": list(_STRUCK)})
        cursor.execute("DROP TABLE incoming")
    if block_list.listings.exists():
        block_list.expires_on = times.local_date(times.now()) - dt.timedelta(days=1)
        block_list.save(update_fields=["expires_on"])
        return False
    block_list.delete()
    return True


def sources() -> list[tuple[BlockList, int]]:
    """Every source with how much of it is listed."""
    listed = Count("listings", filter=Q(listings__status="listed"))
    return [
        (each, each.listed) for each in BlockList.objects.annotate(listed=listed).order_by("name")
    ]


def _copy(entries: Iterable[Entry | Fault], result: Imported) -> int:
    taken = 0
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING)
        with cursor.copy(_COPY) as copy:
            copy.set_types(["uuid", "uuid", "text", "text", "bytea"])
            for entry in entries:
                if isinstance(entry, Fault):
                    result.left_out_count += 1
                    if len(result.left_out) < _MOST_FAULTS:
                        result.left_out.append(entry)
                    continue
                taken += 1
                digest = hash_of(entry.type, entry.key)
                copy.write_row((new_id(), new_id(), entry.type, entry.key, digest))
    return taken


def _replace(block_list: BlockList, expires_on: dt.date) -> int:
    values: dict[str, Any] = {
        "source": block_list.pk,
        "expires": expires_on,
        "struck": list(_STRUCK),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE incoming")
        cursor.execute(_ONCE)
        cursor.execute(_STRIKE, values)
        struck: int = cursor.rowcount
        cursor.execute(_HOLD)
        cursor.execute(_INDICATORS)
        cursor.execute(_STAY, values)
        cursor.execute(_ADD, values)
        _let_go(cursor, values)
        cursor.execute("DROP TABLE incoming")
    return struck


def _let_go(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    """End what the source lists no longer, and remove whatever nothing refers to."""
    cursor.execute(_OVER, values)
    cursor.execute(_GONE, values)
    candidates = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(candidates), _AT_ONCE):
        indicators.remove_unused_of(candidates[start : start + _AT_ONCE])


def _chain(block_list: BlockList) -> str:
    return f"block_list:{block_list.pk}"
