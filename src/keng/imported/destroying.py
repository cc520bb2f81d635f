"""What is destroyed: a sheet whose time is over, words whose period is over."""

import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet

from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.imported.models import ImportBatch, ImportedTip
from keng.imported.periods import imported_due
from keng.kit import times
from keng.retention.models import RetentionPeriod
from keng.vault.models import SealedIdentity

_PORTION = 500


@work()
def expire_batches() -> int:
    """Sheets nobody agreed to, or that could not be taken in, within their days; how many.

    A job of the worker. What came in of one stays, and the rest can be handed in again.
    """
    found = list(lock_available(ImportBatch.objects.overdue(times.now()).order_by("id")))
    for batch in found:
        _end(batch, by="worker")
    return len(found)


@work()
def purge_imported_words(portion: int = _PORTION) -> int:
    """Words and sealed pieces of imported tips that are due; of how many. A job of the worker."""
    now, done = times.now(), 0
    for period in RetentionPeriod.objects.in_force().order_by("id"):
        begins = period.purges_from
        if begins is None or begins > now:
            continue
        due = ImportedTip.objects.filter(imported_due(period, now), ~Q(text=""))
        ids = list(due.order_by("id").values_list("pk", flat=True)[: portion - done])
        if not ids:
            continue
        _empty(ids)
        detail = {"rows": len(ids)}
        record(
            "import.purged", by="worker", on=period, chain=unit_chain(period.unit_id), detail=detail
        )
        done += len(ids)
    return done


@work()
def purge_again(row_id: uuid.UUID) -> None:
    """In a restored database: its words were destroyed after the backup was made, and so again."""
    row = ImportedTip.objects.select_related("batch").get(pk=row_id)
    _empty([row.pk])
    record(
        "import.purged",
        by="operator",
        on=row.batch,
        chain=unit_chain(row.batch.unit_id),
        detail={"rows": 1},
    )


@work()
def end_again(batch_id: uuid.UUID) -> None:
    """In a restored database: the sheet was destroyed after the backup was made, and so again."""
    batch = lock(ImportBatch.objects.unsettled()).filter(pk=batch_id).first()
    if batch is not None:
        _end(batch, by="operator")


def _end(batch: ImportBatch, *, by: str) -> None:
    batch.rows_boxed, batch.ended_at = b"", times.now()
    batch.save(update_fields=["rows_boxed", "ended_at"])
    detail = {"kind": batch.kind, "rows": batch.rows, "added": batch.added}
    record("import.expired", by=by, on=batch, chain=unit_chain(batch.unit_id), detail=detail)


def _empty(ids: Collection[uuid.UUID]) -> None:
    SealedIdentity.objects.filter(tip_ref__in=ids).delete()
    QuerySet(ImportedTip).filter(pk__in=ids).update(text="", purged_at=times.now())
