"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Pace, Task
from keng.lessons.actions import film_acts

TASKS = [
    Task("prepare films", film_acts.prepare_next_film, every=timedelta(seconds=3), pace=Pace.SLOW),
    Task("sweep films", film_acts.sweep_films, every=timedelta(hours=1), pace=Pace.SLOW),
]
