"""What the worker does for this area."""

from datetime import timedelta

from keng.audit.heads import sign_heads
from keng.kit.recurring import Pace, Task

TASKS = [
    Task(
        "sign the heads of the audit chains",
        sign_heads,
        every=timedelta(hours=1),
        pace=Pace.SLOW,
    )
]
