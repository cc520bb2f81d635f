"""The end of an epoch's key: once nothing is left that was sealed to it, its shares are destroyed.

With them goes its wrap key, so that shares in an old copy of the database open nothing either.
"""

import datetime
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.db import connection, transaction
from django.db.models import QuerySet

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.vault.epochs import epochs_folder, wrap_key_file
from keng.vault.hybrid import KEYED_FORM
from keng.vault.models import KeyShare, NewShare, UnitKey

KeyUse = Callable[[], Iterable[uuid.UUID]]
"""One place where sealed things lie: the ids of the keys that something there is sealed to."""
# Longer than a process may still seal to a key that is retired, and than it takes to commit.
_RETIRED_FOR = datetime.timedelta(days=1)
_IN_COLUMN = """
SELECT DISTINCT substring({column} FROM 2 FOR 16) FROM {table}
WHERE substring({column} FROM 1 FOR 1) = %s
"""


def keys_in_column(table: str, column: str) -> set[uuid.UUID]:
    """What the things in one column are sealed to; for a `KeyUse`."""
    quoted = {
        "table": connection.ops.quote_name(table),
        "column": connection.ops.quote_name(column),
    }
    with connection.cursor() as cursor:
        cursor.execute(_IN_COLUMN.format(**quoted), [KEYED_FORM])
        return {uuid.UUID(bytes=bytes(key_id)) for (key_id,) in cursor.fetchall()}


def keys_of_identities() -> set[uuid.UUID]:
    """Of the rows of the vault."""
    return keys_in_column("vault_sealedidentity", "ciphertext")


def epoch_is_over(key: UnitKey, uses: Iterable[KeyUse]) -> bool:
    """Whether nothing is left that this key opens, and nothing more comes."""
    if not _retired().filter(pk=key.pk).exists():
        return False
    return not any(key.pk in set(use()) for use in uses)


def destroy_ended_epochs(uses: Iterable[KeyUse]) -> int:
    """Destroy every key whose epoch is over; how many."""
    ended = list(_retired())
    if ended:
        in_use = {key_id for use in uses for key_id in use()}
        ended = [key for key in ended if key.pk not in in_use]
    for key in ended:
        destroy_epoch(key.pk)
    _sweep()
    return len(ended)


@work()
def destroy_epoch(key_id: uuid.UUID) -> None:
    """Shares and wrap key; the row says when."""
    key = lock(UnitKey.objects.filter(pk=key_id, destroyed_at=None, epoch__isnull=False)).first()
    if key is None:
        return
    now = times.now()
    KeyShare.objects.filter(unit_key=key).delete()
    NewShare.objects.filter(unit_key=key).delete()
    UnitKey.objects.filter(pk=key.pk).update(retired_at=key.retired_at or now, destroyed_at=now)
    record("keys.epoch_destroyed", by="worker", on=key, chain=unit_chain(key.unit_id))
    transaction.on_commit(partial(wrap_key_file(key.pk).unlink, missing_ok=True))


def _retired() -> QuerySet[UnitKey]:
    before = times.now() - _RETIRED_FOR
    return UnitKey.objects.filter(
        retired_at__lt=before, destroyed_at=None, epoch__isnull=False
    ).order_by("pk")


def _sweep() -> None:
    """Wrap keys of destroyed or never committed keys, where a killed worker left them."""
    alive = {str(pk) for pk in _not_destroyed()}
    before = time.time() - _RETIRED_FOR.total_seconds()
    for file in epochs_folder().glob("*"):
        if file.name not in alive and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)


def _not_destroyed() -> Iterator[uuid.UUID]:
    return UnitKey.objects.filter(destroyed_at=None).values_list("pk", flat=True).iterator()
