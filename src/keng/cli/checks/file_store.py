"""Whether files can be kept where the settings say, and destroyed there."""

from keng.cli.checks.check import CheckedPlace, Finding, attention, ok, wrong
from keng.kit.storage_away import StorageAway
from keng.runtime.usable_storage import missing_storage_settings


def store(place: CheckedPlace) -> Finding:
    """Asks the store about itself and lists what has not been moved; keeps nothing there."""
    if missing := missing_storage_settings():
        return wrong(missing)
    from keng.files.storage import chosen, moving  # noqa: PLC0415 -- loads Django

    bucket = chosen.s3_storage()
    if bucket is None:
        return ok("files are kept in the data folder")
    try:
        if fault := bucket.fault():
            return wrong(f"the bucket in KENG_FILES_URL {fault}")
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
