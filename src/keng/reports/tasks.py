"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.reports.machine.agreement import write_machine_months

TASKS = [
    WorkerTask(
        "write what the machine suggested",
        write_machine_months,
        every=timedelta(hours=1),
        pace=TaskPace.SLOW,
    ),
]
