"""The worker takes a sheet in, a bounded portion at a time; killed in between, it goes on there."""

import datetime
import json
import uuid
from typing import Any

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.imported.box import open_rows
from keng.imported.dry_run import MODELS
from keng.imported.models import ImportBatch, ImportedTip, ImportedWarning, ImportKind
from keng.kit import times
from keng.kit.ids import coarse_id, new_id
from keng.language.named_matters import may_be_named_matter
from keng.language.officers import seems_about_officers
from keng.language.reporters_own import cut_reporters_own, kinds_of_pieces
from keng.vault.hybrid import SealedKind
from keng.vault.models import SealedIdentity
from keng.vault.seal import SealBatch

# Rows of one transaction: some two seconds of cutting on a small machine.
PORTION = 500


@work()
def take_in_rows(portion: int = PORTION) -> int:
    """The next rows of the oldest sheet that was agreed to; how many. A job of the worker."""
    waiting = ImportBatch.objects.to_take_in().order_by("agreed_at", "id")[:1]
    batch = lock_available(ImportBatch.objects.filter(pk__in=waiting.values("pk"))).first()
    if batch is None:
        return 0
    rows = open_rows(batch.rows_boxed).rows
    chosen = rows[batch.position : batch.position + portion]
    batch.added += _add(chosen, batch)
    batch.position += len(chosen)
    if batch.position >= len(rows):
        batch.rows_boxed, batch.done_at = b"", times.now()
    batch.save(update_fields=["added", "position", "rows_boxed", "done_at"])
    if batch.done_at:
        detail = {"kind": batch.kind, "rows": batch.position, "added": batch.added}
        record("import.done", by="worker", on=batch, chain=unit_chain(batch.unit_id), detail=detail)
    return len(chosen)


def _add(chosen: list[dict[str, Any]], batch: ImportBatch) -> int:
    """Those of the rows that are not here yet, each with what was cut from its words, sealed."""
    model = MODELS[ImportKind(batch.kind)]
    keys = [bytes.fromhex(row["key"]) for row in chosen]
    there = model.objects.filter(row_key__in=keys).values_list("row_key", flat=True)
    known = {bytes(key) for key in there}
    new, sealed, seals = [], [], SealBatch()
    for key, row in zip(keys, chosen, strict=True):
        if key not in known:
            made = _imported_row(row, key, batch)
            new.append(made)
            made.text, pieces = _kept_words(row["words"], row["category"], batch.kind)
            if pieces:
                sealed.append(_sealed(pieces, made, seals))
    model.objects.bulk_create(new)
    SealedIdentity.objects.bulk_create(sealed)
    return len(new)


def _imported_row(
    row: dict[str, Any], key: bytes, batch: ImportBatch
) -> ImportedTip | ImportedWarning:
    common = {
        "id": coarse_id(),
        "batch": batch,
        "unit_id": uuid.UUID(row["unit"]),
        "place_id": uuid.UUID(row["place"]) if row["place"] else None,
        "on": datetime.date.fromisoformat(row["on"]),
        "category": row["category"],
        "row_key": key,
    }
    if batch.kind == ImportKind.WARNINGS:
        return ImportedWarning(**common, groups=row["groups"])
    return ImportedTip(
        **common,
        is_month=row["is_month"],
        count=row["count"],
        channel=row["channel"],
        outcome=row["outcome"],
        ended_on=datetime.date.fromisoformat(row["ended"]) if row["ended"] else None,
        value=row["value"],
    )


def _kept_words(words: str, category: str, kind: str) -> tuple[str, list[str]]:
    """Words to keep, and what was cut from them.

    What is for named officers, or seems to be about officers, is counted and has no words: an
    imported tip has no desk that reads it alone.
    """
    is_tip = kind == ImportKind.TIPS
    if not words or (is_tip and (may_be_named_matter(words) or seems_about_officers(words))):
        return "", []
    return cut_reporters_own(words)


def _sealed(
    pieces: list[str], row: ImportedTip | ImportedWarning, seals: SealBatch
) -> SealedIdentity:
    """As intake does: to the key of the desk, bound to the row."""
    plain = json.dumps(pieces, ensure_ascii=False)
    closed = seals.for_unit(row.unit_id, plain, kind=SealedKind.IN_TEXT, ref=row.pk)
    return SealedIdentity(
        id=new_id(),
        tip_ref=row.pk,
        unit_id=row.unit_id,
        kind=SealedIdentity.Kind.IN_TEXT,
        holds=list(kinds_of_pieces(pieces)),
        ciphertext=closed,
    )
