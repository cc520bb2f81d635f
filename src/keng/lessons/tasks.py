"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Pace, Task
from keng.lessons.actions import filming

TASKS = [
    Task("prepare films", filming.prepare_next, every=timedelta(seconds=3), pace=Pace.SLOW),
    Task("sweep films", filming.sweep, every=timedelta(hours=1), pace=Pace.SLOW),
]
