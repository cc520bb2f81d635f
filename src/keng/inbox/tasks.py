"""What the worker does for this area."""

from keng.inbox.announcing import LOOKED_EVERY, LOOKOUT
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    # By the one who has its lease: so there is one who notifies.
    WorkerTask("announce changes", LOOKOUT.announce, every=LOOKED_EVERY, pace=TaskPace.ALARM),
]
