"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.reports.machine.agreement import write_machine_months
from keng.reports.summary.summary_publishing import publish_summary

TASKS = [
    WorkerTask(
        "write what the machine suggested",
        write_machine_months,
        every=timedelta(hours=1),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "sign the public summary",
        publish_summary,
        every=timedelta(minutes=2),
        pace=TaskPace.SLOW,
    ),
]
