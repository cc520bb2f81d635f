"""Whether the store that the settings name may be used for files: asked before anything starts."""

import os

from keng.kit.storage_away import StorageAway
from keng.runtime.errors import CannotContinue


def require_usable_storage() -> None:
    """Raises CannotContinue. One that is only away keeps nobody from starting: words come in."""
    if missing := missing_storage_settings():
        raise CannotContinue(missing)
    from keng.files.storage.chosen import s3_storage  # noqa: PLC0415 -- loads Django

    store = s3_storage()
    if store is None:
        return
    try:
        fault = store.fault()
    except StorageAway as error:
        print(f"The store of files does not answer ({error}): files wait until it does.")
        return
    if fault:
        raise CannotContinue(f"The bucket in KENG_FILES_URL {fault}. Nothing was started.")


def missing_storage_settings() -> str:
    """What else has to be set, in a sentence; "" where nothing is missing."""
    names = ("KENG_FILES_KEY", "KENG_FILES_SECRET")
    missing = [name for name in names if not os.environ.get(name)]
    if os.environ.get("KENG_FILES_URL"):
        return f"KENG_FILES_URL needs {' and '.join(missing)} beside it." if missing else ""
    if os.environ.get("KENG_FILES_TO") == "s3":
        return "KENG_FILES_TO names the store, and KENG_FILES_URL does not say where it is."
    return ""
