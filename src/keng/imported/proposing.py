"""A sheet handed in, agreed to by a second person, refused or withdrawn."""

import uuid

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.imported import acts
from keng.imported.box import box_rows
from keng.imported.dry_run import DryRun
from keng.imported.errors import ImportDecided, NothingToTakeIn, ProposedItself, SheetWaits
from keng.imported.models import AGREED_WITHIN, ImportBatch
from keng.kit import times
from keng.places.models import Unit


@act(acts.PROPOSE_IMPORT)
def propose_import(
    unit_id: uuid.UUID, *, kind: str, digest: bytes, dry_run: DryRun, by: Officer
) -> ImportBatch:
    """Keep what a sheet would bring in, for a second person. Raises SheetWaits, NothingToTakeIn."""
    unit = lock(Unit.objects.filter(pk=unit_id, kind=Unit.Kind.PROVINCE)).first()
    permit_over(unit_id)
    if unit is None:
        raise NotAllowed
    if not dry_run.waiting.rows:
        raise NothingToTakeIn
    same = ImportBatch.objects.filter(unit=unit, kind=kind, sheet_digest=digest)
    if same.unsettled().exists():
        raise SheetWaits
    batch = ImportBatch.objects.create(
        unit=unit,
        kind=kind,
        sheet_digest=digest,
        rows_boxed=box_rows(dry_run.waiting),
        summary=dry_run.summary,
        proposed_by=by,
        expires_at=times.now() + AGREED_WITHIN,
    )
    _note("import.proposed", batch, by)
    return batch


@act(acts.DECIDE_ON_IMPORT)
def decide_on_import(import_id: uuid.UUID, *, is_agreed: bool, by: Officer) -> ImportBatch:
    """As the second person; refused, its rows go. Raises ImportDecided, ProposedItself."""
    batch = _locked(import_id)
    if batch.proposed_by_id in tied_to(by):
        raise ProposedItself
    if is_agreed:
        batch.agreed_by, batch.agreed_at = by, times.now()
        batch.save(update_fields=["agreed_by", "agreed_at"])
        _note("import.agreed", batch, by)
    else:
        _end("import.refused", batch, by)
    return batch


@act(acts.WITHDRAW_IMPORT)
def withdraw_import(import_id: uuid.UUID, *, by: Officer) -> ImportBatch:
    """Its rows are destroyed, and nothing comes in. Raises ImportDecided."""
    batch = _locked(import_id)
    _end("import.withdrawn", batch, by)
    return batch


def _locked(import_id: uuid.UUID) -> ImportBatch:
    batch = lock_one(ImportBatch.objects.select_related("unit"), import_id)
    if not batch.is_waiting or batch.expires_at <= times.now():
        raise ImportDecided
    return batch


def _end(action: str, batch: ImportBatch, by: Officer) -> None:
    batch.rows_boxed, batch.ended_by, batch.ended_at = b"", by, times.now()
    batch.save(update_fields=["rows_boxed", "ended_by", "ended_at"])
    _note(action, batch, by)


def _note(action: str, batch: ImportBatch, by: Officer) -> None:
    detail = {
        "kind": batch.kind,
        "sheet": bytes(batch.sheet_digest).hex(),
        "rows": batch.rows,
        "refused": batch.summary["refused"],
    }
    record(action, by=by, on=batch, chain=unit_chain(batch.unit_id), detail=detail)
