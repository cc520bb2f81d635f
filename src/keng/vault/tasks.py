"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.vault import epochs, keys, resharing

TASKS = [
    WorkerTask("renew the worker's key", keys.renew_worker_key, every=timedelta(minutes=5)),
    # Each key of a portion takes some hundredths of a second of computing.
    WorkerTask(
        "begin keys of epochs",
        epochs.begin_due_epochs,
        every=timedelta(minutes=1),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "put new shares in the place of old ones",
        resharing.place_new_shares,
        every=timedelta(seconds=20),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "ask for keys to be split anew",
        resharing.note_due_resharings,
        every=timedelta(minutes=5),
        pace=TaskPace.SLOW,
    ),
]
