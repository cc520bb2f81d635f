"""Unfinished reports: on the server only as ciphertext, for thirty minutes."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction

from keng.acts import locks
from keng.acts.work import work
from keng.community.models import Draft
from keng.kit import times, uploads
from keng.kit.browser_drafts import BrowserDrafts, new_draft_secret
from keng.kit.uploads import SealedUpload

# The names of cookies say nothing: whoever goes through a phone may read them.
REPORT_COOKIE = "keng_a"
MOST_WORDS = 8000
REPORT_DRAFTS = BrowserDrafts(Draft, "draft", timedelta(minutes=30))
_PORTION = 200
# Of each minute; others of the worker's tasks wait so long.
_SWEEPS_SECONDS = 20.0


@dataclass
class ReportDraft:
    """A draft in the clear, for the length of one request."""

    secret: str = field(repr=False)
    answers: dict[str, Any] = field(default_factory=dict, repr=False)
    files: list[SealedUpload] = field(default_factory=list, repr=False)
    box: bytes = field(default=b"", repr=False)
    """What it was loaded from; empty while it is not kept."""


def new_draft() -> ReportDraft:
    """An empty draft that is not stored yet."""
    return ReportDraft(new_draft_secret())


def load_draft(secret: str, *, lock: bool = False) -> ReportDraft | None:
    """The draft of a secret; None when there is none or its thirty minutes are over.

    With `lock`, in the act that sends it and then forgets it: another request with the same draft
    waits.
    """
    among = locks.lock(Draft.objects.all(), to_delete=True) if lock else None
    found = REPORT_DRAFTS.load(secret, among)
    if found is None:
        return None
    files = [SealedUpload.from_kept(kept) for kept in found.said["files"]]
    return ReportDraft(secret, found.said["answers"], files, found.box)


def save_draft(draft: ReportDraft) -> None:
    """Store the draft; its thirty minutes begin again. Raises DraftChanged."""
    said = {"answers": draft.answers, "files": [file.kept() for file in draft.files]}
    paths = [file.path for file in draft.files]
    draft.box = REPORT_DRAFTS.save(draft.secret, said, before=draft.box, files=paths)


def drop_draft(secret: str) -> None:
    """Forget a draft and its files; the files go when the transaction commits."""
    row = REPORT_DRAFTS.row_of(secret).first()
    if row is not None:
        _remove_rows([row])


def sweep_drafts() -> int:
    """Remove drafts whose time is over, and uploads that belong to none. A job of the worker.

    Each portion commits by itself, until none is left or the time for it is.
    """
    until, swept = time.monotonic() + _SWEEPS_SECONDS, 0
    while portion := _sweep_portion():
        swept += portion
        if portion < _PORTION or time.monotonic() >= until:
            break
    return swept + _sweep_files()


@work()
def _sweep_portion() -> int:
    rows = list(locks.lock_available(REPORT_DRAFTS.ended(), to_delete=True)[:_PORTION])
    _remove_rows(rows)
    return len(rows)


def _remove_rows(rows: list[Draft]) -> None:
    paths = [path for row in rows for path in row.files]
    Draft.objects.filter(pk__in=[row.pk for row in rows]).delete()
    transaction.on_commit(partial(_discard_files, paths))


def _discard_files(paths: list[str]) -> None:
    for path in paths:
        uploads.discard_upload(path)


def _sweep_files() -> int:
    """A request that broke off before its draft was saved leaves files that nobody can open."""
    until = (times.now() - REPORT_DRAFTS.life).timestamp()
    old = [path for path, changed in uploads.all_upload_paths().items() if changed < until]
    if not old:
        return 0
    named = {path for files in Draft.objects.values_list("files", flat=True) for path in files}
    orphans = [path for path in old if path not in named]
    for path in orphans:
        uploads.discard_upload(path)
    return len(orphans)
