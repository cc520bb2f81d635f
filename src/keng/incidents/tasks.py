"""What the worker does for this area."""

from datetime import timedelta

from keng.incidents import wave_acts
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask("find waves", wave_acts.find_waves, every=timedelta(seconds=15), pace=TaskPace.SLOW),
]
