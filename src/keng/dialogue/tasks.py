"""What the worker does for this area."""

from datetime import timedelta

from keng.dialogue import shown_codes, withdrawal
from keng.kit.recurring import Pace, Task

TASKS = [
    Task("destroy what was taken back", withdrawal.destroy_withdrawn, every=timedelta(seconds=5)),
    Task(
        "destroy whatever was taken back",
        withdrawal.destroy_all_withdrawn,
        every=timedelta(hours=1),
        pace=Pace.SLOW,
    ),
    Task("forget codes that were shown", shown_codes.sweep_shown_codes, every=timedelta(minutes=1)),
]
