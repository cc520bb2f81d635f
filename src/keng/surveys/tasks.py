"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Pace, Task
from keng.surveys import drafts
from keng.surveys.actions import counting, releasing
from keng.surveys.chat import talking, talks

TASKS = [
    Task("answer surveys in chats", talking.answer, is_woken=True, every=timedelta(seconds=5)),
    Task("surveys left for a report", talking.put_aside, every=timedelta(seconds=3)),
    Task("close surveys by their day", releasing.close_by_day, every=timedelta(minutes=1)),
    Task("count surveys", counting.count_closed, every=timedelta(seconds=5), pace=Pace.SLOW),
    Task("mix survey answers", counting.mix, every=timedelta(minutes=5), pace=Pace.SLOW),
    Task("forget survey answers", counting.forget, every=timedelta(hours=6), pace=Pace.SLOW),
    Task("survey chats", talks.sweep, every=timedelta(minutes=5)),
    Task("survey drafts", drafts.sweep, every=timedelta(minutes=10)),
]
