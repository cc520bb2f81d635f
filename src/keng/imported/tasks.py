"""What the worker does for this area."""

from datetime import timedelta

from keng.imported import destroying, taking_in
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask(
        "take earlier records in",
        taking_in.take_in_rows,
        every=timedelta(seconds=5),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "destroy earlier sheets in time", destroying.expire_batches, every=timedelta(minutes=10)
    ),
    WorkerTask(
        "destroy imported words by their period",
        destroying.purge_imported_words,
        every=timedelta(minutes=10),
        pace=TaskPace.SLOW,
    ),
]
