"""Whether the store that the settings name may be used for files: asked before anything starts."""

import os
from collections.abc import Mapping

from keng.kit.storage_away import StorageAway
from keng.kit.terminal_words import gettext
from keng.runtime.errors import CannotContinue

ANOTHERS_BUCKET = (
    "has the mark of another installation: two in one bucket destroy each other's files. Name "
    "another bucket or prefix; where this one takes the place of the other: keng files take-over"
)


def require_usable_storage() -> None:
    """Raises CannotContinue. One that is only away keeps nobody from starting: words come in."""
    if missing := missing_storage_settings(os.environ):
        raise CannotContinue(missing)
    from keng.files.storage.chosen import store_of_settings  # noqa: PLC0415 -- loads Django

    store = store_of_settings()
    if store is None:
        return
    try:
        fault = store.fault()
    except StorageAway as error:
        print(f"The store of files does not answer ({error}): files wait until it does.")
        return
    if fault:
        raise CannotContinue(f"The bucket in KENG_FILES_URL {fault}. Nothing was started.")


def claim_store() -> None:
    """Mark the bucket as this installation's. Needs the settings and a database.

    Raises CannotContinue where it is another's: the two would destroy each other's files.
    """
    from keng.files.storage.bucket_mark import (  # noqa: PLC0415 -- loads Django
        AnothersBucket,
        claim_bucket,
    )
    from keng.files.storage.chosen import store_of_settings  # noqa: PLC0415

    store = store_of_settings()
    if store is None:
        return
    try:
        claim_bucket(store)
    except StorageAway as error:
        # The next start claims it; until then whoever has marked it keeps it.
        print(f"The store of files does not answer ({error}): whose it is was not asked.")
    except AnothersBucket:
        raise CannotContinue(
            f"The bucket in KENG_FILES_URL {ANOTHERS_BUCKET}. Nothing was started."
        ) from None


def take_store_over() -> None:
    """After a restore, which was told that it takes the place of whoever had the store."""
    from keng.files.storage.bucket_mark import take_bucket_over  # noqa: PLC0415 -- loads Django
    from keng.files.storage.chosen import store_of_settings  # noqa: PLC0415

    store = store_of_settings()
    if store is None:
        return
    try:
        take_bucket_over(store)
    except StorageAway as error:
        print(
            f"The store of files does not answer ({error}): before the start give "
            "`keng files take-over`."
        )


def missing_storage_settings(settings: Mapping[str, str]) -> str:
    """What else has to be set, in a sentence; "" where nothing is missing."""
    names = ("KENG_FILES_KEY", "KENG_FILES_SECRET")
    missing = [name for name in names if not settings.get(name)]
    if settings.get("KENG_FILES_URL"):
        if not missing:
            return ""
        needs = gettext("KENG_FILES_URL needs %(names)s beside it.")
        return needs % {"names": ", ".join(missing)}
    if settings.get("KENG_FILES_TO") == "s3":
        return gettext(
            "KENG_FILES_TO names the store, and KENG_FILES_URL does not say where it is."
        )
    return ""
