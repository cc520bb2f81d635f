"""Where something may lie that is sealed to a unit's key, and the task that ends epochs by it.

One list, so that nothing is destroyed because an area was not loaded: who seals in a new place adds
it here.
"""

import contextlib
import datetime
from typing import TYPE_CHECKING

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.runtime.backup.epoch_keys import prune_epoch_backup

if TYPE_CHECKING:
    from keng.vault.epoch_ends import KeyUse


def key_uses() -> "list[KeyUse]":
    """Needs the settings."""
    from keng.files.store import keys_of_originals  # noqa: PLC0415
    from keng.openings.resealing import keys_of_resealings  # noqa: PLC0415
    from keng.tips.attachments import named_originals  # noqa: PLC0415
    from keng.transfers.identities import keys_of_transfers  # noqa: PLC0415
    from keng.vault.epoch_ends import keys_in_column, keys_of_identities  # noqa: PLC0415

    return [
        keys_of_identities,
        lambda: keys_in_column("delivery_inbound", "raw_sealed"),
        lambda: keys_of_originals(named_originals),
        keys_of_resealings,
        keys_of_transfers,
    ]


def end_epochs() -> int:
    """Destroy what has come to its end, and ask for what stands in the way of it; a task of the
    worker. 0: nothing is left to do.
    """
    from keng.openings.resealing import note_due_resealings  # noqa: PLC0415 -- needs the settings
    from keng.vault.epoch_ends import destroy_ended_epochs  # noqa: PLC0415 -- needs the settings

    destroy_ended_epochs(key_uses())
    note_due_resealings()
    # Where backups are another account's than the worker's, `keng backup` prunes them.
    with contextlib.suppress(PermissionError):
        prune_epoch_backup()
    return 0


END_EPOCHS = WorkerTask(
    "destroy keys of ended epochs",
    end_epochs,
    every=datetime.timedelta(hours=6),
    pace=TaskPace.SLOW,
)
