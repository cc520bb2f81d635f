"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import WorkerTask
from keng.partners.actions import inviting

TASKS = [
    WorkerTask("requests to be a partner", inviting.forget_kit_requests, every=timedelta(hours=1))
]
