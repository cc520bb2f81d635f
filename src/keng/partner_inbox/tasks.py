"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import WorkerTask
from keng.partner_inbox.purge import end_quiet_matters, purge_matters

TASKS = [
    WorkerTask("matters of partners that fell silent", end_quiet_matters, every=timedelta(hours=1)),
    WorkerTask("matters of partners whose time is over", purge_matters, every=timedelta(hours=1)),
]
