"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.transfers import arrivals, uploading, writing_unasked

TASKS = [
    WorkerTask(
        "take in what other installations send",
        arrivals.take_arrivals_in,
        every=timedelta(seconds=3),
    ),
    WorkerTask(
        "make files for other installations",
        writing_unasked.write_waiting_files,
        every=timedelta(seconds=10),
    ),
    WorkerTask(
        "send files to other installations",
        uploading.send_next_file,
        every=timedelta(seconds=3),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "forget what other installations sent",
        arrivals.forget_arrivals,
        every=timedelta(hours=1),
        pace=TaskPace.SLOW,
    ),
]
