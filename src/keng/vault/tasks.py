"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Task
from keng.vault import keys

TASKS = [Task("renew the worker's key", keys.renew_worker_key, every=timedelta(minutes=5))]
