"""What the worker does for this area."""

from datetime import timedelta

from keng.alarms import answers, bundle_calls, ringing
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    # Before the calls of the same turn: nobody is called whom an answer spares it.
    WorkerTask(
        "settle answers of officers",
        answers.settle_answers,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=TaskPace.ALARM,
        is_shared=True,
    ),
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
