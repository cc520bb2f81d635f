"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Task
from keng.surveys import drafts
from keng.surveys.actions import counting

TASKS = [
    Task("count surveys", counting.count_closed, every=timedelta(seconds=5)),
    Task("mix survey answers", counting.mix, every=timedelta(minutes=5)),
    Task("forget survey answers", counting.forget, every=timedelta(hours=6)),
    Task("survey drafts", drafts.sweep, every=timedelta(minutes=10)),
]
