"""The worker takes a sheet in, a bounded portion at a time; killed in between, it goes on there."""

import datetime
import json
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.imported.box import open_rows
from keng.imported.dry_run import MODELS
from keng.imported.first_days import FirstDays
from keng.imported.kept_words import WordsNote, WordsRule
from keng.imported.models import ImportBatch, ImportedTip, ImportedWarning, ImportKind
from keng.imported.periods import PeriodLimits
from keng.kit import times
from keng.kit.ids import coarse_id, new_id
from keng.language.reporters_own import cut_reporters_own, kinds_of_pieces
from keng.vault.hybrid import SealedKind
from keng.vault.models import SealedIdentity
from keng.vault.seal import NoKey, SealBatch

# Rows of one transaction: some two seconds of cutting on a small machine.
PORTION = 500
# Of a batch's result, beside notes on words: rows that stayed out since others came before them.
KNOWN, COUNTED_HERE = "known", "counted_here"


def take_in_rows(portion: int = PORTION) -> int:
    """The next rows of the oldest sheet that was agreed to; how many. A job of the worker.

    One that fails keeps no other waiting; it is tried again until its time is over.
    """
    failed: Exception | None = None
    agreed = ImportBatch.objects.to_take_in().order_by("agreed_at", "id")
    for batch_id in list(agreed.values_list("pk", flat=True)):
        try:
            done = _take_in(batch_id, portion)
        except Exception as error:  # noqa: BLE001 -- raised below, when the others had their turn
            failed = failed or error
            continue
        if done:
            return done
    if failed is not None:
        raise failed
    return 0


@work()
def _take_in(batch_id: uuid.UUID, portion: int) -> int:
    agreed = ImportBatch.objects.to_take_in().filter(pk=batch_id)
    batch = lock_available(agreed.select_related("unit")).first()
    if batch is None:
        return 0
    rows = open_rows(batch.rows_boxed).rows
    chosen = rows[batch.position : batch.position + portion]
    _Portion.for_batch(batch).add(chosen)
    batch.position += len(chosen)
    if batch.position >= len(rows):
        batch.rows_boxed, batch.done_at = b"", times.now()
    batch.save(update_fields=["added", "position", "result", "rows_boxed", "done_at"])
    if batch.done_at:
        detail = {"kind": batch.kind, "rows": batch.position, "added": batch.added}
        record("import.done", by="worker", on=batch, chain=unit_chain(batch.unit_id), detail=detail)
    return len(chosen)


@dataclass(slots=True)
class _Portion:
    """Rows of one transaction, judged as things are now and not when the sheet was handed in."""

    batch: ImportBatch
    first_days: FirstDays
    rule: WordsRule
    seals: SealBatch
    result: Counter[str]

    @classmethod
    def for_batch(cls, batch: ImportBatch) -> "_Portion":
        limits = PeriodLimits.of_province(batch.unit, times.now())
        return cls(
            batch,
            FirstDays.of_province(batch.unit_id, batch.kind),
            WordsRule(batch.kind, limits),
            SealBatch(),
            Counter(batch.result),
        )

    def add(self, chosen: list[dict[str, Any]]) -> None:
        """Those of the rows that are not here yet, each with what was cut from its words."""
        model = MODELS[ImportKind(self.batch.kind)]
        keys = [bytes.fromhex(row["key"]) for row in chosen]
        there = model.objects.filter(row_key__in=keys).values_list("row_key", flat=True)
        known = {bytes(key) for key in there}
        new, sealed = [], []
        for key, row in zip(keys, chosen, strict=True):
            if key in known or self.first_days.has_counted(row):
                self.result[KNOWN if key in known else COUNTED_HERE] += 1
                continue
            made = _imported_row(row, key, self.batch)
            new.append(made)
            if row["words"]:
                note, pieces = self._give_words(made, row)
                self.result[note] += 1
                sealed.extend(pieces)
        model.objects.bulk_create(new)
        SealedIdentity.objects.bulk_create(sealed)
        self.batch.added += len(new)
        self.batch.result = dict(self.result)

    def _give_words(
        self, made: ImportedTip | ImportedWarning, row: dict[str, Any]
    ) -> tuple[WordsNote, list[SealedIdentity]]:
        """Its words without what was cut from them, which is sealed; or why it has none."""
        note = self.rule.by_reading(row)
        if note != WordsNote.IN:
            return note, []
        text, pieces = cut_reporters_own(row["words"])
        try:
            sealed = [_sealed(pieces, made, self.seals)] if pieces else []
        except NoKey:
            return WordsNote.NO_KEY, []
        made.text = text
        return WordsNote.IN, sealed


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
