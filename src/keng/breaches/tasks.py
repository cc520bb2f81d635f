"""What the worker does for this area."""

from datetime import timedelta

from keng.breaches import calls, telling
from keng.kit.worker_tasks import WorkerTask

TASKS = [
    WorkerTask(
        "call whoever has to notify the authority of a breach",
        calls.call_again,
        every=timedelta(minutes=5),
    ),
    WorkerTask(
        "tell reporters of a breach",
        telling.tell_next_reporters,
        every=timedelta(seconds=10),
    ),
]
