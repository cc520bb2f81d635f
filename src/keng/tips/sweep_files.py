"""Files that no row names: their transaction never committed, or their row is gone."""

import time
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import Q

from keng.files.models import HeldFile
from keng.files.storage.base import StoredFile
from keng.files.storage.chosen import STORED_FOLDERS, file_storage, folder_storage
from keng.lookup.models import DisputeFile
from keng.tips import viewing_copies
from keng.tips.models import Attachment, HeldEnding, WaitingPicture

SWEPT_FOLDERS = ("files/originals", "files/viewing")
WAITING_FOLDER = "files/waiting"
# A report being sent writes its files before its rows; nothing takes a day.
OLD_ENOUGH_SECONDS = 24 * 3600
_PORTION = 500


def sweep_files() -> int:
    """Delete orphans; 0, since everything is looked at in one go."""
    _sweep_drafts()
    files = _old_files()
    while names := list(islice(files, _PORTION)):
        known = Attachment.objects.filter(
            Q(original_path__in=names) | Q(viewing_path__in=names) | Q(covered_path__in=names)
        )
        paths = known.values_list("original_path", "viewing_path", "covered_path")
        kept = {path for three in paths for path in three}
        # Copies of a tip that may come back within seconds are named by its ending.
        kept |= {
            path for held in HeldEnding.objects.values_list("files", flat=True) for path in held
        }
        held = HeldFile.objects.filter(original_path__in=names)
        kept |= set(held.values_list("original_path", flat=True))
        shown = DisputeFile.objects.filter(viewing_path__in=names)
        kept |= set(shown.values_list("viewing_path", flat=True))
        for name in names:
            if name not in kept:
                file_storage().delete(name)
    return 0


def sweep_waiting() -> int:
    """Delete what waits for no copy: its report was not sent, or a worker was killed after it."""
    files = _old_in(WAITING_FOLDER, 2 * viewing_copies.COPY_WITHIN.total_seconds())
    while names := list(islice(files, _PORTION)):
        rows = WaitingPicture.objects.filter(path__in=names)
        for name in set(names) - set(rows.values_list("path", flat=True)):
            file_storage().delete(name)
    return 0


def _old_files() -> Iterator[str]:
    for folder in SWEPT_FOLDERS:
        yield from _old_in(folder, OLD_ENOUGH_SECONDS)


def _sweep_drafts() -> None:
    """What a process did not write to its end: no row names it, in whichever place files are."""
    folder = folder_storage()
    for name in STORED_FOLDERS:
        for draft in _older_than(OLD_ENOUGH_SECONDS, folder.drafts(name)):
            folder.delete(draft)


def _old_in(folder: str, seconds: float) -> Iterator[str]:
    return _older_than(seconds, file_storage().listed(folder))


def _older_than(seconds: float, files: Iterable[StoredFile]) -> Iterator[str]:
    before = time.time() - seconds
    for file in files:
        if file.changed_at < before:
            yield file.name
