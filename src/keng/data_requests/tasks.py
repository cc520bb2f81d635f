"""What the worker does for this area."""

from datetime import timedelta

from keng.data_requests.forgetting import forget_request_words
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask(
        "forget words of data requests",
        forget_request_words,
        every=timedelta(hours=6),
        pace=TaskPace.SLOW,
    ),
]
