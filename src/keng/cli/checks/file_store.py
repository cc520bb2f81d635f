"""Whether files can be kept where the settings say, and destroyed there."""

import os
from typing import TYPE_CHECKING

from keng.cli.checks.check import (
    CheckedPlace,
    Finding,
    attention,
    first_row,
    ok,
    reading_connection,
    wrong,
)
from keng.kit.storage_away import StorageAway
from keng.runtime.usable_storage import ANOTHERS_BUCKET, missing_storage_settings

if TYPE_CHECKING:
    from keng.files.storage.base import FileStorage


def store(place: CheckedPlace) -> Finding:
    """Asks the store about itself and lists what has not been moved; keeps nothing there."""
    if missing := missing_storage_settings(os.environ):
        return wrong(missing)
    from keng.files.storage import chosen, moving  # noqa: PLC0415 -- loads Django

    bucket = chosen.store_of_settings()
    if bucket is None:
        return ok("files are kept in the data folder")
    try:
        if fault := bucket.fault():
            return wrong(f"the bucket in KENG_FILES_URL {fault}")
        if _is_anothers(bucket):
            return wrong(f"the bucket in KENG_FILES_URL {ANOTHERS_BUCKET}")
        files = chosen.file_storage()
        left = moving.left_to_move(files) if isinstance(files, chosen.TwoStorages) else 0
    except StorageAway as error:
        return wrong(
            f"the store of files does not answer ({error}): files are refused and copies wait, "
            "words are taken. Look at KENG_FILES_URL, its key, and the store"
        )
    target = "folder" if chosen.is_folder_chosen() else "s3"
    if left:
        return attention(f"{left} files are not moved yet: keng files move --to {target}")
    where = "the data folder; the store is empty" if target == "folder" else "the store"
    return ok(f"files are kept in {where}")


def _is_anothers(bucket: "FileStorage") -> bool:
    """One without a mark is nobody's yet: the next start claims it."""
    from keng.files.storage.bucket_mark import (  # noqa: PLC0415 -- loads Django
        INSTALLATION_QUERY,
        mark_in,
        mark_of_row,
    )

    found = mark_in(bucket)
    if found is None:
        return False
    with reading_connection() as connection:
        return found != mark_of_row(first_row(connection, INSTALLATION_QUERY))
