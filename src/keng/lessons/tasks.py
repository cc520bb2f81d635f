"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.lessons.actions import film_acts

TASKS = [
    WorkerTask(
        "prepare films",
        film_acts.prepare_next_film,
        every=timedelta(seconds=3),
        pace=TaskPace.SLOW,
        is_shared=True,
    ),
    WorkerTask("sweep films", film_acts.sweep_films, every=timedelta(hours=1), pace=TaskPace.SLOW),
]
