"""What the worker does for this area."""

from datetime import timedelta

from keng.delivery.actions import materialising
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    # Slow with a hundred thousand people, and an urgent warning waits for nothing else.
    WorkerTask(
        "make the rows of dispatches",
        materialising.materialise_next_dispatch,
        is_woken=True,
        every=timedelta(seconds=1),
        pace=TaskPace.SLOW,
    ),
]
