"""What the worker does for this area."""

from datetime import timedelta

from keng.claims.actions import objecting
from keng.kit.worker_tasks import WorkerTask

TASKS = [
    WorkerTask("words of claims that were out of scope", objecting.sweep, every=timedelta(hours=1))
]
