"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.lessons.actions import filming

TASKS = [
    WorkerTask(
        "prepare films", filming.prepare_next, every=timedelta(seconds=3), pace=TaskPace.SLOW
    ),
    WorkerTask("sweep films", filming.sweep, every=timedelta(hours=1), pace=TaskPace.SLOW),
]
