"""What the worker does for this area."""

from datetime import timedelta

from keng.dialogue import shown_codes, withdrawal
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask(
        "destroy what was taken back", withdrawal.destroy_withdrawn, every=timedelta(seconds=5)
    ),
    WorkerTask(
        "destroy whatever was taken back",
        withdrawal.destroy_all_withdrawn,
        every=timedelta(hours=1),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "forget codes that were shown", shown_codes.sweep_shown_codes, every=timedelta(minutes=1)
    ),
]
