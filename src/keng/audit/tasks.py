"""What the worker does for this area."""

from datetime import timedelta

from keng.audit.heads import sign_heads
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask(
        "sign the heads of the audit chains",
        sign_heads,
        every=timedelta(hours=1),
        pace=TaskPace.SLOW,
    )
]
