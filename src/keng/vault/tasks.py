"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import WorkerTask
from keng.vault import keys

TASKS = [WorkerTask("renew the worker's key", keys.renew_worker_key, every=timedelta(minutes=5))]
