"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.lookup.actions import indicators
from keng.lookup.actions.listing import expire_listings

TASKS = [
    WorkerTask("end listings by their day", expire_listings, every=timedelta(minutes=10)),
    WorkerTask(
        "remove indicators that nothing names",
        indicators.remove_unused_indicators,
        every=timedelta(minutes=10),
        pace=TaskPace.SLOW,
    ),
]
