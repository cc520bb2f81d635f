"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.public_log.growing import grow
from keng.public_log.witnesses import ask_witnesses

TASKS = [
    WorkerTask("grow the public log", grow, every=timedelta(seconds=5), pace=TaskPace.SLOW),
    WorkerTask(
        "ask the witnesses of the public log",
        ask_witnesses,
        every=timedelta(seconds=5),
        pace=TaskPace.SLOW,
    ),
]
