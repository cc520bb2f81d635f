"""What the worker does for this area."""

from datetime import timedelta

from keng.claims.actions import objections
from keng.kit.worker_tasks import WorkerTask

TASKS = [
    WorkerTask(
        "words of claims that were out of scope",
        objections.sweep_askers_words,
        every=timedelta(hours=1),
    )
]
