"""What the worker does for this area."""

from datetime import timedelta

from keng.incidents import wave_acts
from keng.kit.recurring import Pace, Task

TASKS = [
    Task("find waves", wave_acts.find_waves, every=timedelta(seconds=15), pace=Pace.SLOW),
]
