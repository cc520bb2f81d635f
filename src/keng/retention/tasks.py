"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.retention import purge

TASKS = [
    WorkerTask(
        "destroy what is due by its period",
        purge.purge_due_tips,
        every=timedelta(minutes=10),
        pace=TaskPace.SLOW,
    ),
]
