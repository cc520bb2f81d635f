"""What the worker does for this area."""

from datetime import timedelta

from keng.alarms import bundle_calls, ringing
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask(
        "call officers",
        ringing.call_what_rings,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=TaskPace.ALARM,
    ),
    WorkerTask(
        "forget whose calls are bundled", bundle_calls.forget_bundles, every=timedelta(minutes=1)
    ),
]
